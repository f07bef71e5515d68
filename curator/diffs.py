"""What changed in a text, as short pieces with what stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple
from unicodedata import combining, name, normalize

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
    """Stretches [start, end) of the old text and the stretches of the new one in their place; whole words."""
    head = _to_word_start(old, new, _shared(old, new))
    tail = _to_word_start(old[::-1], new[::-1], _shared(old[head:][::-1], new[head:][::-1]))
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


def _to_word_start(old: str, new: str, place: int) -> int:
    """Back to where the word begins in which two texts part."""
    if place >= max(len(old), len(new)):
        return place
    while place and _inside_word(old, place) | _inside_word(new, place):
        place -= 1
    return place


def _inside_word(text: str, place: int) -> bool:
    return (
        place < len(text)
        and text[place - 1].isalnum()
        and (text[place].isalnum() or combining(text[place]) > 0)
    )


def _joined(changes: list[tuple[int, int, int, int]], around: int) -> list[tuple[int, int, int, int]]:
    joined: list[tuple[int, int, int, int]] = []
    for change in changes:
        if joined and change[0] - joined[-1][1] < around:
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


def told_apart(removed: str, added: str) -> str:
    """What was removed, so written that it differs to the eye from what came in its place.

    Marks that only stand apart from their letter, and letters of another script with the same look, are written out as
    code points.
    """
    if removed != added and normalize("NFC", removed) == normalize("NFC", added):
        return "".join(f"‹U+{ord(char):04X}›" if combining(char) else char for char in removed)
    if len(removed) == len(added):
        pairs = list(zip(removed, added, strict=True))
        if all(old == new or _script(old) != _script(new) for old, new in pairs):
            return "".join(old if old == new else f"‹U+{ord(old):04X}›" for old, new in pairs)
    return removed


def _script(char: str) -> str:
    """The first word of a letter's name: its script."""
    return name(char, "").partition(" ")[0] if char.isalpha() else ""
