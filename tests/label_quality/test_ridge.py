from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from curator.label_quality import ridge


def made(rows: int, labels: int):
    random = np.random.default_rng(5)
    labels = random.permutation(np.arange(rows) % labels)
    vectors = np.abs(random.normal(size=(rows, 30)) + np.eye(30)[labels] * 2)
    vectors *= random.random(vectors.shape) < 0.4
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return vectors.astype(np.float32), labels


def in_two(vectors):
    return [csr_array(vectors[:, :12]), csr_array(vectors[:, 12:])]


def refitted(vectors, labels, label_count, rows):
    """What each of the rows gets from a direct solution for all others."""
    targets, found = np.eye(label_count)[labels] - 1 / label_count, []
    for row in rows:
        others = np.arange(len(labels)) != row
        kernel = vectors[others] @ vectors[others].T + np.eye(len(labels) - 1)
        found.append(vectors[row] @ vectors[others].T @ np.linalg.solve(kernel, targets[others]))
    return np.array(found)


def test_conjugate_gradient_equals_a_direct_solution():
    vectors, _ = made(200, 4)
    right = np.random.default_rng(0).normal(size=(200, 9)).astype(np.float32)
    expected = np.linalg.solve(vectors @ vectors.T + np.eye(200), right)
    np.testing.assert_allclose(ridge.solve(in_two(vectors), right, 1e-5), expected, atol=1e-4)


def test_dependent_columns_are_solved_too():
    vectors, _ = made(50, 4)
    right = np.ones((50, 3), np.float32)
    right[0, 0] = 2
    expected = np.linalg.solve(vectors @ vectors.T + np.eye(50), right)
    np.testing.assert_allclose(ridge.solve(in_two(vectors), right, 1e-5), expected, atol=1e-4)


def test_few_rows_are_judged_as_by_a_refit_without_each():
    vectors, labels = made(30, 3)
    found = ridge.leave_one_out(in_two(vectors), labels, 3, seed=0)
    np.testing.assert_allclose(found, refitted(vectors, labels, 3, range(30)), atol=1e-3)


def test_many_rows_are_judged_about_as_by_a_refit_without_each():
    vectors, labels = made(400, 3)
    rows = range(0, 400, 10)
    found = ridge.leave_one_out(in_two(vectors), labels, 3, seed=0)[rows]
    expected = refitted(vectors, labels, 3, rows)
    assert np.abs(found - expected).max() < 0.25
    assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.98


def test_a_rare_label_among_equal_rows_is_not_learned_from_the_row_itself():
    labels = np.array([0] * 495 + [1] * 5)
    found = ridge.leave_one_out([csr_array(np.ones((500, 1), np.float32))], labels, 2, seed=0)
    assert found[-1, 0] > 0.4
    assert found[-1, 1] < -0.4


@pytest.mark.parametrize("terms", [0, 3])
def test_rows_without_terms_fit_no_label(terms):
    empty = csr_array((100, terms), dtype=np.float32)
    found = ridge.leave_one_out([empty, empty], np.arange(100) % 4, 4, seed=0)
    np.testing.assert_allclose(found, 0, atol=1e-5)


def test_columns_are_the_same_in_blocks(monkeypatch):
    vectors, labels = made(100, 3)
    whole = ridge.leave_one_out(in_two(vectors), labels, 3, seed=0)
    monkeypatch.setattr(ridge, "_CELLS", 200)
    np.testing.assert_allclose(ridge.leave_one_out(in_two(vectors), labels, 3, seed=0), whole, atol=1e-5)
