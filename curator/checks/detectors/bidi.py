"""Marks that turn the reading direction: overrides that hide what a text says, and marks without a purpose.

Method: the pairing of UAX #9 (https://www.unicode.org/reports/tr9/), where a paragraph ends every embedding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from curator.checks.detectors.spans import Span, cut, settled

_MARK = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\n\r\x85\u2029]")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_OVERRIDES, _EMBEDDINGS, _ISOLATES = "\u202d\u202e", "\u202a\u202b", "\u2066\u2067\u2068"
_POP, _POP_ISOLATE = "\u202c", "\u2069"
_OVERRIDDEN, _UNBALANCED, _IDLE = (
    "overridden reading direction",
    "direction mark without its partner",
    "direction mark without right-to-left text",
)


def spans(text: str) -> Iterator[Span]:
    """Overrides, marks without their partner, and all marks in a text that has no right-to-left letter."""
    if text.isascii() or not _DIRECTION.search(text):
        return
    idle = _RIGHT_TO_LEFT.search(text) is None
    found = _faults(text)
    for mark in _DIRECTION.finditer(text):
        what = found.get(mark.start(), _IDLE if idle else "")
        if what:
            yield Span(mark.start(), mark.end(), what)


def _faults(text: str) -> dict[int, str]:
    """Overrides with their ends, and marks that open or close nothing, by position."""
    faults: dict[int, str] = {}
    opened: list[int] = []
    for mark in _MARK.finditer(text):
        at, char = mark.start(), mark[0]
        if char in _OVERRIDES:
            faults[at] = _OVERRIDDEN
            opened.append(at)
        elif char in _EMBEDDINGS or char in _ISOLATES:
            opened.append(at)
        elif char == _POP:
            _close(text, at, opened, faults)
        elif char == _POP_ISOLATE:
            _close_isolate(text, at, opened, faults)
        elif char in "\n\r\x85\u2029":
            faults |= _left_open(opened, faults)
            opened.clear()
    return faults | _left_open(opened, faults)


def _close(text: str, at: int, opened: list[int], faults: dict[int, str]) -> None:
    if opened and text[opened[-1]] not in _ISOLATES:
        opening = opened.pop()
        if opening in faults:
            faults[at] = _OVERRIDDEN
    else:
        faults[at] = _UNBALANCED


def _close_isolate(text: str, at: int, opened: list[int], faults: dict[int, str]) -> None:
    isolate = next((i for i in range(len(opened) - 1, -1, -1) if text[opened[i]] in _ISOLATES), None)
    if isolate is None:
        faults[at] = _UNBALANCED
        return
    faults |= _left_open(opened[isolate + 1 :], faults)
    del opened[isolate:]


def _left_open(opened: list[int], faults: dict[int, str]) -> dict[int, str]:
    return {at: _UNBALANCED for at in opened if at not in faults}


def repaired(text: str) -> str:
    """The text without these marks: it reads as it is stored."""
    return text if text.isascii() else settled(text, lambda some: cut(some, spans(some)))
