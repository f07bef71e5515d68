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
_WORDS_AT_ONCE = 1 << 19
_FIRST_BITS = 16


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
        lengths = counts.sum(axis=1, dtype=np.int64)
        ends = np.cumsum(lengths)
        self._starts = ends - lengths
        self._ends = {True: ends, False: ends - counts[:, -1]}

    def shingles(self, target: bool, chosen: Ints | None = None) -> Iterator[Block]:
        """The shingles of some records (by position), or of all, with their targets or without."""
        places = np.arange(len(self.ids)) if chosen is None else chosen
        return (shingled(block) for block in self._blocks(places, target))

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
        for other in np.flatnonzero(shared >= least).tolist():
            similarity = _jaccard(own, self._set(other, target))
            if other != place and similarity >= threshold:
                found.append(Near(int(self.ids[other]), similarity))
        return sorted(found, key=lambda near: (-near.similarity, near.record_id))

    def sharing(self, record_id: int, run: int) -> list[int]:
        """The other records that share a run of so many words with a record, targets included."""
        place = self._place(record_id)
        if place is None:
            return []
        candidates = np.flatnonzero(self._counted(place, run, target=True))
        own = [block.hashes for block in self._runs(np.array([place]), run)]
        if not own or not len(candidates):
            return []
        known = np.unique(np.concatenate(own))
        found = {
            int(position)
            for block in self._runs(candidates, run)
            for position in np.repeat(block.positions, block.counts)[np.isin(block.hashes, known)]
        }
        return [int(self.ids[other]) for other in sorted(found - {place})]

    def _place(self, record_id: int) -> int | None:
        at = int(np.searchsorted(self.ids, record_id))
        return at if at < len(self.ids) and self.ids[at] == record_id else None

    def _counted(self, place: int, width: int, target: bool) -> Ints:
        """For each record, how many runs of so many words it has that are all words of this one."""
        own = np.unique(self._hashes[self._starts[place] : self._ends[target][place]])
        hits = _is_among(self._hashes, own)
        done = 1
        while done < width and len(hits) > width:
            step = min(done, width - done)
            hits = hits[:-step] & hits[step:]
            done += step
        before = np.zeros(len(hits) + 1, np.int32)
        np.cumsum(hits, out=before[1:])
        last = np.maximum(self._ends[target] - width + 1, self._starts)
        reached = np.minimum(last, len(hits))
        counts: Ints = (before[reached] - before[np.minimum(self._starts, reached)]).astype(np.int64)
        return counts

    def _set(self, place: int, target: bool) -> NDArray[np.uint64]:
        blocks = [block.hashes for block in self.shingles(target, np.array([place]))]
        return np.unique(np.concatenate([np.zeros(0, np.uint64), *blocks]))

    def _runs(self, places: Ints, width: int) -> Iterator[Block]:
        return (in_runs(block, width) for block in self._blocks(places, target=True))

    def _blocks(self, places: Ints, target: bool) -> Iterator[Block]:
        """The words of some records; those without a word are left out."""
        starts, lengths = self._starts[places], self._ends[target][places] - self._starts[places]
        filled = lengths > 0
        places, starts, lengths = places[filled], starts[filled], lengths[filled]
        edges = np.flatnonzero(np.diff(np.cumsum(lengths) // _WORDS_AT_ONCE)) + 1
        for part in np.split(np.arange(len(places)), edges):
            if len(part):
                own = self._hashes[spans(starts[part], lengths[part])].astype(np.uint64)
                yield Block(places[part].astype(np.int32), lengths[part], mixed(own))


def _is_among(values: NDArray[np.uint32], known: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which of the values are among some known ones; most are told by their first bits."""
    shift = np.uint32(32 - _FIRST_BITS)
    table = np.zeros(1 << _FIRST_BITS, bool)
    table[known >> shift] = True
    hits: NDArray[np.bool_] = table[values >> shift]
    likely = np.flatnonzero(hits)
    places = np.minimum(np.searchsorted(known, values[likely]), len(known) - 1)
    hits[likely] = known[places] == values[likely]
    return hits


def _jaccard(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> float:
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / max(len(one) + len(other) - shared, 1)
