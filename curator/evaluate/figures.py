"""How metrics are called and written, for everybody who shows them; nothing is computed here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, NamedTuple

from curator.evaluate.scores import Better

Unit = Literal["percent", "points", "bits", "nats", "number"]


class Metric(NamedTuple):
    """How a metric is read."""

    title: str
    """Its name in a sentence."""
    better: Better
    """Which way is better."""
    unit: Unit
    """How a value is written; `percent` metrics are shares from 0 to 1."""


METRICS: Mapping[str, Metric] = {
    "accuracy": Metric("accuracy", "higher", "percent"),
    "macro_f1": Metric("macro F1", "higher", "percent"),
    "log_loss": Metric("log loss", "lower", "nats"),
    "ece": Metric("calibration error", "lower", "percent"),
    "off_list": Metric("answers off the list", "lower", "percent"),
    "bits_per_byte": Metric("bits per byte", "lower", "bits"),
    "perplexity": Metric("perplexity per token", "lower", "number"),
    "exact_match": Metric("exact match", "higher", "percent"),
    "token_f1": Metric("token F1", "higher", "percent"),
    "rouge_l": Metric("ROUGE-L", "higher", "percent"),
    "chrf": Metric("chrF", "higher", "points"),
    "numeric_match": Metric("same number", "higher", "percent"),
    "preferred": Metric("preferred by the judge", "higher", "percent"),
    "valid": Metric("answers of the declared form", "higher", "percent"),
    "cut": Metric("answers cut", "lower", "percent"),
    "last_unit_accuracy": Metric("last-unit accuracy", "higher", "percent"),
}
"""Every metric that is compared or shown, in the order of the report."""


def shown(metric: str, value: float) -> str:
    """A value of a metric as it is written: `91.0 %`, `2.145`, `43.2`."""
    unit = METRICS[metric].unit
    if unit == "percent":
        return f"{100 * value:.1f} %"
    return f"{value:,.1f}" if unit in ("points", "number") else f"{value:.3f}"


def shown_difference(metric: str, value: float) -> str:
    """A difference of a metric without its unit: `78.5` (points), `0.312` (bits per byte)."""
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return shown(metric, value).removesuffix(" %")


def unit_of_difference(metric: str) -> str:
    """The word behind a difference, with a space before it: percentages differ by points."""
    units = {"percent": " points", "points": " points", "bits": " bits per byte", "nats": " nats"}
    return units.get(METRICS[metric].unit, "")
