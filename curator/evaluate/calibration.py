"""Whether a classifier is as sure as it is right: reliability bins, and a temperature that mends it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from curator.evaluate.metrics import ECE_BINS
from curator.evaluate.scores import RowScore
from curator.evaluate.statistics import Array
from curator.records import Frozen

Places = npt.NDArray[np.intp]

_LEAST = 10
"""Validation rows below which no temperature is fitted."""
_RANGE = (0.1, 10.0)
"""Temperatures that are looked at."""
_FLOOR = 1e-30
"""Smallest probability, so that its logarithm stays finite."""


class Bin(Frozen):
    """The rows of which a system is about equally sure."""

    low: float
    """Lower end of the confidences, 0 to 1, not included."""
    high: float
    """Upper end, included."""
    rows: int
    """Rows of that confidence."""
    confidence: float
    """Their mean confidence: the probability of the label that was answered, 0 to 1."""
    accuracy: float
    """The share of them that is right, 0 to 1."""


class Temperature(Frozen):
    """What dividing the tuned model's logits by one number does to its probabilities (Guo et al. 2017).

    The number is fitted on the validation rows alone; answers, and so the accuracy, stay as they are.
    """

    value: float
    """The temperature: above 1 the model is too sure, below 1 not sure enough."""
    fitted_on: int
    """Validation rows that it was fitted on."""
    log_loss_before: float
    """Log loss of the test rows, in nats."""
    log_loss: float
    """Log loss with the temperature."""
    ece_before: float
    """Expected calibration error of the test rows, 0 to 1."""
    ece: float
    """Calibration error with the temperature."""
    bins: tuple[Bin, ...]
    """Reliability bins of the test rows with the temperature."""


def reliability(scores: Sequence[RowScore]) -> tuple[Bin, ...]:
    """The reliability bins of one system, of equal width, those without a row left out (Guo et al. 2017).

    Nothing where a row has no probabilities.
    """
    if not scores or not all(score.probabilities for score in scores):
        return ()
    confidence = np.array([max(score.probabilities) for score in scores])
    return _bins(confidence, np.array([score.values["correct"] for score in scores]))


def temperature(
    labels: Sequence[str],
    validation: tuple[Sequence[str], Sequence[RowScore]],
    test: tuple[Sequence[str], Sequence[RowScore]],
) -> Temperature | None:
    """The temperature that fits the validation rows best, and what it does on the test rows.

    Args:
        labels: The closed list, in the order of the probabilities.
        validation: References and row scores of the tuned model; nothing is fitted on fewer than 10 rows.
        test: The same of the test rows.
    """
    if len(validation[0]) < _LEAST:
        return None
    value = _fitted(*_logs(labels, *validation))
    logs, truth = _logs(labels, *test)
    before, after = _softened(logs, 1.0), _softened(logs, value)
    return Temperature(
        value=value,
        fitted_on=len(validation[0]),
        log_loss_before=_log_loss(before, truth),
        log_loss=_log_loss(after, truth),
        ece_before=_error(_bins(*_sure(before, truth))),
        ece=_error(bins := _bins(*_sure(after, truth))),
        bins=bins,
    )


def _fitted(logs: Array, truth: Places) -> float:
    """The temperature of the smallest log loss, looked for on a logarithmic scale."""
    from scipy.optimize import minimize_scalar

    ends = (float(np.log(_RANGE[0])), float(np.log(_RANGE[1])))
    found = minimize_scalar(
        lambda power: _log_loss(_softened(logs, float(np.exp(power))), truth), bounds=ends, method="bounded"
    )
    return float(np.exp(found.x))


def _logs(
    labels: Sequence[str], references: Sequence[str], scores: Sequence[RowScore]
) -> tuple[Array, Places]:
    """Log-probabilities, rows x labels, and the place of each row's own label."""
    position = {label: place for place, label in enumerate(labels)}
    shares = np.array([score.probabilities for score in scores])
    return np.log(np.maximum(shares, _FLOOR)), np.array([position[label] for label in references])


def _softened(logs: Array, value: float) -> Array:
    """Log-probabilities at a temperature; those of the labels are logits but for a constant in each row."""
    from scipy.special import log_softmax

    softened: Array = log_softmax(logs / value, axis=1)
    return softened


def _log_loss(logs: Array, truth: Places) -> float:
    return float(-logs[np.arange(len(truth)), truth].mean())


def _sure(logs: Array, truth: Places) -> tuple[Array, Array]:
    return np.exp(logs.max(axis=1)), (logs.argmax(axis=1) == truth).astype(float)


def _bins(confidence: Array, correct: Array) -> tuple[Bin, ...]:
    place = np.clip(np.ceil(confidence * ECE_BINS).astype(int) - 1, 0, ECE_BINS - 1)
    found = []
    for number in np.unique(place).tolist():
        inside = place == number
        found.append(
            Bin(
                low=number / ECE_BINS,
                high=(number + 1) / ECE_BINS,
                rows=int(inside.sum()),
                confidence=float(confidence[inside].mean()),
                accuracy=float(correct[inside].mean()),
            )
        )
    return tuple(found)


def _error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: how far confidence and accuracy are apart, weighted by rows."""
    return sum(one.rows * abs(one.confidence - one.accuracy) for one in bins) / sum(one.rows for one in bins)
