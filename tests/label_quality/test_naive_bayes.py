from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.naive_bayes import MultinomialNB

from curator.label_quality import naive_bayes


def made(rows: int, terms: int, labels: int):
    random = np.random.default_rng(3)
    counts = csr_array(random.poisson(0.5, (rows, terms)).astype(np.float32))
    return counts, random.permutation(np.arange(rows) % labels)


def test_each_row_is_judged_as_by_a_refit_without_it():
    counts, labels = made(40, 15, 3)
    found = naive_bayes.leave_one_out(counts, labels, 3)
    dense = counts.toarray()
    for row in range(len(labels)):
        others = np.arange(len(labels)) != row
        model = MultinomialNB(alpha=0.1, fit_prior=False).fit(dense[others], labels[others])
        expected = model.feature_log_prob_ @ dense[row] / max(1, dense[row].sum())
        np.testing.assert_allclose(found[row], expected, rtol=1e-4)


def test_labels_are_the_same_in_blocks(monkeypatch):
    counts, labels = made(60, 20, 7)
    whole = naive_bayes.leave_one_out(counts, labels, 7)
    monkeypatch.setattr(naive_bayes, "_CELLS", 40)
    np.testing.assert_allclose(naive_bayes.leave_one_out(counts, labels, 7), whole, rtol=1e-5)


@pytest.mark.parametrize("shape", [(3, 0), (3, 4)])
def test_rows_without_terms_are_equally_likely_under_all_labels(shape):
    found = naive_bayes.leave_one_out(csr_array(shape, dtype=np.float32), np.array([0, 1, 1]), 2)
    assert not found.any()


def test_a_label_of_one_row_knows_nothing_without_it():
    counts = csr_array(np.array([[1, 0], [0, 1], [0, 1]], np.float32))
    found = naive_bayes.leave_one_out(counts, np.array([0, 1, 1]), 2)
    assert found[0, 0] == pytest.approx(np.log(1 / 2))
