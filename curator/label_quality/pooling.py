"""One distribution over the labels out of several scores, weighted by how well they foretell the given labels.

The distributions are multiplied and normalised (logarithmic opinion pool, Genest and Zidek 1986), each raised to a
weight that also calibrates it. As some labels are wrong, the weights are fitted for a given label to be any label at
all now and then; without this, a few errors would make the pool doubt everything.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Scores = Sequence[NDArray[np.float32]]

_NOISE = 0.1
"""How often a given label may be any label at all."""
_SAMPLE = 5_000
"""Rows that the weights are fitted on."""
_PRIOR_ROWS = 10
"""How many rows the weights to begin with are worth."""
_LARGEST = 50.0


def fitted_weights(
    scores: Scores, labels: NDArray[np.int64], start: Sequence[float], seed: int
) -> list[float]:
    """The weights of most likely labels; each of `scores` is (rows, labels), found without looking at the label."""
    from scipy.optimize import minimize

    chosen = np.random.default_rng(seed).permutation(len(labels))[:_SAMPLE]
    sample = np.stack([score[chosen] for score in scores]).astype(np.float64)
    begin = np.array(start)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        value, gradient = _negative_log_likelihood(weights, sample, labels[chosen])
        away, rows = weights / begin - 1, _PRIOR_ROWS / len(chosen)
        return value + rows * (away @ away), gradient + rows * 2 * away / begin

    bounds = [(0.0, _LARGEST)] * len(begin)
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds)
    return [float(weight) for weight in found.x]


def _negative_log_likelihood(
    weights: NDArray[np.float64], scores: NDArray[np.float64], labels: NDArray[np.int64]
) -> tuple[float, NDArray[np.float64]]:
    """Mean over the rows, and its gradient; `scores` is (scores, rows, labels)."""
    rows = np.arange(len(labels))
    logs = np.tensordot(weights, scores, 1)
    probabilities = np.exp(logs - logs.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    own = (1 - _NOISE) * probabilities[rows, labels]
    seen = own + _NOISE / scores.shape[2]
    slopes = scores[:, rows, labels] - np.einsum("srl,rl->sr", scores, probabilities)
    return float(-np.log(seen).mean()), -(slopes @ (own / seen)) / len(labels)


def pooled(scores: Scores, weights: Sequence[float]) -> NDArray[np.float32]:
    """Log-probabilities (rows, labels)."""
    logs = np.zeros_like(scores[0])
    for weight, score in zip(weights, scores, strict=True):
        logs += np.float32(weight) * score
    logs -= logs.max(axis=1, keepdims=True)
    logs -= np.log(np.exp(logs).sum(axis=1, keepdims=True))
    return logs
