"""Records that are tied together and stand on two sides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from curator.splitting.items import Ints, Marks
from curator.splitting.links import Clusters, Links, bounds


class Crossing(NamedTuple):
    """A record that gives away one on a side further out (train is innermost, test outermost)."""

    inner: int
    outer: int
    """The two records, by position."""
    kind: int
    """The column of `Links.keys` that ties them: INPUT, GROUP, NEAR_INPUT or NEAR_WHOLE."""
    similarity: float
    """1 for equal ones."""


def leaking_clusters(links: Links, side: Ints, found: Clusters) -> int:
    """Clusters in which two records that must not be parted stand on two sides."""
    low, high = bounds(links, side)
    bad = found.of_key[_crossed(low, high)]
    pairs = links.near[_crossed_pairs(links, low, high)]
    return len(np.union1d(bad, found.of_key[pairs[:, 0]]))


def crossings(links: Links, side: Ints) -> Iterator[Crossing]:
    """Every record that shares a key with one further out, or is near to one, the strongest tie first.

    Of the records that a tie leads to, the first one on the outermost side is named.
    """
    low, high = bounds(links, side)
    crossed = _crossed_pairs(links, low, high)
    wanted = _crossed(low, high)
    wanted[links.near[crossed].ravel()] = True
    members = _members(links, side, wanted)
    for key in np.flatnonzero(_crossed(low, high)).tolist():
        yield from _between(members[key], members[key], side, 1.0)
    order = np.flatnonzero(crossed)[np.argsort(-links.similarity[crossed], kind="stable")]
    for pair in order.tolist():
        left, right = (members[key] for key in links.near[pair].tolist())
        yield from _between(left, right, side, float(links.similarity[pair]))
        yield from _between(right, left, side, float(links.similarity[pair]))


def _between(
    near: list[tuple[int, int]], far: list[tuple[int, int]], side: Ints, similarity: float
) -> Iterator[Crossing]:
    outer = max(far, key=lambda member: (side[member[0]], -member[0]))[0]
    for record, kind in near:
        if side[record] < side[outer]:
            yield Crossing(record, outer, kind, similarity)


def _crossed(low: Ints, high: Ints) -> Marks:
    crossed: Marks = (high >= 0) & (low != high)
    return crossed


def _crossed_pairs(links: Links, low: Ints, high: Ints) -> Marks:
    left, right = links.near[:, 0], links.near[:, 1]
    both = (high[left] >= 0) & (high[right] >= 0)
    crossed: Marks = both & ((low[left] != high[right]) | (low[right] != high[left]))
    return crossed


def _members(links: Links, side: Ints, wanted: Marks) -> dict[int, list[tuple[int, int]]]:
    """The placed records of some keys, each with the kind of the key."""
    members: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for kind, column in enumerate(links.keys.T):
        at = np.flatnonzero((column >= 0) & (side >= 0))
        at = at[wanted[column[at]]]
        for record, key in zip(at.tolist(), column[at].tolist(), strict=True):
            members[key].append((record, kind))
    return members
