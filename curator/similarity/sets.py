"""Many sets of tokens, laid out so that they can be compared quickly."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curator.shingles import mixed

_ROWS = 1 << 17
"""Tokens worked on at once."""
_SLACK = 1e-9
_NOTHING = np.uint64((1 << 64) - 1)
"""Stands where a token was that the set has already."""


class Sets(NamedTuple):
    """Sets of tokens, smaller ones first."""

    numbers: NDArray[np.int32]
    """What the caller calls each set."""
    sizes: NDArray[np.int64]
    starts: NDArray[np.int64]
    """Where the tokens of each set begin."""
    tokens: NDArray[np.uint64]
    """The tokens of a set, all different, in ascending order; what lies between two sets means nothing."""
    marks: NDArray[np.uint64]
    """A hash of the whole set."""
    parities: NDArray[np.uint64]
    """Bit n tells whether the set has an odd number of tokens with n in their last six bits."""


def slabs(sizes: NDArray[np.int64]) -> Iterator[tuple[int, int, int]]:
    """Runs (first, last + 1, size) of equal sizes, none with more tokens than are good at once; `sizes` ascend."""
    edges = [0, *(np.flatnonzero(np.diff(sizes)) + 1).tolist(), len(sizes)]
    for start, stop in pairwise(edges):
        size = int(sizes[start]) if stop > start else 1
        step = max(_ROWS // size, 1)
        for first in range(start, stop, step):
            yield first, min(first + step, stop), size


def whole(bounds: NDArray[np.floating]) -> NDArray[np.int64]:
    """The whole numbers at or above lower bounds; these give way a little, so that rounding never loses a pair."""
    least: NDArray[np.int64] = np.ceil(bounds * (1 - _SLACK) - _SLACK).astype(np.int64)
    return least


def spare(sizes: NDArray[np.int64], threshold: float) -> NDArray[np.int64]:
    """How many tokens of a set of this size may be missing in a partner."""
    return sizes - whole(threshold * sizes)


def needed(both: NDArray[np.integer], threshold: float) -> NDArray[np.int64]:
    """How many tokens two sets must share that have so many together."""
    return whole(threshold / (1 + threshold) * both)


def spans(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """start, start + 1, … for each start, as many as its length says."""
    skipped = np.cumsum(lengths) - lengths
    return np.repeat(starts - skipped, lengths) + np.arange(int(lengths.sum()))


def arranged(numbers: NDArray[np.int32], widths: NDArray[np.int64], tokens: NDArray[np.uint64]) -> Sets:
    """Sets out of tokens that follow one another set by set, the one with the fewest first; `tokens` is used up.

    A token may come more than once; `widths` counts each time.
    """
    starts = np.cumsum(widths) - widths
    sizes = widths.copy()
    marks, parities = np.empty(len(widths), np.uint64), np.empty(len(widths), np.uint64)
    for first, last, width in slabs(widths):
        rows = tokens[starts[first] : starts[first] + (last - first) * width].reshape(-1, width)
        repeated = _sort(rows)
        hashes, bits = mixed(rows.copy()), np.uint64(1) << (rows & np.uint64(63))
        if repeated is not None:
            sizes[first:last] -= repeated
            hashes[rows == _NOTHING] = bits[rows == _NOTHING] = 0
        hashes.sum(axis=1, out=marks[first:last])
        np.bitwise_xor.reduce(bits, axis=1, out=parities[first:last])
    order = np.argsort(sizes, kind="stable")
    return Sets(numbers[order], sizes[order], starts[order], tokens, marks[order], parities[order])


def _sort(rows: NDArray[np.uint64]) -> NDArray[np.int64] | None:
    """Sort each row in place, each token once and nothing after the last; how many of each row went, if any."""
    rows.sort(axis=1)
    same = rows[:, 1:] == rows[:, :-1]
    if not same.any():
        return None
    rows[:, 1:][same] = _NOTHING
    repeated: NDArray[np.int64] = same.sum(axis=1)
    changed = np.flatnonzero(repeated)
    rows[changed] = np.sort(rows[changed], axis=1)
    return repeated


def without_copies(sets: Sets) -> tuple[Sets, NDArray[np.int32], NDArray[np.int32]]:
    """One set of each that are equal, that with the lowest number; and (lowest, other) numbers of those left out.

    Equal means of one size and one 64-bit hash.
    """
    order = np.lexsort((sets.numbers, sets.marks, sets.sizes))
    sizes, marks = sets.sizes[order], sets.marks[order]
    new = np.ones(len(order), bool)
    new[1:] = (sizes[1:] != sizes[:-1]) | (marks[1:] != marks[:-1])
    firsts = order[new]
    lowest = firsts[np.cumsum(new) - 1][~new]
    numbers, sizes, starts, tokens, marks, parities = sets
    kept = Sets(numbers[firsts], sizes[firsts], starts[firsts], tokens, marks[firsts], parities[firsts])
    return kept, numbers[lowest], numbers[order[~new]]
