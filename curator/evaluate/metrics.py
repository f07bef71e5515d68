"""Metrics of one system: from its row scores to figures. A figure that the rows do not carry is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from curator.evaluate.figures import METRICS
from curator.evaluate.scores import RowScore
from curator.evaluate.statistics import Array, Estimator, mean_of, point, ratio_of
from curator.records import Kind

ECE_BINS = 15


_MEANS = {
    "accuracy": "correct",
    "log_loss": "log_loss",
    "off_list": "off_list",
    "exact_match": "exact_match",
    "token_f1": "token_f1",
    "rouge_l": "rouge_l",
    "chrf": "chrf",
    "preferred": "preferred",
    "valid": "valid",
    "cut": "cut",
    "last_unit_accuracy": "last_unit",
}
"""Metric that is a mean over rows → the row value it is the mean of."""
_BINARY = {"accuracy", "off_list", "exact_match", "preferred", "valid", "cut", "last_unit_accuracy"}
_MOST_BITS = 1000.0
"""Bits of a token beyond which its perplexity is no number any more."""


def estimators(
    kind: Kind, labels: Sequence[str], references: Sequence[str], scores: Sequence[RowScore]
) -> dict[str, Estimator]:
    """Every metric that all rows carry the figures for, in the order of METRICS."""
    found: dict[str, Estimator] = {}
    for metric, name in _MEANS.items():
        if all(name in score.values for score in scores):
            found[metric] = mean_of([score.values[name] for score in scores], binary=metric in _BINARY)
    if kind == "classification":
        found["macro_f1"] = macro_f1(labels, references, [score.answer for score in scores])
    elif all({"bits", "bytes"} <= score.values.keys() for score in scores):
        found["bits_per_byte"] = ratio_of(*([s.values[name] for s in scores] for name in ("bits", "bytes")))
    if all({"bits", "tokens"} <= score.values.keys() for score in scores):
        found["perplexity"] = perplexity(scores)
    if 2 * sum("numeric_match" in score.values for score in scores) > len(scores):
        found["numeric_match"] = numeric_match(scores)
    return {metric: found[metric] for metric in METRICS if metric in found}


def perplexity(scores: Sequence[RowScore]) -> Estimator:
    """Two to the power of the mean bits per token; of systems with the same tokenizer only."""
    per_token = ratio_of(*([score.values[name] for score in scores] for name in ("bits", "tokens")))
    return per_token._replace(value=lambda sums: np.exp2(np.minimum(per_token.value(sums), _MOST_BITS)))


def numeric_match(scores: Sequence[RowScore]) -> Estimator:
    """The share of right numbers among the rows whose reference has one."""
    asked = np.array([float("numeric_match" in score.values) for score in scores])
    right = np.array([score.values.get("numeric_match", 0.0) for score in scores])
    # A resample may hold none of these rows.
    share = Estimator(
        np.column_stack([right, asked]), lambda sums: sums[..., 0] / np.maximum(sums[..., 1], 1)
    )
    return share._replace(outcomes=right[asked > 0])


def macro_f1(labels: Sequence[str], references: Sequence[str], answers: Sequence[str]) -> Estimator:
    """Mean over the labels that occur in the references of F1 = 2 hits / (answered + referenced)."""
    from scipy.sparse import csr_array

    rows, size = np.arange(len(references)), len(labels)
    truth, answered = _numbers(labels, references), _numbers(labels, answers)
    hit, known = truth == answered, answered >= 0
    row = np.concatenate([rows[hit], rows[known], rows])
    column = np.concatenate([truth[hit], size + answered[known], 2 * size + truth])
    columns = csr_array((np.ones(len(row)), (row, column)), shape=(len(rows), 3 * size))

    def value(sums: Array) -> Array:
        hits, given, support = sums[..., :size], sums[..., size : 2 * size], sums[..., 2 * size :]
        f1 = 2 * hits / np.maximum(given + support, 1)
        counted: Array = np.sum(f1 * (support > 0), axis=-1) / np.sum(support > 0, axis=-1)
        return counted

    return Estimator(columns, value)


def summary(
    kind: Kind, labels: Sequence[str], references: Sequence[str], scores: Sequence[RowScore]
) -> dict[str, Any]:
    """All figures of one system, ready for JSON: the metrics, and for classification the tables by label."""
    found = {metric: point(one) for metric, one in estimators(kind, labels, references, scores).items()}
    if kind != "classification":
        return found
    if all(score.probabilities for score in scores):
        found["ece"] = calibration_error(scores)
    matrix = confusion(labels, references, [score.answer for score in scores])
    return {**found, "per_class": per_class(labels, references, matrix), "confusion": matrix.tolist()}


def calibration_error(scores: Sequence[RowScore]) -> float:
    """Expected calibration error, 15 bins of equal width (Guo et al. 2017), from 0 to 1."""
    confidence = np.array([max(score.probabilities) for score in scores])
    correct = np.array([score.values["correct"] for score in scores])
    bins = np.clip(np.ceil(confidence * ECE_BINS).astype(int) - 1, 0, ECE_BINS - 1)
    gaps = np.bincount(bins, correct - confidence, ECE_BINS)
    return float(np.abs(gaps).sum() / len(scores))


def confusion(labels: Sequence[str], references: Sequence[str], answers: Sequence[str]) -> Any:
    """Counts by reference (rows) and answer (columns), labels x labels, without answers off the list."""
    size = len(labels)
    truth, answered = _numbers(labels, references), _numbers(labels, answers)
    known = answered >= 0
    return np.bincount(truth[known] * size + answered[known], minlength=size * size).reshape(size, size)


def per_class(labels: Sequence[str], references: Sequence[str], matrix: Any) -> dict[str, dict[str, float]]:
    """Precision, recall, F1 and support of each label; a share of nothing is left out."""
    hits, given, support = np.diagonal(matrix), matrix.sum(axis=0), Counter(references)
    table: dict[str, dict[str, float]] = {}
    for position, label in enumerate(labels):
        hit, answered, there = int(hits[position]), int(given[position]), support[label]
        shares = {"precision": (hit, answered), "recall": (hit, there), "f1": (2 * hit, answered + there)}
        table[label] = {name: part / whole for name, (part, whole) in shares.items() if whole}
        table[label]["support"] = there
    return table


def _numbers(labels: Sequence[str], words: Sequence[str]) -> Any:
    """The position of each word in the labels, -1 where it is none of them."""
    position = {label: number for number, label in enumerate(labels)}
    return np.array([position.get(word, -1) for word in words], dtype=np.int64)
