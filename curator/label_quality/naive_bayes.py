"""Multinomial naive Bayes that judges each row by all the others.

Leaving one row out takes no refit: its own counts are taken out of those of its label.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from curator.label_quality.features import counted

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_SMOOTHING = np.float32(0.1)
"""Lidstone smoothing: how often each label is taken to have had each term already."""
_CELLS = 8_000_000
"""Counts of (label, term) held at once: 32 MB."""


def leave_one_out(terms: csr_array, labels: NDArray[np.int64], label_count: int) -> NDArray[np.float32]:
    """Mean log-likelihood per term of each row under each label, learned from the other rows: (rows, labels).

    `terms` is a sparse float32 matrix of counts (rows, terms). A row without terms is equally likely under all labels.
    """
    rows, vocabulary = terms.shape
    scores = np.zeros((rows, label_count), np.float32)
    if not terms.nnz:
        return scores
    width = max(1, _CELLS // vocabulary)
    for first in range(0, label_count, width):
        stop = min(first + width, label_count)
        scores[:, first:stop] = _likelihoods(terms, labels - first, stop - first)
    scores /= np.maximum(_lengths(terms), np.float32(1))[:, None]
    return scores


def _likelihoods(terms: csr_array, labels: NDArray[np.int64], label_count: int) -> NDArray[np.float32]:
    """Log-likelihoods under the labels from 0 to below `label_count`; other labels are of no interest here."""
    members = np.flatnonzero((labels >= 0) & (labels < label_count))
    labels, theirs = labels[members], terms[members]
    belongs = counted(labels, np.arange(len(members)), (label_count, len(members)))
    seen: NDArray[np.float32] = (belongs @ theirs).toarray()
    totals = seen.sum(axis=1) + _SMOOTHING * terms.shape[1]
    likelihoods: NDArray[np.float32] = terms @ (np.log(seen + _SMOOTHING) - np.log(totals)[:, None]).T
    likelihoods[members, labels] = _without_own(theirs, seen, totals, labels)
    return likelihoods


def _without_own(
    terms: csr_array, seen: NDArray[np.float32], totals: NDArray[np.float32], labels: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Log-likelihood of each row under its own label, whose counts include the row."""
    from scipy.sparse import csr_array

    lengths = _lengths(terms)
    others = seen[np.repeat(labels, np.diff(terms.indptr)), terms.indices] - terms.data
    logs = csr_array((terms.data * np.log(others + _SMOOTHING), terms.indices, terms.indptr), terms.shape)
    result: NDArray[np.float32] = _lengths(logs) - lengths * np.log(totals[labels] - lengths)
    return result


def _lengths(terms: csr_array) -> NDArray[np.float32]:
    return np.asarray(terms.sum(axis=1), np.float32)
