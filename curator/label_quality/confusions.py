"""Pairs of labels that are hard to tell apart, by how their rows are judged out of sample."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curator.label_quality.suspicion import Suspicions

LEAST_SHARE = 0.02
"""The share of the rows of two labels that has to be confused, with confidence, for the pair to matter."""
_LEAST_ROWS = 3
_DEVIATIONS = 1.96
"""Of the 95 % confidence interval."""


class Confusion(NamedTuple):
    """Two labels, by their numbers, that are confused; one < other."""

    one: int
    other: int
    rows: int
    """Rows of either that are judged likelier the other."""
    share: float
    """Of the rows of both."""


def confusable(labels: NDArray[np.int64], suspicions: Suspicions, label_count: int) -> list[Confusion]:
    """The pairs that matter, the most confused first.

    A pair matters if three rows or more are confused, and their share is above `LEAST_SHARE` at the lower end of its
    Wilson interval (Wilson 1927): six rows of a hundred are enough, four may be chance.
    """
    confused = suspicions.probability > suspicions.own
    given, judged = labels[confused], suspicions.suggested[confused]
    pairs = np.minimum(given, judged) * label_count + np.maximum(given, judged)
    sizes = np.bincount(labels, minlength=label_count)
    found = []
    for pair, rows in zip(*np.unique(pairs, return_counts=True), strict=True):
        one, other = divmod(int(pair), label_count)
        both = int(sizes[one] + sizes[other])
        if rows >= _LEAST_ROWS and _surely(int(rows), both) > LEAST_SHARE:
            found.append(Confusion(one, other, int(rows), int(rows) / both))
    return sorted(found, key=lambda pair: (-pair.share, -pair.rows, pair.one, pair.other))


def _surely(hits: int, trials: int) -> float:
    """The lower end of the Wilson interval of a proportion."""
    share, spread = hits / trials, _DEVIATIONS**2 / trials
    middle = share + spread / 2
    half = math.sqrt(spread * (share * (1 - share) + spread / 4))
    return (middle - half) / (1 + spread)
