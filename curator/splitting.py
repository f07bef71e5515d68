"""Train, validation and test: stratified, stable, and never the same input on two sides."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from curator.records import SPLITS
from curator.text import digest

ENOUGH_DOCUMENTS = 8
"""Fewer documents than this cannot be dealt out whole: they are cut inside."""


class Item(NamedTuple):
    """What the split has to know of one record."""

    id: int
    keys: tuple[str, ...]
    """Records that share a key (equal input, same group) stay together."""
    stratum: str
    """Records of one stratum are divided in the same shares."""
    weight: int
    """What it counts for: 1, or the length of a document."""
    current: str | None
    """Where it is already."""


class Assignment(NamedTuple):
    """The outcome of a split."""

    splits: dict[int, str | None]
    """Record to split; None where any side would leak."""
    leaks: int
    """Clusters that stand on two sides already, because they were edited after the split."""


def assign(
    items: Sequence[Item], shares: Mapping[str, float], seed: int, frozen_test: bool = False
) -> Assignment:
    """Give every record a side.

    A record that has a side keeps it, so nothing moves when others are added. A cluster of records that
    share a key follows the member that has a side. New clusters go, in an order drawn by `seed`, to the
    side of their stratum that lacks most.

    Args:
        items: The records.
        shares: Share of each side; they add up to 1.
        seed: Draws the order.
        frozen_test: Nothing new comes into test.
    """
    splits: dict[int, str | None] = {}
    fresh: dict[str, list[list[Item]]] = defaultdict(list)
    have: dict[str, Counter[str]] = defaultdict(Counter)
    total: Counter[str] = Counter()
    leaks = 0
    for cluster in clusters(items):
        stratum = _stratum(cluster)
        total[stratum] += _weight(cluster)
        sides = {item.current for item in cluster if item.current}
        if not sides:
            fresh[stratum].append(cluster)
            continue
        side = sides.pop() if len(sides) == 1 else None
        leaks += side is None
        for item in cluster:
            splits[item.id] = item.current or side
            have[stratum][splits[item.id] or ""] += item.weight
    open_sides: list[str] = [s for s in SPLITS if shares.get(s, 0) > 0 and not (frozen_test and s == "test")]
    owed = dict.fromkeys(open_sides, 0.0)
    for stratum, waiting in sorted(fresh.items()):
        # What a small stratum cannot give a side because records do not divide, the next ones make up for.
        want = {side: shares[side] * total[stratum] + owed[side] for side in open_sides}
        splits |= _deal(waiting, want, have[stratum], seed)
        owed = {side: want[side] - have[stratum][side] for side in open_sides}
    return Assignment(splits, leaks)


def clusters(items: Sequence[Item]) -> list[list[Item]]:
    """Items joined by shared keys, transitively (union-find)."""
    parent = list(range(len(items)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    first: dict[str, int] = {}
    for index, item in enumerate(items):
        for key in item.keys:
            parent[root(index)] = root(first.setdefault(key, index))
    joined: dict[int, list[Item]] = defaultdict(list)
    for index, item in enumerate(items):
        joined[root(index)].append(item)
    return list(joined.values())


def _deal(
    waiting: list[list[Item]], want: Mapping[str, float], have: Counter[str], seed: int
) -> dict[int, str | None]:
    dealt: dict[int, str | None] = {}
    for cluster in sorted(waiting, key=lambda cluster: _rank(cluster, seed)):
        # Rounded, so that a tie is a tie and not decided by the last bit.
        side = max(want, key=lambda side: round(want[side] - have[side], 6))
        have[side] += _weight(cluster)
        dealt |= {item.id: side for item in cluster}
    return dealt


def _rank(cluster: Sequence[Item], seed: int) -> str:
    """By content, not by number: the same data give the same split whatever order they came in."""
    return digest(str(seed), min(key for item in cluster for key in item.keys))


def _stratum(cluster: Sequence[Item]) -> str:
    counts = Counter(item.stratum for item in cluster)
    return min(counts, key=lambda stratum: (-counts[stratum], stratum))


def _weight(cluster: Sequence[Item]) -> int:
    return sum(item.weight for item in cluster)
