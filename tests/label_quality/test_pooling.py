from __future__ import annotations

import numpy as np
from scipy.optimize import check_grad

from curator.label_quality import pooling


def made(rows: int = 300):
    random = np.random.default_rng(2)
    labels = random.integers(0, 4, rows)
    good = (np.eye(4)[labels] + random.normal(0, 0.3, (rows, 4))).astype(np.float32)
    return good, random.normal(0, 1, (rows, 4)).astype(np.float32), labels


def test_what_foretells_the_labels_gets_the_weight():
    good, noise, labels = made()
    of_good, of_noise = pooling.fitted_weights([good, noise], labels, [1.0, 1.0], seed=0)
    assert of_good > 2
    assert of_noise < 0.2


def test_a_few_wrong_labels_do_not_make_the_pool_doubt_everything():
    good, _, labels = made(1000)
    spoilt = labels.copy()
    spoilt[:50] = (labels[:50] + 1) % 4
    kept = (
        pooling.fitted_weights([good], spoilt, [5.0], 0)[0]
        / pooling.fitted_weights([good], labels, [5.0], 0)[0]
    )
    assert kept > 0.6


def test_few_rows_move_the_weights_little():
    good, noise, labels = (part[:3] for part in made())
    weights = pooling.fitted_weights([good, noise], labels, [5.0, 1.0], seed=0)
    np.testing.assert_allclose(weights, [5.0, 1.0], rtol=0.3)


def test_the_gradient_is_that_of_the_loss():
    good, noise, labels = made()
    scores = np.stack([good, noise]).astype(np.float64)
    loss = pooling._negative_log_likelihood
    error = check_grad(
        lambda w: loss(w, scores, labels)[0], lambda w: loss(w, scores, labels)[1], np.array([3.0, 0.5])
    )
    assert error < 1e-5


def test_the_pool_is_a_distribution_over_the_labels():
    good, noise, _ = made()
    logs = pooling.pooled([good, noise], [50.0, 50.0])
    np.testing.assert_allclose(np.exp(logs).sum(axis=1), 1, rtol=1e-5)
