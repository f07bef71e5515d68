"""Which records must not be parted: equal inputs, one group, near duplicates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curator import near_duplicates
from curator.splitting.items import Ints, Marks

INPUT, GROUP, NEAR_INPUT, NEAR_WHOLE = range(4)
"""Columns of `Links.keys`: equal inputs, one group, the same shingles in the input, or in input and target."""

NO_KEY = -1
_SAME = 1.0 - 1e-9


class Links(NamedTuple):
    """What ties records together.

    Records that share a key belong together, and so do the records of two keys that are near. Unlike keys, nearness
    does not carry on: of three texts in a row, the outer two may be far apart.
    """

    keys: Ints
    """Records by kinds of key: the number of the key, or NO_KEY where nobody else could share it."""
    near: Ints
    """Pairs by two: keys whose records are near duplicates of each other, without being the same."""
    similarity: NDArray[np.float64]
    """Of the pairs in `near`: Jaccard similarity of the sets of shingles."""
    key_count: int
    """Number of keys."""


class Clusters(NamedTuple):
    """Connected components of records and keys."""

    of_record: Ints
    of_key: Ints
    total: int
    """Number of components; keys that nobody holds count too."""


class Collector:
    """Takes in record by record what ties it to others; texts are held only until the links are made."""

    def __init__(self, threshold: float) -> None:
        """`threshold`: similarity from which two texts are near; 0 looks for equal inputs and groups alone."""
        self._threshold = threshold
        self._inputs: list[str] = []
        self._groups: list[str] = []
        self._asked: list[str] = []
        self._given: list[str] = []

    def add(self, key: str, group: str, asked: str, given: str) -> None:
        """One more record.

        Args:
            key: Equal for equal inputs.
            group: The user's group; empty for none.
            asked: Its input text.
            given: Its target text; empty for none.
        """
        self._inputs.append(key)
        self._groups.append(group)
        if self._threshold:
            self._asked.append(asked)
            self._given.append(given)

    def links(self) -> Links:
        """The links of all records taken in; forgets their texts."""
        found = (near_duplicates.pairs(texts, self._threshold) for texts in self._joined())
        return linked(self._inputs, self._groups, found)

    def _joined(self) -> Iterator[Sequence[str]]:
        """The texts to be compared: the inputs, then input and target as one text where there are targets."""
        if not self._asked:
            return
        yield self._asked
        if any(self._given):
            for number, given in enumerate(self._given):
                self._asked[number] = f"{self._asked[number]}\n{given}"
                self._given[number] = ""
            yield self._asked
        self._asked, self._given = [], []


def linked(inputs: Sequence[str], groups: Sequence[str], nearness: Iterable[near_duplicates.Pairs]) -> Links:
    """The links of some records.

    Args:
        inputs: Equal for equal inputs.
        groups: The user's groups; empty for none.
        nearness: Pairs of records that are near: in their inputs first, then in input and target.
    """
    columns = [_shared(inputs), _shared(groups)]
    first = sum(_count(column) for column in columns)
    columns[1][columns[1] >= 0] += _count(columns[0])
    near, similarity = [np.zeros((0, 2), np.int64)], [np.zeros(0)]
    for found in nearness:
        column, pairs, values = _near_keys(len(inputs), found)
        columns.append(np.where(column >= 0, column + first, NO_KEY))
        near.append(pairs + first)
        similarity.append(values)
        first += _count(column)
    return Links(np.stack(columns, axis=1), np.concatenate(near), np.concatenate(similarity), first)


def clusters(links: Links, among: Marks | None = None) -> Clusters:
    """The connected components of some records; the others get a component each and join nothing."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    total, kinds = links.keys.shape
    inside = np.ones(total, bool) if among is None else among
    held = (links.keys >= 0) & inside[:, None]
    used = np.zeros(links.key_count, bool)
    used[links.keys[held]] = True
    near = links.near[used[links.near].all(axis=1)] + total
    record = np.repeat(np.arange(total), kinds).reshape(total, kinds)[held]
    start, end = np.concatenate([record, near[:, 0]]), np.concatenate([links.keys[held] + total, near[:, 1]])
    nodes = total + links.key_count
    graph = coo_array((np.ones(len(start), bool), (start, end)), shape=(nodes, nodes))
    count, labels = connected_components(graph, directed=False)
    return Clusters(labels[:total].astype(np.int64), labels[total:].astype(np.int64), int(count))


