"""One-vs-rest ridge regression that judges each row by all the others.

The dual is solved once, by block conjugate gradient that never forms the kernel matrix; leaving one row out takes no
refit (Rifkin and Lippert 2007, "Notes on regularized least squares").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Matrix = NDArray[np.float32]

_RIDGE = np.float32(1)
_PROBES = 32
"""Random vectors that estimate a diagonal: 0.05 off, where its values lie between 0.5 and 1."""
_TOLERANCE = 0.1
_ITERATIONS = 30
_CELLS = 16_000_000
"""Products of terms and columns held at once: 64 MB."""


def leave_one_out(
    terms: Sequence[csr_array], labels: NDArray[np.int64], label_count: int, seed: int
) -> Matrix:
    """The value of each label for each row, learned from the other rows, about 1 where it fits: (rows, labels).

    `terms` are sparse float32 matrices of row vectors (rows, terms), to be taken side by side. With the kernel K, the
    ridge r and targets Y, the value is Y - A / diag(G), where G = (K + r)^-1 and A = G Y.
    """
    targets = np.full((len(labels), label_count), -1 / label_count, np.float32)
    targets[np.arange(len(labels)), labels] += 1
    probes = _probes(len(labels), seed)
    solved = solve(terms, np.hstack([targets, probes]))
    diagonal = np.einsum("ij,ij->i", solved[:, label_count:], probes)
    lengths = np.zeros(len(labels), np.float32)
    for matrix in terms:
        lengths += matrix.power(2).sum(axis=1)
    diagonal = np.clip(diagonal, 1 / (_RIDGE + lengths), 1 / _RIDGE)
    values: Matrix = targets - solved[:, :label_count] / diagonal[:, None]
    return values


def _probes(rows: int, seed: int) -> Matrix:
    """Vectors v, the mean of v * Gv being the diagonal of G (Hutchinson 1990); exact for a few rows."""
    if rows <= _PROBES:
        return np.eye(rows, dtype=np.float32)
    positive = np.random.default_rng(seed).integers(0, 2, (rows, _PROBES), np.int8)
    return (2 * positive.astype(np.float32) - 1) / np.float32(np.sqrt(_PROBES))


def solve(terms: Sequence[csr_array], right: Matrix, tolerance: float = _TOLERANCE) -> Matrix:
    """X with (K + ridge) X = `right` (rows, columns).

    All columns share one Krylov space, kept orthonormal (BCGrQ of Dubrulle 2001). The residual of each is at most
    `tolerance` of its deviation from its mean: that is what a rare label differs from an absent one by.
    """
    from scipy.linalg import qr

    residuals, sizes = qr(right, mode="economic", check_finite=False)
    wanted = tolerance * np.linalg.norm(right - right.mean(axis=0), axis=0)
    solution, directions = np.zeros_like(right), residuals
    for _ in range(_ITERATIONS):
        image = _RIDGE * directions + _kernel(terms, directions)
        steps = np.linalg.inv(directions.T @ image)
        solution += directions @ (steps @ sizes)
        residuals, change = qr(residuals - image @ steps, mode="economic", check_finite=False)
        directions = residuals + directions @ change.T
        sizes = change @ sizes
        if (np.linalg.norm(sizes, axis=0) <= wanted).all():
            break
    return solution


def _kernel(terms: Sequence[csr_array], columns: Matrix) -> Matrix:
    """K times some columns, in blocks of them."""
    image = np.zeros(columns.shape, np.float32)
    width = max(1, min(64, _CELLS // max(1, *(max(matrix.shape) for matrix in terms))))
    for first in range(0, columns.shape[1], width):
        part = np.ascontiguousarray(columns[:, first : first + width])
        for matrix in terms:
            image[:, first : first + width] += matrix @ (matrix.T @ part)
    return image
