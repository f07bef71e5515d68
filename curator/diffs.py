"""What changed in a text, as short pieces with what stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

_WORD = re.compile(r"\s+|\w+|[^\w\s]")
_MOST = 3000
"""Words of both texts up to which they are compared word by word: the time grows with the square."""
_AROUND = 24
"""Characters that are shown before and after a change."""


class Piece(NamedTuple):
    """One change."""

    before: str
    """What stands before it, shortened."""
    removed: str
    added: str
    after: str
    """What stands behind it, shortened."""


def pieces(old: str, new: str, around: int = _AROUND) -> Iterator[Piece]:
    """The changes that make one text of another; those that stand close together are one."""
    changes = _joined(_changes(old, new), around)
    for index, (start, end, new_start, new_end) in enumerate(changes):
        left = changes[index - 1][1] if index else 0
        right = changes[index + 1][0] if index + 1 < len(changes) else len(old)
        before, after = old[max(left, start - around) : start], old[end : min(right, end + around)]
        first = "…" if start - around > left else ""
        last = "…" if end + around < right else ""
        yield Piece(first + before, old[start:end], new[new_start:new_end], after + last)


def _changes(old: str, new: str) -> list[tuple[int, int, int, int]]:
    """Stretches [start, end) of the old text and the stretches of the new one in their place."""
    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    old_words = _WORD.findall(old[head : len(old) - tail])
    new_words = _WORD.findall(new[head : len(new) - tail])
    if len(old_words) + len(new_words) > _MOST:
        return [(head, len(old) - tail, head, len(new) - tail)]
    old_at, new_at = _starts(old_words, head), _starts(new_words, head)
    matcher = SequenceMatcher(None, old_words, new_words, autojunk=False)
    return [
        (old_at[i1], old_at[i2], new_at[j1], new_at[j2])
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]


def _joined(changes: list[tuple[int, int, int, int]], around: int) -> list[tuple[int, int, int, int]]:
    joined: list[tuple[int, int, int, int]] = []
    for change in changes:
        if joined and change[0] - joined[-1][1] < around // 2:
            last = joined.pop()
            change = (last[0], change[1], last[2], change[3])
        joined.append(change)
    return joined


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike, found by halving."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _starts(words: list[str], first: int) -> list[int]:
    starts = [first]
    for word in words:
        starts.append(starts[-1] + len(word))
    return starts
