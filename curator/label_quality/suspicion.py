"""Which given labels are likely wrong, judged by models that have not seen the row.

Three models say how well each label fits: ridge regression on TF-IDF, and naive Bayes on words and on letters. Their
pool gives a probability to each label. What is suspicious is a label that is improbable itself while another one is
probable.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curator.label_quality import naive_bayes, ridge
from curator.label_quality.features import binary, counts, tfidf
from curator.label_quality.pooling import fitted_weights, pooled

ODDS = 100.0
"""A label is likely wrong where another one is more than this many times as probable.

The pool is calibrated on the labels themselves, for which the rate of errors need not be known: the odds mean about
the same in every set, and a model that can tell little reaches them seldom.
"""
LEAST_ROWS = 5
"""Labels of fewer rows than this cannot be judged; none of them is likely wrong."""
_WEIGHTS = (7.0, 2.0, 3.0)
"""What ridge regression and naive Bayes on words and on letters weigh before the labels are looked at."""
_FLOOR = 1e-12
"""Smallest given probability, so that its logarithm stays finite."""
_RATE_ROWS = 1_000.0
"""How many rows the error rate of all labels is worth in that of one label."""


class Suspicions(NamedTuple):
    """What is thought of the label of each row."""

    score: NDArray[np.float64]
    """Higher is likelier a label error; comparable within one set."""
    likely: NDArray[np.bool_]
    """Beyond the default cut-off."""
    suggested: NDArray[np.int64]
    """The likeliest other label."""
    probability: NDArray[np.float64]
    """Of the suggested label, 0 to 1."""
    own: NDArray[np.float64]
    """Of the given label, 0 to 1."""


def suspicions(
    texts: Sequence[str], labels: NDArray[np.int64], label_count: int, seed: int = 0
) -> Suspicions:
    """What is thought of the label of each text; labels are numbers below `label_count`.

    A label without a row is never suggested. Where only one label is used, nothing is likely wrong.
    """
    used, compact = np.unique(labels, return_inverse=True)
    if len(used) < 2:
        return _unjudged(labels, label_count)
    found = _judged(_log_probabilities(texts, compact, len(used), seed), compact)
    return found._replace(suggested=used[found.suggested].astype(np.int64))


def from_probabilities(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> Suspicions:
    """The same for given probabilities (rows, labels), each row judged by a model that was not trained on it."""
    label_count = probabilities.shape[1]
    if label_count < 2 or not len(labels):
        return _unjudged(labels, label_count)
    return _judged(np.log(np.clip(probabilities, _FLOOR, 1)), labels)


def _unjudged(labels: NDArray[np.int64], label_count: int) -> Suspicions:
    """Where there is one label only: every row has it, and no other one is known."""
    nothing = np.zeros(len(labels))
    other = np.where(labels == 0, min(1, label_count - 1), 0).astype(np.int64)
    return Suspicions(nothing, np.zeros(len(labels), np.bool_), other, nothing, np.ones(len(labels)))


def _log_probabilities(
    texts: Sequence[str], labels: NDArray[np.int64], label_count: int, seed: int
) -> NDArray[np.float32]:
    """Log-probabilities (rows, labels) of all labels, found without looking at that of the row."""
    found = counts(texts)
    half = np.sqrt(np.float32(0.5))
    scores = [
        ridge.leave_one_out([tfidf(part) * half for part in found], labels, label_count, seed),
        *(naive_bayes.leave_one_out(binary(part), labels, label_count) for part in found),
    ]
    return pooled(scores, fitted_weights(scores, labels, _WEIGHTS, seed))


def _judged(logs: NDArray[np.floating], labels: NDArray[np.int64]) -> Suspicions:
    """What follows from log-probabilities (rows, labels); they are changed.

    Half of the score is that the given label is improbable, half that it is less probable than another: the first
    finds labels that are off the subject, the second those that are mistaken for a similar one. To this comes how
    often rows of the label are errors; an error is a row whose suggested label is at least as probable as it is on
    average for its own rows (confident learning, Northcutt et al. 2021).
    """
    rows, sizes = np.arange(len(labels)), np.bincount(labels, minlength=logs.shape[1])
    own = logs[rows, labels].astype(np.float64)
    averages = np.bincount(labels, np.exp(own), logs.shape[1]) / np.maximum(sizes, 1)
    logs[rows, labels] = -np.inf
    suggested = logs.argmax(axis=1)
    other = logs[rows, suggested].astype(np.float64)
    doubted = (other > own) & (np.exp(other) >= averages[suggested])
    score = other / 2 - own + _log_error_rates(doubted, labels, sizes)[labels]
    likely = (other - own > np.log(ODDS)) & (sizes[labels] >= LEAST_ROWS)
    return Suspicions(score, likely, suggested, np.exp(other), np.exp(own))


def _log_error_rates(
    doubted: NDArray[np.bool_], labels: NDArray[np.int64], sizes: NDArray[np.int64]
) -> NDArray[np.float64]:
    """How often rows of each label are errors, shrunk towards how often all rows are, at least 1 in 1,000."""
    overall = max(float(doubted.mean()), 1e-3)
    errors = np.bincount(labels, doubted, len(sizes))
    rates: NDArray[np.float64] = np.log((errors + _RATE_ROWS * overall) / (sizes + _RATE_ROWS))
    return rates
