"""Changes of a text, what goes and what comes, not by colour alone."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

from textual.content import Content

from curator.diffs import pieces, told_apart
from curator.text import revealed_line

from ..display import inline

_PIECES = 8
"""Places that are shown of one text."""
_LONGEST = 300


def changes_of(old: Any, new: Any) -> Content:
    """The places in which two values differ: `…before [-old-]{+new+} after…`."""
    before, after = _as_text(old), _as_text(new)
    parts: list[Content | str | tuple[str, str]] = []
    found = list(islice(pieces(before, after), _PIECES + 1))
    for piece in found[:_PIECES]:
        removed = revealed_line(told_apart(piece.removed, piece.added))
        added = revealed_line(piece.added)
        parts.append(inline(revealed_line(piece.before), _LONGEST))
        if removed:
            parts += [Content.styled(f"[-{inline(removed, _LONGEST).plain}-]", "$text-error strike")]
        if added:
            parts += [Content.styled(f"{{+{inline(added, _LONGEST).plain}+}}", "$text-success")]
        parts += [inline(revealed_line(piece.after), _LONGEST), " "]
    if len(found) > _PIECES:
        parts.append("…")
    return Content.assemble(*parts)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
