"""The pairs of sets whose Jaccard similarity reaches a threshold, exactly.

Each step only leaves out what cannot be such a pair:

1. prefix filter (Chaudhuri et al. 2006, Bayardo et al. 2007): with the tokens of all sets in one order, rare ones
   first, two similar sets share a token within their first |x| - ceil(t |x|) + 1;
2. length filter (Bayardo et al. 2007): t |x| <= |y| <= |x| / t;
3. positional filter (Xiao et al. 2008, PPJoin): where that token stands says how many can still follow;
4. bitmap filter (Sandes et al. 2020): sets differ in at least as many tokens as their parities differ in bits;
5. what is left is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curator.errors import TooMuch
from curator.similarity.sets import Sets, needed, slabs, spans, spare, whole

_CANDIDATES = 1 << 18
"""Candidate pairs worked on at once."""
_WAITING = 1 << 21
"""Candidate pairs kept before they are counted."""
_MOST = 10_000_000
"""Pairs that may be found, a few of them more than once."""


class Matches(NamedTuple):
    """Pairs of sets by their place among the sets."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    similarity: NDArray[np.float64]


def join(sets: Sets, threshold: float) -> Matches:
    """Every pair with a similarity of at least `threshold`; no two of the sets may be equal.

    Raises:
        CuratorError: there are more pairs than fit into memory.
    """
    postings = _postings(sets, threshold)
    found, waiting, count = [], [np.zeros(0, np.int64)], 0
    for some in _entry_pairs(np.arange(1, len(postings.ends) + 1), postings.ends):
        waiting.append(_fitting(sets, threshold, postings, *some))
        if sum(map(len, waiting)) > _WAITING:
            found.append(_matches(sets, threshold, _distinct(np.concatenate(waiting))))
            waiting, count = waiting[:1], count + len(found[-1].left)
            _refuse_too_many(count, threshold)
    found.append(_matches(sets, threshold, _distinct(np.concatenate(waiting))))
    return found[0] if len(found) == 1 else _united(found)


