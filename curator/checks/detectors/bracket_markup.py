"""Markup in square brackets: BBCode of forums, and styles and actions of terminal programs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from curator.checks.detectors.code_regions import Code
from curator.checks.detectors.spans import Span

_MARKUP = re.compile(
    r"\[/(?:[a-z][a-z0-9 ]{0,15})?\](?!\()"
    r"|\[(?:@[\w.]+|url|link|colou?r|size|font|quote|img)=[^\[\]\n]{1,200}\]"
)
_ANCHORS = ("[/", "[@", "[url=", "[color=", "[size=", "[quote=")


def spans(text: str) -> Iterator[Span]:
    """Closing tags like `[/b]` or `[/]`, and tags with a value like `[url=…]` or `[@click=…]`, outside of code."""
    if "[" not in text or not any(anchor in text for anchor in _ANCHORS):
        return
    code = Code(text)
    for markup in _MARKUP.finditer(text):
        if markup.start() not in code:
            yield Span(markup.start(), markup.end(), "markup in square brackets")
