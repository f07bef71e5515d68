"""Markdown code fences that nobody closes: all that follows is shown, and learned, as code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from curator.checks.detectors import code_regions
from curator.checks.detectors.code_regions import Fence
from curator.checks.detectors.spans import Span

_PROSE = re.compile(
    r"^(?:[A-ZА-ЯЁ][^\n#;{}=<>|$]{15,}[.!?:]|[\u4e00-\u9fff][^\n#;{}=<>|$]{12,}[。！？：])[ \t]*$",
    re.MULTILINE,
)
"""A line that is a sentence."""


def _open(text: str) -> Fence | None:
    if "```" not in text and "~~~" not in text:
        return None
    return next((fence for fence in code_regions.fences(text) if not fence.closed), None)


def spans(text: str) -> Iterator[Span]:
    """The line that opens a fence which is never closed."""
    fence = _open(text)
    if fence is not None:
        line = text.find("\n", fence.start)
        yield Span(fence.start, len(text) if line < 0 else line, "code fence never closed")


def repaired(text: str) -> str:
    """The text with the fence closed at its end, which changes nothing in how it reads.

    Left alone when nothing follows the fence, or prose does: then the fence was to end before it.
    """
    fence = _open(text)
    if fence is None or not text[fence.inside :].strip() or _PROSE.search(text, fence.inside):
        return text
    indent = re.match(r"[ \t>]*", text[fence.start : fence.inside])
    closing = (indent[0] if indent else "") + fence.mark
    return f"{text}{'' if text.endswith(chr(10)) else chr(10)}{closing}"
