"""Texts that are nearly the same: pairs, clusters, and the neighbours of one text.

The similarity of two texts is the Jaccard similarity of their sets of word shingles (`curator.shingles`). It is
counted, not estimated, and no pair is missed. Shingles are told apart by 56 bits of their hashes, so two texts of a
hundred words are judged wrongly with a chance below 10^-12. A text without a word is near to nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curator.errors import CuratorError
from curator.shingles import Block, shingles
from curator.similarity import join
from curator.similarity.pruning import prune
from curator.similarity.sets import Sets, needed, spans, spare, whole, without_copies

DEFAULT_THRESHOLD = 0.8
"""The similarity from which on texts count as nearly the same."""
_SEARCH = 20
"""Looking up one entry takes as long as reading about this many."""
_STEP = 1 << 20
"""Entries moved at once."""


class Pairs(NamedTuple):
    """Pairs of texts by their positions, left < right, sorted by (left, right)."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    similarity: NDArray[np.float64]


def pairs(texts: Sequence[str], threshold: float = DEFAULT_THRESHOLD) -> Pairs:
    """The pairs of texts with a similarity of at least `threshold`.

    Of texts with the same shingles, each is paired with the first of them (similarity 1.0), and only that first one
    with texts that differ from it. `every_pair` adds the pairs that follow from these.

    Raises:
        CuratorError: the threshold is not above 0 and at most 1, or there are more than about 10 million pairs.
    """
    return _found(shingles(texts), threshold, join.join)


def pairs_among(sets: Iterable[Block], threshold: float = DEFAULT_THRESHOLD) -> Pairs:
    """`pairs` of texts whose shingles are known: blocks of them, in which the texts are numbered.

    Raises:
        CuratorError: the threshold is not above 0 and at most 1, or there are more than about 10 million pairs.
    """
    return _found(sets, threshold, join.join)


def links(texts: Sequence[str], threshold: float = DEFAULT_THRESHOLD) -> Pairs:
    """Enough of the pairs of texts to tell the clusters, however many pairs there are.

    Ten thousand variations of one text make fifty million pairs; where only `clusters` are asked for, take these.

    Raises:
        CuratorError: the threshold is not above 0 and at most 1.
    """
    return _found(shingles(texts), threshold, join.links)


def _found(blocks: Iterable[Block], threshold: float, find: Callable[[Sets, float], join.Matches]) -> Pairs:
    check_threshold(threshold)
    sets = prune(blocks, threshold)
    sets, firsts, copies = without_copies(sets)
    matches = find(sets, threshold)
    left = np.concatenate([firsts, sets.numbers[matches.left]])
    right = np.concatenate([copies, sets.numbers[matches.right]])
    return _sorted(left, right, np.concatenate([np.ones(len(firsts)), matches.similarity]))


def check_threshold(threshold: float) -> None:
    """Refuse a similarity that is none.

    Raises:
        CuratorError: the threshold is not above 0 and at most 1.
    """
    if not 0 < threshold <= 1:
        raise CuratorError(
            f"{threshold} is not a similarity.", "Choose one above 0 and at most 1, such as 0.8."
        )


def _sorted(left: NDArray[np.integer], right: NDArray[np.integer], similarity: NDArray[np.float64]) -> Pairs:
    low, high = np.minimum(left, right).astype(np.int64), np.maximum(left, right).astype(np.int64)
    order = np.lexsort((high, low))
    return Pairs(low[order], high[order], similarity[order])


