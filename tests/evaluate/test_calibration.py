"""How sure a classifier is, beside how often it is right."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import log_loss

from curator.evaluate import metrics
from curator.evaluate.calibration import reliability, temperature
from curator.evaluate.scores import RowScore

LABELS = ("a", "b", "c")


def too_sure(rows: int, seed: int, factor: float = 3.0) -> tuple[list[str], list[RowScore]]:
    """A classifier whose logits are `factor` times as large as they should be."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1, (rows, 3))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = [LABELS[rng.choice(3, p=share)] for share in shares]
    said = np.exp(factor * logits) / np.exp(factor * logits).sum(axis=1, keepdims=True)
    scores = []
    for place, share in enumerate(said):
        answer = LABELS[int(share.argmax())]
        values = {
            "correct": float(answer == truth[place]),
            "log_loss": -float(np.log(share[LABELS.index(truth[place])])),
        }
        scores.append(
            RowScore(id=str(place), answer=answer, values=values, probabilities=tuple(share.tolist()))
        )
    return truth, scores


def test_the_temperature_that_undoes_it_is_found_on_validation_rows_alone():
    validation, test = too_sure(1_500, 0), too_sure(1_500, 1)
    found = temperature(LABELS, validation, test)
    assert found.value == pytest.approx(3.0, rel=0.15)
    assert found.fitted_on == 1_500
    assert found.ece < 0.05 < found.ece_before
    assert found.ece_before == pytest.approx(metrics.calibration_error(test[1]))
    assert found.log_loss_before == pytest.approx(
        log_loss(test[0], [score.probabilities for score in test[1]], labels=list(LABELS))
    )
    assert found.log_loss < found.log_loss_before
    assert sum(one.rows for one in found.bins) == 1_500
    shuffled = (test[0][::-1], test[1])
    assert temperature(LABELS, validation, shuffled).value == found.value


def test_a_few_validation_rows_are_no_ground_for_a_temperature():
    assert temperature(LABELS, too_sure(9, 0), too_sure(50, 1)) is None
    assert temperature(LABELS, ([], []), too_sure(50, 1)) is None


def test_reliability_bins_hold_every_row_once_and_make_up_the_calibration_error():
    _, scores = too_sure(300, 2)
    bins = reliability(scores)
    assert sum(one.rows for one in bins) == 300
    assert all(one.low < one.confidence <= one.high for one in bins)
    gaps = sum(one.rows * abs(one.confidence - one.accuracy) for one in bins) / 300
    assert gaps == pytest.approx(metrics.calibration_error(scores))
    assert sum(one.rows * one.accuracy for one in bins) / 300 == pytest.approx(
        np.mean([score.values["correct"] for score in scores])
    )


def test_without_probabilities_there_are_no_bins():
    assert reliability([RowScore(id="1", values={"correct": 1.0})]) == ()
    assert reliability([]) == ()
