"""Text from data inside Markdown, and the templates that are filled with it."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from curator.text import visible_line

_WIDTH = 100
_SPECIAL = re.compile(r"([\\`*_\[\]|~$#!])")


def cell(text: str, width: int = _WIDTH) -> str:
    """One line of data text inside Markdown: no markup, HTML, link, table border or control character is left."""
    line = html.escape(visible_line(text, width), quote=False)
    return _SPECIAL.sub(r"\\\1", line).replace("://", "&#58;//")


def markdown(table: Sequence[Sequence[str]], width: int = _WIDTH) -> str:
    """A Markdown table with cells of at most `width` characters; the first line is its head."""
    lines = ["| " + " | ".join(cell(text, width) for text in line) + " |" for line in table]
    return "\n".join([lines[0], "|" + "---|" * len(table[0]), *lines[1:]])


def filled(template: str, **values: Any) -> str:
    """A template of this folder with its values; `table` and the filter `cell` write what comes from data."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = lambda text: cell(text, 2000)
    return environment.get_template(template).render(table=markdown, **values)