def links(sets: Sets, threshold: float) -> Matches:
    """Enough of the pairs that `join` finds to connect what they connect.

    Neighbours in the order of each token are tried first. After that only pairs are tried that would connect what is
    not connected yet, so a thousand variations of one text cost a thousand comparisons and not half a million.
    """
    postings = _postings(sets, threshold)
    entries = np.flatnonzero(postings.ends > np.arange(1, len(postings.ends) + 1))
    found = [_matches(sets, threshold, _fitting(sets, threshold, postings, entries, entries + 1))]
    parts = _parts(len(sets.sizes), found)
    order, starts, ends = _between_parts(postings, parts)
    for one, other in _entry_pairs(starts, ends):
        here, there = order[one], order[other]
        fresh = parts[postings.owners[here]] != parts[postings.owners[there]]
        pairs = _fitting(sets, threshold, postings, here[fresh], there[fresh])
        matches = _matches(sets, threshold, pairs)
        if len(matches.left):
            found.append(matches)
            parts = _parts(len(sets.sizes), found)
    return Matches(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


def _refuse_too_many(pairs: int, threshold: float) -> None:
    if pairs > _MOST:
        raise TooMuch(
            f"More than {_MOST:,} pairs of texts are at least {threshold:g} alike: many share one long text.",
            "Leave the text that they share out of the comparison, or choose a higher similarity.",
        )


def _united(found: list[Matches]) -> Matches:
    """Matches of which some were found several times, each once."""
    left, right, similarity = (np.concatenate(columns) for columns in zip(*found, strict=True))
    once = np.unique(left << 32 | right, return_index=True)[1]
    return Matches(left[once], right[once], similarity[once])


class _Postings(NamedTuple):
    """The tokens of all prefixes, equal ones together and smaller sets first among them."""

    owners: NDArray[np.int32]
    sizes: NDArray[np.int32]
    """How large the set is."""
    rest: NDArray[np.int32]
    """How many tokens it has from this one on."""
    groups: NDArray[np.int64]
    """Which token it is, counted from 1."""
    ends: NDArray[np.int64]
    """Where the entries end that hold the same token in a set that is not too large."""


def _postings(sets: Sets, threshold: float) -> _Postings:
    lengths = spare(sets.sizes, threshold) + 1
    places = spans(sets.starts, lengths)
    owners = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    rest = (np.repeat(sets.starts + sets.sizes, lengths) - places).astype(np.int32)
    bits = np.uint64(max(len(places).bit_length(), 8))
    # The number of the entry takes the low bits; tokens that agree in all other bits only make more candidates.
    entries = (sets.tokens[places] << np.uint64(8)) >> bits << bits
    entries |= np.arange(len(places), dtype=np.uint64)
    entries.sort()
    new = np.ones(len(entries) + 1, bool)
    np.not_equal(entries[1:] >> bits, entries[:-1] >> bits, out=new[1:-1])
    shared = ~(new[1:] & new[:-1])
    order = (entries[shared] & ((np.uint64(1) << bits) - np.uint64(1))).view(np.int64)
    groups = np.cumsum(new[:-1][shared])
    owners = owners[order]
    limits = np.searchsorted(whole(threshold * sets.sizes), sets.sizes, side="right")
    lines = groups * (len(lengths) + 1)
    ends = np.searchsorted(lines + owners, lines + limits[owners])
    return _Postings(owners, sets.sizes.astype(np.int32)[owners], rest[order], groups, ends)


def _distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each value once, in ascending order; `values` is used up."""
    values.sort()
    new = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=new[1:])
    return values[new]


def _entry_pairs(
    starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Each entry with each of those from its start to its end, some at a time."""
    total = np.cumsum(ends - starts)
    first = 0
    while first < len(total):
        done = int(total[first - 1]) if first else 0
        last = max(int(np.searchsorted(total, done + _CANDIDATES)), first + 1)
        lengths = (ends - starts)[first:last]
        yield np.repeat(np.arange(first, last), lengths), spans(starts[first:last], lengths)
        first = last


def _fitting(
    sets: Sets, threshold: float, postings: _Postings, here: NDArray[np.int64], there: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The pairs of sets of two entries each that the filters leave, each once, as smaller << 32 | larger."""
    both = postings.sizes[here] + postings.sizes[there]
    fits = np.minimum(postings.rest[here], postings.rest[there]) >= needed(both, threshold)
    here, there, both = here[fits], there[fits], both[fits]
    left, right = postings.owners[here].astype(np.int64), postings.owners[there].astype(np.int64)
    differing = np.bitwise_count(sets.parities[left] ^ sets.parities[right])
    fits = differing <= both - 2 * needed(both, threshold)
    left, right = left[fits], right[fits]
    return _distinct(np.minimum(left, right) << 32 | np.maximum(left, right))


def _matches(sets: Sets, threshold: float, pairs: NDArray[np.int64]) -> Matches:
    """Those of the pairs that are as similar as they should be."""
    left, right = pairs >> 32, pairs & 0xFFFFFFFF
    shared = _overlaps(sets, left, right)
    similarity = shared / (sets.sizes[left] + sets.sizes[right] - shared)
    near = similarity >= threshold
    return Matches(left[near], right[near], similarity[near])


def _overlaps(sets: Sets, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many tokens each pair shares."""
    shared = np.empty(len(left), np.int64)
    lengths = sets.sizes[left] + sets.sizes[right]
    order = np.argsort(lengths, kind="stable")
    for first, last, size in slabs(lengths[order]):
        pairs = order[first:last]
        both = np.stack([left[pairs], right[pairs]], axis=1).ravel()
        rows = sets.tokens[spans(sets.starts[both], sets.sizes[both])].reshape(-1, size)
        rows.sort(axis=1)
        shared[pairs] = (rows[:, 1:] == rows[:, :-1]).sum(axis=1)
    return shared


def _parts(count: int, found: list[Matches]) -> NDArray[np.int32]:
    """Which connected part each set is in."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    left, right, _ = (np.concatenate(columns) for columns in zip(*found, strict=True))
    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(count, count))
    parts: NDArray[np.int32] = connected_components(graph, directed=False)[1]
    return parts


def _between_parts(
    postings: _Postings, parts: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Entries ordered by token and part; and from where to where those of the same token and later parts stand."""
    held = parts[postings.owners]
    order = np.lexsort((held, postings.groups))
    groups, held = postings.groups[order], held[order]
    ends = np.searchsorted(groups, groups, side="right")
    edges = np.ones(len(order) + 1, bool)
    edges[1:-1] = (groups[1:] != groups[:-1]) | (held[1:] != held[:-1])
    places = np.flatnonzero(edges)
    starts = np.repeat(places[1:], np.diff(places))
    return order, starts, ends
