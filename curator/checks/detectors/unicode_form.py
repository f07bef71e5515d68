"""Text that is not in Unicode normal form C: the same word in other code points, and other tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import is_normalized, normalize

from curator.checks.detectors.spans import Span

_RUN = re.compile(r"(?:[A-Za-z0-9]|[^\x00-\x7f])+")
"""A word, or a clause of a script without spaces."""


def spans(text: str) -> Iterator[Span]:
    """The words that are not in normal form C."""
    if text.isascii() or is_normalized("NFC", text):
        return
    found = False
    for run in _RUN.finditer(text):
        if not is_normalized("NFC", run[0]):
            found = True
            yield Span(run.start(), run.end(), "not in Unicode normal form C")
    if not found:
        yield Span(0, len(text), "not in Unicode normal form C")


def repaired(text: str) -> str:
    """The text in normal form C."""
    return text if is_normalized("NFC", text) else normalize("NFC", text)
