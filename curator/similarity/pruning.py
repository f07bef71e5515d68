"""Which of many sets can have a similar partner at all.

A token that one set alone holds is shared with nobody, so a set that holds too many of those has no partner. Tokens are
counted by their hashes in tables of buckets: a bucket may hold several tokens, which only makes them look more common
than they are, so no set with a partner is left out. Most data falls here, before any two sets are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curator.shingles import Block
from curator.similarity.sets import Sets, arranged, spare

_AT_ONCE = 1 << 16
"""Tokens are counted in slices of about so many, up to 256 slices, so that a table fits into a cache."""
_BUCKETS = 3
"""Buckets for each token, at least."""
_TOKENS, _SETS = 1 << 19, 1 << 16
"""How many tokens and sets, numbered with 16 bits, are put into one block, if there are more in it than one."""
_WORTHWHILE = 0.8
"""A round that leaves more than this share of the sets is the last."""
_SPREAD = np.uint64(0xD6E8FEB86659FD93)
"""Spreads tokens of one slice over all buckets."""
_COMMONNESS = np.uint64(56)
_TOKEN = np.uint64((1 << 56) - 1)


class _Scattered(NamedTuple):
    """The tokens of the sets of a block, slice by slice."""

    positions: NDArray[np.int32]
    counts: NDArray[np.int64]
    owners: NDArray[np.uint16]
    """Which of the sets each token belongs to."""
    tokens: NDArray[np.uint64]
    cuts: NDArray[np.int64]
    """Where each slice begins, and the end."""


class _Slice(NamedTuple):
    """The tokens of one slice in all sets that may have a partner."""

    tokens: NDArray[np.uint64]
    owners: NDArray[np.int32]
    commonness: NDArray[np.uint8]
    """How often the bucket of the token was found; 255 stands for more, too."""


def _scatter(texts: Iterable[Block]) -> list[_Scattered]:
    """All sets, in larger blocks, their tokens ordered by slice."""
    blocks = list(_merged(texts))
    tokens = sum(len(block.hashes) for block in blocks)
    bits = min(max((tokens // _AT_ONCE).bit_length(), 1), 8)
    blocks.reverse()
    return [_scattered(blocks.pop(), bits) for _ in range(len(blocks))]


def _merged(blocks: Iterable[Block]) -> Iterator[Block]:
    """The same sets in fewer blocks: a few large arrays are cheaper to hold than many small ones."""
    waiting: list[Block] = []
    sets = tokens = 0
    for block in blocks:
        sets, tokens = sets + len(block.counts), tokens + len(block.hashes)
        if waiting and (tokens > _TOKENS or sets > _SETS):
            yield Block(*map(np.concatenate, zip(*waiting, strict=True)))
            waiting, sets, tokens = [], len(block.counts), len(block.hashes)
        waiting.append(block)
    if waiting:
        yield Block(*map(np.concatenate, zip(*waiting, strict=True)))


def _scattered(block: Block, bits: int) -> _Scattered:
    """The same sets, their tokens ordered by the first bits."""
    owners = np.repeat(np.arange(len(block.counts), dtype=np.uint16), block.counts)
    slices = (block.hashes >> np.uint64(64 - bits)).astype(np.uint8)
    order = np.argsort(slices, kind="stable")
    cuts = _offsets(np.bincount(slices, minlength=1 << bits))
    return _Scattered(block.positions, block.counts, owners[order], block.hashes[order], cuts)


def _offsets(counts: NDArray[np.integer]) -> NDArray[np.int64]:
    """Where parts of these lengths begin, one after the other, and the end."""
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


class _Census:
    """Which sets may still have a partner, from the tokens seen so far in a round."""

    def __init__(self, sizes: NDArray[np.int64], threshold: float, alive: NDArray[np.bool_]) -> None:
        self._allowed = np.where(alive, spare(sizes, threshold), -1).astype(np.int32)
        self._own = np.zeros(len(sizes), np.int32)
        self.alive = alive

    def count(self, part: _Slice) -> _Slice:
        """Look at all tokens of a slice: how common they are, and which sets drop out because of them."""
        tokens, owners, _ = part
        if not len(tokens):
            return part
        if not self.alive.all():
            live = np.flatnonzero(self.alive[owners])
            tokens, owners = tokens[live], owners[live]
        bits = max((_BUCKETS * len(tokens)).bit_length(), 8)
        table = np.empty(1 << bits, np.uint32)
        table.fill(0)
        buckets = ((tokens * _SPREAD) >> np.uint64(64 - bits)).view(np.int64)
        np.add.at(table, buckets, np.uint32(1))
        counts = table[buckets]
        np.add.at(self._own, owners[counts == 1], np.int32(1))
        self.alive = self._own <= self._allowed
        return _Slice(tokens, owners, np.minimum(counts, np.uint32(255)).astype(np.uint8))


def prune(texts: Iterable[Block], threshold: float) -> Sets:
    """The sets that may have a partner, out of blocks of them.

    Their tokens are a byte that says how common the token is, and 56 bits of its hash: in order, rare ones come first.
    """
    blocks = _scatter(texts)
    _drop_most(blocks, threshold)
    if not blocks:
        return arranged(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.uint64))
    positions = np.concatenate([block.positions for block in blocks])
    sizes = np.concatenate([block.counts for block in blocks])
    parts = [_joined(blocks, number) for number in range(len(blocks[0].cuts) - 1)]
    blocks.clear()
    alive, worthwhile = np.ones(len(sizes), bool), True
    while worthwhile:
        census = _Census(sizes, threshold, alive)
        for number, part in enumerate(parts):
            parts[number] = census.count(part)
        worthwhile = bool(np.count_nonzero(census.alive) < _WORTHWHILE * np.count_nonzero(alive))
        alive = census.alive
    return _whole(parts, alive, positions, sizes)


def _drop_most(blocks: list[_Scattered], threshold: float) -> None:
    """Leave out the sets of which one look at the tokens tells that they have no partner."""
    blocks[:] = [block for block in blocks if len(block.counts)]
    if not blocks:
        return
    sizes = np.concatenate([block.counts for block in blocks])
    census = _Census(sizes, threshold, np.ones(len(sizes), bool))
    for number in range(len(blocks[0].cuts) - 1):
        census.count(_joined(blocks, number))
    firsts = np.cumsum([len(block.counts) for block in blocks[:-1]])
    for number, keep in enumerate(np.split(census.alive, firsts)):
        blocks[number] = _kept(blocks[number], keep)


def _kept(block: _Scattered, keep: NDArray[np.bool_]) -> _Scattered:
    """Only some of the sets of a block."""
    held = np.flatnonzero(keep[block.owners])
    names = (np.cumsum(keep) - 1).astype(np.uint16)
    owners = names[block.owners[held]]
    cuts = np.searchsorted(held, block.cuts)
    return _Scattered(block.positions[keep], block.counts[keep], owners, block.tokens[held], cuts)


def _joined(blocks: list[_Scattered], number: int) -> _Slice:
    """The tokens of one slice in all blocks; their owners are counted through the blocks."""
    parts = [slice(block.cuts[number], block.cuts[number + 1]) for block in blocks]
    owners = np.concatenate(
        [block.owners[part] for block, part in zip(blocks, parts, strict=True)], dtype=np.int32
    )
    firsts = _offsets(np.array([len(block.counts) for block in blocks]))[:-1].astype(np.int32)
    owners += np.repeat(firsts, [part.stop - part.start for part in parts])
    tokens = np.concatenate([block.tokens[part] for block, part in zip(blocks, parts, strict=True)])
    return _Slice(tokens, owners, np.zeros(0, np.uint8))


def _whole(
    parts: list[_Slice], alive: NDArray[np.bool_], positions: NDArray[np.int32], sizes: NDArray[np.int64]
) -> Sets:
    """The sets that are alive, put together again from the slices; `parts` is emptied."""
    positions, sizes = positions[alive], sizes[alive]
    order = np.argsort(sizes, kind="stable")
    places = np.empty(len(sizes), np.int64)
    places[order] = np.cumsum(sizes[order]) - sizes[order]
    names = (np.cumsum(alive) - 1).astype(np.int32)
    keys = np.empty(int(sizes.sum()), np.uint64)
    while parts:
        tokens, owners, commonness = parts.pop()
        live = np.flatnonzero(alive[owners])
        owners = names[owners[live]]
        counts = np.bincount(owners, minlength=len(sizes))
        targets = (places - np.cumsum(counts) + counts)[owners] + np.arange(len(owners))
        keys[targets] = tokens[live] & _TOKEN | commonness[live].astype(np.uint64) << _COMMONNESS
        places += counts
    return arranged(positions[order], sizes[order], keys)
