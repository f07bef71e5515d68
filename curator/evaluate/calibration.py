"""Whether a classifier is as sure as it is right: reliability bins, and a temperature that mends it."""

from __future__ import annotations

from curator.records import Frozen


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