def every_pair(found: Pairs) -> Pairs:
    """All pairs of texts with a similarity of at least the threshold, out of what `pairs` found.

    A text that is there n times brings n (n - 1) / 2 of them.
    """
    equal = found.similarity == 1.0
    firsts = np.arange(int(found.right.max(initial=-1)) + 1)
    firsts[found.right[equal]] = found.left[equal]
    members = np.argsort(firsts, kind="stable")
    sizes = np.bincount(firsts, minlength=len(firsts))
    starts = np.cumsum(sizes) - sizes

    later = np.repeat(starts + sizes, sizes) - np.arange(len(members)) - 1
    left, right = [np.repeat(members, later)], [members[spans(np.arange(len(members)) + 1, later)]]

    one, other = found.left[~equal], found.right[~equal]
    times = sizes[one] * sizes[other]
    turn, width = spans(np.zeros_like(times), times), np.repeat(sizes[other], times)
    left.append(members[np.repeat(starts[one], times) + turn // width])
    right.append(members[np.repeat(starts[other], times) + turn % width])
    similarity = np.concatenate([np.ones(len(left[0])), np.repeat(found.similarity[~equal], times)])
    return _sorted(np.concatenate(left), np.concatenate(right), similarity)


def count_every_pair(found: Pairs) -> int:
    """How many pairs `every_pair` would give."""
    equal = found.similarity == 1.0
    copies = np.bincount(found.left[equal], minlength=int(found.right.max(initial=-1)) + 1).astype(np.int64)
    sizes = copies + 1
    among = copies * sizes // 2
    return int(among.sum() + (sizes[found.left[~equal]] * sizes[found.right[~equal]]).sum())


def clusters(count: int, found: Pairs) -> NDArray[np.int64]:
    """The cluster of each of `count` texts, named by the position of its first text (connected components)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(found.left), np.int8), (found.left, found.right)), shape=(count, count))
    parts = connected_components(graph, directed=False)[1]
    firsts = np.full(int(parts.max(initial=-1)) + 1, count)
    np.minimum.at(firsts, parts, np.arange(count))
    return firsts[parts]


def neighbours(
    wanted: Sequence[str], texts: Sequence[str], threshold: float = DEFAULT_THRESHOLD
) -> list[list[tuple[int, float]]]:
    """What `Index(texts, threshold).near` says of each wanted text, in one look through the texts and little memory.

    For a few texts this is quicker than making an index.

    Raises:
        CuratorError: the threshold is not above 0 and at most 1.
    """
    check_threshold(threshold)
    sets = [np.unique(block.hashes) for text in wanted for block in shingles([text]) if len(block.hashes)]
    if not sets:
        return [[] for _ in wanted]
    known, least = np.unique(np.concatenate(sets)), whole(np.array([threshold * min(map(len, sets))]))
    likely: list[int] = []
    for block in shingles(texts):
        places = np.minimum(np.searchsorted(known, block.hashes), len(known) - 1)
        shared = np.concatenate([[0], np.cumsum(known[places] == block.hashes)])
        stops = np.cumsum(block.counts)
        likely += block.positions[shared[stops] - shared[stops - block.counts] >= least].tolist()
    index = Index([texts[place] for place in likely], threshold)
    return [[(likely[place], similarity) for place, similarity in index.near(text)] for text in wanted]


class Index:
    """The neighbours of one text at a time, kept up to date as texts change.

    Shingles are told apart by as many bits as an entry of 64 bits has left beside the position of a text: 45 for half a
    million texts, 51 for five thousand.
    """

    def __init__(self, texts: Sequence[str], threshold: float = DEFAULT_THRESHOLD) -> None:
        """Look through all texts once.

        Raises:
            CuratorError: the threshold is not above 0 and at most 1.
        """
        check_threshold(threshold)
        self._threshold = threshold
        self._mask = np.uint64((1 << len(texts).bit_length()) - 1)
        self._entries = _entries(texts, self._mask)
        """Shingles, each with the position of a text that has it in its last bits."""
        self._sizes = np.bincount(self._positions(slice(None)), minlength=len(texts))
        self._changed: dict[int, frozenset[int]] = {}
        """The shingles of texts that were added or replaced; the entries of these positions hold no longer."""
        self._holders: dict[int, set[int]] = {}
        self._next = len(texts)

    def near(self, text: str) -> list[tuple[int, float]]:
        """Positions and similarities of the texts at or above the threshold, the most similar first.

        The text itself is among them if it is in the index.
        """
        tokens = self._tokens(text)
        found = [*self._near_unchanged(tokens), *self._near_changed(tokens)]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    def add(self, text: str) -> int:
        """Take in one more text; its position."""
        self._next += 1
        self.replace(self._next - 1, text)
        return self._next - 1

    def replace(self, position: int, text: str) -> None:
        """Take the text at this position to be another one.

        Raises:
            IndexError: there is no text at this position.
        """
        if not 0 <= position < self._next:
            raise IndexError(position)
        for token in self._changed.get(position, ()):
            self._holders[token].discard(position)
        if position < len(self._sizes):
            self._sizes[position] = 0
        self._changed[position] = frozenset(self._tokens(text).tolist())
        for token in self._changed[position]:
            self._holders.setdefault(token, set()).add(position)

    def _tokens(self, text: str) -> NDArray[np.uint64]:
        hashes = [block.hashes for block in shingles([text])]
        return np.unique(np.concatenate([np.zeros(0, np.uint64), *hashes]) & ~self._mask)

    def _positions(self, part: slice | NDArray[np.int64]) -> NDArray[np.int64]:
        return (self._entries[part] & self._mask).view(np.int64)

    def _near_unchanged(self, tokens: NDArray[np.uint64]) -> list[tuple[int, float]]:
        """The neighbours among the texts that are as they were.

        A neighbour has one of any |x| - ceil(t |x|) + 1 shingles: the rarest of them say who is looked at.
        """
        starts = np.searchsorted(self._entries, tokens)
        lengths = np.searchsorted(self._entries, tokens | self._mask, side="right") - starts
        order = np.argsort(lengths, kind="stable")
        tokens, starts, lengths = tokens[order], starts[order], lengths[order]
        rare = int(spare(np.array([len(tokens)]), self._threshold)[0]) + 1
        shared = self._held(starts[:rare], lengths[:rare])
        places = np.flatnonzero(shared)
        least = needed(len(tokens) + self._sizes[places], self._threshold)
        possible = shared[places] + len(tokens) - rare >= least
        places = places[possible & (self._sizes[places] >= least)]
        shared = shared[places] + self._sharing(places, tokens[rare:], starts[rare:], lengths[rare:])
        similarity = shared / (len(tokens) + self._sizes[places] - shared)
        near = similarity >= self._threshold
        return list(zip(places[near].tolist(), similarity[near].tolist(), strict=True))

    def _held(self, starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
        """For each text, how many of some shingles it has, given where their entries are."""
        return np.bincount(self._positions(spans(starts, lengths)), minlength=len(self._sizes))

    def _sharing(
        self,
        places: NDArray[np.int64],
        tokens: NDArray[np.uint64],
        starts: NDArray[np.int64],
        lengths: NDArray[np.int64],
    ) -> NDArray[np.int64]:
        """How many of these shingles the texts at `places` have, found by whichever way is shorter."""
        if lengths.sum() < _SEARCH * len(places) * len(tokens):
            return self._held(starts, lengths)[places]
        wanted = (tokens[:, None] | places.astype(np.uint64)).ravel()
        at = np.minimum(np.searchsorted(self._entries, wanted), len(self._entries) - 1)
        held = (self._entries[at] == wanted).reshape(len(tokens), len(places))
        shared: NDArray[np.int64] = held.sum(axis=0)
        return shared

    def _near_changed(self, tokens: NDArray[np.uint64]) -> list[tuple[int, float]]:
        shared = Counter(place for token in tokens.tolist() for place in self._holders.get(token, ()))
        found = [(place, n / (len(tokens) + len(self._changed[place]) - n)) for place, n in shared.items()]
        return [hit for hit in found if hit[1] >= self._threshold]


def _entries(texts: Sequence[str], mask: np.uint64) -> NDArray[np.uint64]:
    """Every shingle of every text once, in ascending order, with the position of the text in the bits of `mask`."""
    blocks = list(shingles(texts))
    entries = np.empty(sum(len(block.hashes) for block in blocks), np.uint64)
    filled = 0
    while blocks:
        block = blocks.pop()
        part = entries[filled : filled + len(block.hashes)]
        np.bitwise_and(block.hashes, ~mask, out=part)
        part |= np.repeat(block.positions.astype(np.uint64), block.counts)
        filled += len(part)
    entries.sort()
    return entries[: _squeezed(entries)]


def _squeezed(values: NDArray[np.uint64]) -> int:
    """Move the different ones of these ascending values to the front; how many there are."""
    filled = min(len(values), 1)
    for start in range(1, len(values), _STEP):
        part = values[start : start + _STEP]
        part = part[part != values[start - 1 : start - 1 + len(part)]]
        values[filled : filled + len(part)] = part
        filled += len(part)
    return filled
