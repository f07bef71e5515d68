"""Text that is not in Unicode normal form C: the same word in other code points, and other tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import is_normalized, normalize

from curator.checks.detectors.spans import Span

_RUN = re.compile(r"(?:[A-Za-z0-9]|[^\x00-\x7f])+")
"""A word, or a clause of a script without spaces."""


_KEPT = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")
"""Compatibility ideographs: their normal form is another character, which matters in names."""


def spans(text: str) -> Iterator[Span]:
    """The words that are not in normal form C."""
    if repaired(text) == text:
        return
    found = False
    for run in _RUN.finditer(text):
        if repaired(run[0]) != run[0]:
            found = True
            yield Span(run.start(), run.end(), "not in Unicode normal form C")
    if not found:
        yield Span(0, len(text), "not in Unicode normal form C")


def repaired(text: str) -> str:
    """The text in normal form C, compatibility ideographs aside."""
    if text.isascii() or is_normalized("NFC", text):
        return text
    parts = _KEPT.split(text)
    return "".join(part if place % 2 else normalize("NFC", part) for place, part in enumerate(parts))
