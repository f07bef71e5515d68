"""Whether a classifier can tell new texts from training texts: the two-sample classifier test.

Where both come from one source, no classifier does better than chance on texts that it has not seen (Lopez-Paz and
Oquab 2017, "Revisiting Classifier Two-Sample Tests"). The classifier is ridge regression on TF-IDF, because it can be
fitted anew for each of many permutations of the sides in one go. That makes the test exact: predictions of
cross-validation hang on each other, so that swapping sides without a new fit would find differences where none are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curator.drifting.words_of import Words, similarities
from curator.label_quality.features import tfidf

MOST = 1_500
"""Texts of each side that the classifier sees."""
SHOWN = 12
"""Telling words of each side."""

_PERMUTATIONS = 399
_FOLDS = 5
_RIDGE = np.float32(1)
_LEAST_TEXTS = 2
"""Texts that a word stands in before it is called telling."""

Matrix = NDArray[np.float32]
Values = NDArray[np.float64]


class TwoSample(NamedTuple):
    """How well the two sides can be told apart."""

    auc: float
    """Area under the ROC curve on texts that were not learned from: 0.5 is chance, 1 is always right."""
    p: float
    """How often a random division into two sides can be told apart as well."""
    of_new: tuple[str, ...]
    """Words that tell a new text, the most telling first; text from the data."""
    of_train: tuple[str, ...]
    """Words that tell a training text."""


def two_sample(words: Words, seed: int) -> TwoSample:
    """Tell new texts from training texts by cross-validation, and prove it with permutations."""
    rng = np.random.default_rng(seed)
    chosen = _chosen(words.is_new, rng)
    terms = tfidf(words.counts[chosen])
    sides = words.is_new[chosen].astype(np.float32)
    kernel = similarities(terms, terms)
    permuted = np.stack([sides, *(rng.permutation(sides) for _ in range(_PERMUTATIONS))], axis=1)
    areas = _areas(_held_out(kernel, permuted, rng), permuted)
    as_good = int(np.count_nonzero(areas[1:] >= areas[0] - 1e-12))
    weights = terms.T @ _fitted(kernel, sides[:, None])[:, 0]
    frequent = np.bincount(terms.indices, minlength=terms.shape[1]) >= _LEAST_TEXTS
    order = np.argsort(-np.abs(weights), kind="stable")
    telling = [place for place in order.tolist() if frequent[place]]
    return TwoSample(
        auc=float(areas[0]),
        p=(as_good + 1) / (_PERMUTATIONS + 1),
        of_new=tuple([words.names[place] for place in telling if weights[place] > 0][:SHOWN]),
        of_train=tuple([words.names[place] for place in telling if weights[place] < 0][:SHOWN]),
    )


def _chosen(is_new: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.int64]:
    """Some of each side, in random order."""
    sides = [np.flatnonzero(is_new == side) for side in (False, True)]
    return rng.permutation(np.concatenate([rng.permutation(side)[:MOST] for side in sides]))


def _held_out(kernel: Matrix, sides: Matrix, rng: np.random.Generator) -> Matrix:
    """What each text gets from a fit of the other folds, for each column of `sides`."""
    fold = rng.permutation(len(kernel)) % _FOLDS
    values = np.zeros_like(sides)
    for number in range(_FOLDS):
        out, rest = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
        values[out] = kernel[np.ix_(out, rest)] @ _fitted(kernel[np.ix_(rest, rest)], sides[rest])
    return values


def _fitted(kernel: Matrix, sides: Matrix) -> Matrix:
    """The dual of ridge regression, sides as -1 and 1 around their mean."""
    from scipy.linalg import cho_factor, cho_solve

    factor = cho_factor(
        kernel + _RIDGE * np.eye(len(kernel), dtype=np.float32),
        lower=True,
        overwrite_a=True,
        check_finite=False,
    )
    solved: Matrix = cho_solve(factor, sides - sides.mean(axis=0), check_finite=False)
    return solved


def _areas(values: Matrix, sides: Matrix) -> Values:
    """The area under the ROC curve of each column (Mann and Whitney 1947)."""
    from scipy.stats import rankdata

    new = sides.sum(axis=0, dtype=np.float64)
    ranks = (rankdata(values, axis=0) * sides).sum(axis=0)
    areas: Values = (ranks - new * (new + 1) / 2) / (new * (len(sides) - new))
    return areas
