"""Which held-out texts share a run of words with training texts: n-gram decontamination (Brown et al. 2020, App. C).

Words are those of `curator.shingles`. Runs are compared by 64-bit hashes: what is shared is always found, and one
held-out text in 10^8 would be taken for shared by mistake, were there 10^9 runs to compare it with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curator.errors import CuratorError
from curator.shingles import Block, runs

RUN = 13
"""How many words in a row are too many to share."""
_NOBODY = np.int64(1 << 62)


class Overlap(NamedTuple):
    """A held-out text, and the first training text that shares a run of words with it."""

    held_out: int
    train: int


def contaminated(held_out: Sequence[str], train: Iterable[str], words: int = RUN) -> NDArray[np.bool_]:
    """Which of the held-out texts share a run of `words` words with a training text.

    `train` is read once and not kept. A text of fewer words shares nothing.

    Raises:
        CuratorError: `words` is below 1.
    """
    shared: NDArray[np.bool_] = _first_sharers(held_out, train, words) != _NOBODY
    return shared


def overlaps(held_out: Sequence[str], train: Iterable[str], words: int = RUN) -> list[Overlap]:
    """The same with a training text to look at, for each of the held-out texts that share a run.

    Raises:
        CuratorError: `words` is below 1.
    """
    first = _first_sharers(held_out, train, words)
    shared = np.flatnonzero(first != _NOBODY)
    return [Overlap(*both) for both in zip(shared.tolist(), first[shared].tolist(), strict=True)]


def overlaps_among(held_out: Iterable[Block], train: Iterable[Block], count: int) -> list[Overlap]:
    """`overlaps` of texts whose runs of words are known: blocks of them, in which the texts are numbered.

    Args:
        held_out: Runs of the held-out texts, numbered below `count`.
        train: Runs of the training texts; read once.
        count: One more than the highest number of a held-out text.
    """
    first = _first_among(list(held_out), train, count)
    shared = np.flatnonzero(first != _NOBODY)
    return [Overlap(*both) for both in zip(shared.tolist(), first[shared].tolist(), strict=True)]


def _first_sharers(held_out: Sequence[str], train: Iterable[str], words: int) -> NDArray[np.int64]:
    if words < 1:
        raise CuratorError(f"A run of {words} words is none.", "Choose at least 1; 13 is customary.")
    return _first_among(list(runs(held_out, words)), runs(train, words), len(held_out))


def _first_among(blocks: list[Block], train: Iterable[Block], count: int) -> NDArray[np.int64]:
    """For each held-out text the first training text that shares a run with it."""
    first = np.full(count, _NOBODY)
    hashes = np.concatenate([np.zeros(0, np.uint64), *(block.hashes for block in blocks)])
    owners = [np.repeat(block.positions, block.counts) for block in blocks]
    known, which = np.unique(hashes, return_inverse=True)
    sharers = np.full(len(known), _NOBODY)
    lookup = _Lookup(known)
    for block in train:
        hits, places = lookup.find(block.hashes)
        texts = np.searchsorted(np.cumsum(block.counts), hits, side="right")
        np.minimum.at(sharers, places, block.positions[texts].astype(np.int64))
    np.minimum.at(first, np.concatenate([np.zeros(0, np.int32), *owners]), sharers[which])
    return first


class _Lookup:
    """Finds hashes among known ones, which ascend, by a table of where those with the same first bits begin."""

    def __init__(self, known: NDArray[np.uint64]) -> None:
        bits = min(max((2 * len(known)).bit_length(), 8), 27)
        self._known = known
        self._shift = np.uint64(64 - bits)
        self._starts = np.zeros((1 << bits) + 1, np.int32)
        np.add.at(self._starts, self._places(known) + 1, np.int32(1))
        np.cumsum(self._starts, out=self._starts)

    def find(self, hashes: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Which of the hashes are known, and where each of these stands among the known ones."""
        places = self._places(hashes)
        at, ends = self._starts[places], self._starts[places + 1]
        some = np.flatnonzero(at < ends)
        at, ends = at[some], ends[some]
        found = []
        while len(some):
            same = self._known[at] == hashes[some]
            found.append((some[same], at[same]))
            at += 1
            more = ~same & (at < ends)
            some, at, ends = some[more], at[more], ends[more]
        which, where = zip(*found, strict=True) if found else ((some,), (at,))
        return np.concatenate(which), np.concatenate(where)

    def _places(self, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        return (hashes >> self._shift).view(np.int64)
