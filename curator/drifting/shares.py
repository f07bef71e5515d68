"""Shares of kinds of things (labels, languages) in two samples, and whether they differ by more than chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_DRAWS = 1_999


class Share(NamedTuple):
    """How frequent something is on both sides."""

    name: str
    """Label or language; text from the data."""
    train: float
    """Its share of the training texts, from 0 to 1."""
    new: float
    """Its share of the new ones."""


class Shift(NamedTuple):
    """How two distributions differ."""

    shares: tuple[Share, ...]
    """What differs most first."""
    distance: float
    """The share of the texts that would have to be of another kind (total variation), from 0 to 1, over what chance
    alone brings about."""
    p: float
    """Of the G test."""


def shift(train: Sequence[str], new: Sequence[str], seed: int) -> Shift:
    """How the kinds of new things differ from those of training; neither side may be empty.

    The p is that of the G test with both margins held, by drawing which of all things are new: it holds for rare kinds,
    too (Monte Carlo with p = (k + 1) / (draws + 1), Phipson and Smyth 2010).
    """
    before, after = Counter(train), Counter(new)
    names = sorted(before.keys() | after.keys())
    counts = np.array([[side[name] for name in names] for side in (before, after)], np.int64)
    shares = counts / counts.sum(axis=1, keepdims=True)
    table = [Share(name, float(one), float(two)) for name, one, two in zip(names, *shares, strict=True)]
    table.sort(key=lambda share: (-abs(share.new - share.train), share.name))
    drawn = _drawn(counts, seed)
    return Shift(tuple(table), _distance(counts, drawn), _p(counts, drawn))


def _drawn(counts: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Counts of new things, where chance decided which are new."""
    drawn: NDArray[np.int64] = np.random.default_rng(seed).multivariate_hypergeometric(
        counts.sum(axis=0), int(counts[1].sum()), size=_DRAWS, method="marginals"
    )
    return drawn


def _distance(counts: NDArray[np.int64], drawn: NDArray[np.int64]) -> float:
    """The total variation, less its mean over the draws: of many rare kinds some differ in any case."""
    everything, sizes = counts.sum(axis=0), counts.sum(axis=1)
    new = np.vstack([counts[1][None, :], drawn])
    apart = np.abs((everything - new) / sizes[0] - new / sizes[1]).sum(axis=1) / 2
    return max(0.0, float(apart[0] - apart[1:].mean()))


def _p(counts: NDArray[np.int64], drawn: NDArray[np.int64]) -> float:
    everything = counts.sum(axis=0)
    observed = _heterogeneity(counts[1][None, :], everything)[0]
    as_far = np.count_nonzero(_heterogeneity(drawn, everything) >= observed - 1e-9)
    return float((as_far + 1) / (_DRAWS + 1))


def _heterogeneity(new: NDArray[np.int64], everything: NDArray[np.int64]) -> NDArray[np.float64]:
    """What of the G statistic moves while the margins are held: the sum of n log n over all cells."""
    cells = np.stack([new, everything - new]).astype(float)
    total: NDArray[np.float64] = (cells * np.log(np.maximum(cells, 1))).sum(axis=(0, 2))
    return total
