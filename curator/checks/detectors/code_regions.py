"""Where a text is program code: inside Markdown fences and back-quotes, or by the look of its lines."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})([^\n]*)$", re.MULTILINE)
_TICKS = re.compile(r"`+")
_CODE = re.compile(
    r"""[;{}]\s*$|^\s*(?:
        def\ \w+\(|class\ \w+[(:{]|import\ \w+|from\ \S+\ import|return\b.*[;)\]]|\#include\b|using\ \w+|package\ \w
        |(?:public|private|static|const|let|var|function|async|await|elif|else:|try:)\b
        |SELECT\b|INSERT\ INTO\b|CREATE\ TABLE\b|<\?php|<!DOCTYPE|\$\ \w+|>>>\ |//|/\*
        |(?:if|for|while)\b.*[:{]\s*$|\w+\ ?=\ ?[\w\[{("'].*|print\(|console\.)""",
    re.MULTILINE | re.VERBOSE,
)


class Fence(NamedTuple):
    """A fenced block; `closed` is false for one that runs to the end of the text because nobody ended it."""

    start: int
    inside: int
    """Where its first line begins."""
    end: int
    mark: str
    """The back-quotes or tildes that open it."""
    closed: bool


def fences(text: str) -> Iterator[Fence]:
    """The fenced blocks of a text, by the rules of CommonMark, at any indentation.

    https://spec.commonmark.org/0.31.2/#fenced-code-blocks
    """
    if "```" not in text and "~~~" not in text:
        return
    opened: re.Match[str] | None = None
    for line in _FENCE.finditer(text):
        mark, info = line.groups()
        if opened is None:
            opened = None if mark[0] == "`" and "`" in info else line
        elif mark.startswith(opened[1]) and not info.strip():
            yield Fence(opened.start(), opened.end() + 1, line.end(), opened[1], closed=True)
            opened = None
    if opened is not None:
        yield Fence(opened.start(), min(opened.end() + 1, len(text)), len(text), opened[1], closed=False)


class Code:
    """Answers whether a position lies in code that Markdown marks as such."""

    def __init__(self, text: str) -> None:
        self._regions = _regions(text) if "`" in text or "~~~" in text else []
        self._starts = [start for start, _ in self._regions]

    def __contains__(self, position: int) -> bool:
        """Whether a position lies in marked code."""
        at = bisect_right(self._starts, position) - 1
        return at >= 0 and position < self._regions[at][1]


def _regions(text: str) -> list[tuple[int, int]]:
    regions: list[tuple[int, int]] = []
    done = 0
    for fence in fences(text):
        regions += _inline(text, done, fence.start)
        regions.append((fence.start, fence.end))
        done = fence.end
    return regions + _inline(text, done, len(text))


def _inline(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Stretches between two rows of equally many back-quotes."""
    found: list[tuple[int, int]] = []
    ticks = [(mark.start(), mark.end()) for mark in _TICKS.finditer(text, start, end)]
    later: dict[int, list[int]] = {}
    for index in range(len(ticks) - 1, -1, -1):
        later.setdefault(ticks[index][1] - ticks[index][0], []).append(index)
    index = 0
    while index < len(ticks):
        opening, after = ticks[index]
        same = later[after - opening]
        while same and same[-1] <= index:
            same.pop()
        if same:
            index = same[-1]
            found.append((opening, ticks[index][1]))
        index += 1
    return found


def looks_like_code(text: str) -> bool:
    """Whether a text without fences reads as a program: a third of its lines or more have the look of code."""
    lines = text.count("\n") + 1 - text.count("\n\n")
    return sum(1 for _ in _CODE.finditer(text)) * 3 >= lines
