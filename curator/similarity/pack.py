"""The words of all records as hashes, packed one after the other: one record is compared with all others at once.

A word is kept as 32 bits of its hash. Two different words share them with a chance of 2^-32, and only where they stand
in otherwise equal surroundings could that make two texts look more alike than they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curator.shingles import SHINGLE, Block, in_runs, mixed, shingled, words
from curator.similarity.sets import spans, whole

Ints = NDArray[np.int64]
Marks = NDArray[np.bool_]
_WORDS_AT_ONCE = 1 << 18
_FIRST_BITS = 16
_FEW = 200_000
"""So many hits are looked up one by one; more are counted by running sums."""
_STEP = np.uint64(0x9E3779B97F4A7C13)
"""Makes the same word another one at the next place."""


class Packed(NamedTuple):
    """The words of one record."""

    counts: NDArray[np.uint32]
    """How many each of its parts has."""
    hashes: NDArray[np.uint32]
    """The words of all parts, one after the other."""


class Near(NamedTuple):
    """A record that is nearly the same."""

    record_id: int
    similarity: float


def packed(records: Sequence[Sequence[str]]) -> Iterator[Packed]:
    """The words of some records, each with the same number of parts (texts, empty where there is none)."""
    texts = [part for parts in records for part in parts]
    found = [np.zeros(0, np.uint32)] * len(texts)
    for block in words(texts):
        folded = (block.hashes ^ (block.hashes >> np.uint64(32))).astype(np.uint32)
        pieces = np.split(folded, np.cumsum(block.counts))[:-1]
        for position, piece in zip(block.positions.tolist(), pieces, strict=True):
            found[position] = piece
    start = 0
    for parts in records:
        own = found[start : start + len(parts)]
        start += len(parts)
        yield Packed(np.array([len(piece) for piece in own], np.uint32), np.concatenate(own))


class Pack:
    """The words of many records; the last part of each is its target."""

    def __init__(self, ids: Ints, counts: NDArray[np.uint32], hashes: NDArray[np.uint32]) -> None:
        """Take over the arrays.

        Args:
            ids: The records, ascending.
            counts: Words of each part, by record and part.
            hashes: The words of all records, in the same order.
        """
        self.ids = ids
        self._hashes = hashes
        self._counts = counts.astype(np.int64)
        lengths = self._counts.sum(axis=1)
        ends = np.cumsum(lengths)
        self._starts = ends - lengths
        self._ends = {True: ends, False: ends - self._counts[:, -1]}
        self._asked: dict[tuple[int, bool], Marks] = {}
        flat = np.cumsum(self._counts.ravel()).reshape(self._counts.shape)
        self._part_starts = flat - self._counts

    def places(self, record_ids: Ints) -> Ints:
        """Where records that are here stand; both ascend."""
        return np.flatnonzero(np.isin(self.ids, record_ids, assume_unique=True))

    def shingles(self, target: bool, places: Ints) -> Iterator[Block]:
        """The shingles of some records, with their targets or without."""
        return (shingled(block) for block in self._blocks(places, self._all(places, target)))

    def runs(self, places: Ints, width: int, kept: Marks) -> Iterator[Block]:
        """Every run of so many words in some records; `kept` (record, part) says which parts are read."""
        return (in_runs(block, width) for block in self._blocks(places, kept))

    def common(self, places: Ints, part: int, times: int) -> Marks:
        """Which of some records have a part that more than so many of them have word for word."""
        starts, lengths = self._part_starts[places, part], self._counts[places, part]
        filled = np.flatnonzero(lengths)
        filled = filled[_alike(self._hashes, starts[filled], lengths[filled], times)]
        lengths = lengths[filled]
        order = spans(np.zeros_like(lengths), lengths).astype(np.uint64)
        words_ = self._hashes[spans(starts[filled], lengths)].astype(np.uint64)
        marks = (
            np.add.reduceat(mixed(words_ + order * _STEP), np.cumsum(lengths) - lengths)
            if len(filled)
            else lengths
        )
        _, which, counts = np.unique(marks, return_inverse=True, return_counts=True)
        found = np.zeros(len(places), bool)
        found[filled] = counts[which] > times
        return found

    def near(self, record_id: int, threshold: float, target: bool) -> list[Near]:
        """The other records that are at least this similar, as `near_duplicates.pairs` counts it; the nearest first.

        Args:
            record_id: The record that is compared with all.
            threshold: From 0.5 to 1.
            target: Compare inputs and targets as one text, or inputs alone.
        """
        place = self._place(record_id)
        length = 0 if place is None else int(self._ends[target][place] - self._starts[place])
        if place is None or not length:
            return []
        own = self._set(place, target)
        least = int(whole(np.array([threshold * len(own)]))[0])
        shared = self._counted(place, min(SHINGLE, length), target)
        found = []
        for other in shared.at_least(least):
            similarity = _jaccard(own, self._set(other, target))
            if other != place and similarity >= threshold:
                found.append(Near(int(self.ids[other]), similarity))
        return sorted(found, key=lambda near: (-near.similarity, near.record_id))

    def may_share(self, record_id: int, run: int) -> list[int]:
        """The records that have a run of so many words that are all words of this one: those that may share a run."""
        place = self._place(record_id)
        if place is None:
            return []
        return [int(self.ids[o]) for o in self._counted(place, run, target=True).at_least(1) if o != place]

    def _place(self, record_id: int) -> int | None:
        at = int(np.searchsorted(self.ids, record_id))
        return at if at < len(self.ids) and self.ids[at] == record_id else None

    def _counted(self, place: int, width: int, target: bool) -> _Counts:
        """For each record, how many runs of so many words it has that are all words of this one."""
        hits = self._hits(place, target)
        done = 1
        while done < width and len(hits) > width:
            step = min(done, width - done)
            hits = hits[:-step] & hits[step:]
            done += step
        places = np.flatnonzero(hits)
        if len(places) < _FEW:
            records = np.searchsorted(self._starts, places, side="right") - 1
            inside = places + width <= self._ends[target][records]
            return _Counts(*np.unique(records[inside], return_counts=True))
        before = np.zeros(len(hits) + 1, np.int32)
        np.cumsum(hits, out=before[1:])
        first = np.minimum(self._starts, len(hits))
        last = np.clip(self._ends[target] - width + 1, first, len(hits))
        counts = before[last] - before[first]
        records = np.flatnonzero(counts)
        return _Counts(records, counts[records])

    def _hits(self, place: int, target: bool) -> Marks:
        """Which words of all records this one has too; kept until another record is asked for."""
        if (key := (place, target)) not in self._asked:
            self._asked = {known: hits for known, hits in self._asked.items() if known[0] == place}
            own = np.unique(self._hashes[self._starts[place] : self._ends[target][place]])
            self._asked[key] = _is_among(self._hashes, own)
        return self._asked[key]

    def _set(self, place: int, target: bool) -> NDArray[np.uint64]:
        blocks = [block.hashes for block in self.shingles(target, np.array([place]))]
        return np.unique(np.concatenate([np.zeros(0, np.uint64), *blocks]))

    def _all(self, places: Ints, target: bool) -> Marks:
        kept = np.ones((len(places), self._counts.shape[1]), bool)
        kept[:, -1] = target
        return kept

    def _blocks(self, places: Ints, kept: Marks) -> Iterator[Block]:
        """The words of some parts of records; those without a word are left out."""
        counts = self._counts[places] * kept
        lengths = counts.sum(axis=1)
        filled = lengths > 0
        places, counts, lengths = places[filled], counts[filled], lengths[filled]
        edges = np.flatnonzero(np.diff(np.cumsum(lengths) // _WORDS_AT_ONCE)) + 1
        for part in np.split(np.arange(len(places)), edges):
            if len(part):
                where = spans(self._part_starts[places[part]].ravel(), counts[part].ravel())
                own = self._hashes[where].astype(np.uint64)
                yield Block(places[part].astype(np.int32), lengths[part], mixed(own))


class _Counts(NamedTuple):
    """Records with how often something was found in them."""

    records: Ints
    counts: NDArray[np.integer]

    def at_least(self, least: int) -> list[int]:
        """Those in which it was found so often."""
        found: list[int] = self.records[self.counts >= least].tolist()
        return found


def _alike(hashes: NDArray[np.uint32], starts: Ints, lengths: Ints, times: int) -> Marks:
    """Which runs of words more than so many others may equal: those of the same length, first and last word."""
    ends = hashes[starts] ^ (hashes[starts + lengths - 1].astype(np.uint64) << np.uint64(32))
    _, which, counts = np.unique(
        mixed(ends + lengths.astype(np.uint64)), return_inverse=True, return_counts=True
    )
    found: Marks = counts[which] > times
    return found


def _is_among(values: NDArray[np.uint32], known: NDArray[np.uint32]) -> Marks:
    """Which of the values are among some known ones, which differ: a table says which one has the same first bits."""
    shift = np.uint32(32 - _FIRST_BITS)
    slots = known >> shift
    # An empty slot holds a value that no value with its first bits can have.
    table = (np.arange(1, (1 << _FIRST_BITS) + 1, dtype=np.uint64) << np.uint64(32 - _FIRST_BITS)).astype(
        np.uint32
    )
    table[slots] = known
    hits = np.empty(len(values), bool)
    for start in range(0, len(values), _WORDS_AT_ONCE):
        some = slice(start, start + _WORDS_AT_ONCE)
        np.equal(table[values[some] >> shift], values[some], out=hits[some])
    for value in known[table[slots] != known]:
        hits |= values == value
    return hits


def _jaccard(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> float:
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / max(len(one) + len(other) - shared, 1)