def kept_together(links: Links, found: Clusters) -> int:
    """Clusters of two or more records."""
    return int((np.bincount(found.of_record, minlength=1) > 1).sum()) if len(links.keys) else 0


def near_records(links: Links) -> Ints:
    """Pairs of records (by two) that are near; of those with the same shingles the first stands for all."""
    firsts = np.zeros(links.key_count, np.int64)
    for column in links.keys.T:
        at = np.flatnonzero(column >= 0)[::-1]
        firsts[column[at]] = at
    return np.unique(np.sort(firsts[links.near], axis=1), axis=0)


def bounds(links: Links, side: Ints) -> tuple[Ints, Ints]:
    """The lowest and the highest side among the placed records of each key; high -1 where there are none."""
    low = np.full(links.key_count, np.iinfo(np.int64).max)
    high = np.full(links.key_count, -1, np.int64)
    for column in links.keys.T:
        at = (column >= 0) & (side >= 0)
        np.minimum.at(low, column[at], side[at])
        np.maximum.at(high, column[at], side[at])
    return low, high


class Around:
    """The sides on which the records around a record stand; grows while records are placed."""

    def __init__(self, links: Links, side: Ints) -> None:
        low, high = bounds(links, side)
        self._low: list[int] = low.tolist()
        self._high: list[int] = high.tolist()
        self._keys = links.keys
        self._beside: dict[int, list[int]] = defaultdict(list)
        for left, right in links.near.tolist():
            self._beside[left].append(right)
            self._beside[right].append(left)

    def keys(self, record: int) -> list[int]:
        """The record's own keys, and those that are near to them."""
        own = [key for key in self._keys[record].tolist() if key >= 0]
        return own + [other for key in own for other in self._beside.get(key, ())]

    def sides(self, record: int) -> tuple[int, int]:
        """The lowest and the highest side among the placed records that it must not be parted from; high -1: none."""
        keys = self.keys(record)
        return min((self._low[k] for k in keys), default=0), max((self._high[k] for k in keys), default=-1)

    def place(self, record: int, side: int) -> None:
        """The record stands on this side from now on."""
        for key in self._keys[record].tolist():
            if key >= 0:
                self._low[key] = min(self._low[key], side)
                self._high[key] = max(self._high[key], side)


def _shared(values: Sequence[str]) -> Ints:
    """Number of each value, in order of values; NO_KEY for empty ones and those that stand once."""
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    counts[""] = 0
    numbers = {value: n for n, value in enumerate(sorted(value for value in counts if counts[value] > 1))}
    return np.fromiter((numbers.get(value, NO_KEY) for value in values), np.int64, len(values))


def _near_keys(total: int, found: near_duplicates.Pairs) -> tuple[Ints, Ints, NDArray[np.float64]]:
    """A key for each set of shingles that is not alone, and the pairs of such keys that are near."""
    same = found.similarity >= _SAME
    firsts = near_duplicates.clusters(
        total, near_duplicates.Pairs(found.left[same], found.right[same], found.similarity[same])
    )
    inside = np.unique(firsts[np.concatenate([found.left, found.right])])
    number = np.full(total, NO_KEY, np.int64)
    number[inside] = np.arange(len(inside))
    pairs = np.stack([number[firsts[found.left[~same]]], number[firsts[found.right[~same]]]], axis=1)
    return number[firsts], pairs, found.similarity[~same]


def _count(column: Ints) -> int:
    return int(column.max(initial=NO_KEY)) + 1
