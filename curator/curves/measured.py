"""The learning curve of a project's runs, read from their scores."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from curator.config import EvaluateSettings
from curator.curves.parts import Part
from curator.errors import CuratorError
from curator.evaluate import keeping, metrics, statistics
from curator.evaluate.evaluation import Evaluation
from curator.evaluate.figures import METRICS, shown, shown_difference, unit_of_difference
from curator.evaluate.kept_curve import MORE, LearningCurve, Point
from curator.evaluate.learning_curve import Curve, Estimate, Measured, noise_between
from curator.evaluate.scores import HEADLINE
from curator.records import Kind, Row
from curator.text import plural
from curator.train import runs
from curator.train.rows.data import read_rows

_WORTH = 0.01
"""A gain worth having: a point of a share, or one percent of the bits."""
_FEW_POINTS = 4


def learning_curve(parts: Sequence[Part], kind: Kind, settings: EvaluateSettings) -> LearningCurve:
    """The curve of runs that are all scored.

    Raises:
        CuratorError: fewer than two sizes, a run is not scored, or they were not scored on the same rows.
    """
    found = [(part, keeping.load(part.folder)) for part in parts]
    test = read_rows(parts[0].export.path, kind, "test")
    for part, evaluation in found:
        if [score.id for score in evaluation.scores["tuned"]] != [row.id for row in test]:
            raise CuratorError(f"{part.name} was scored on other rows.", f"Remove the run {part.name}.")
    metric = HEADLINE[kind][0]
    sizes = [list(group) for _, group in groupby(found, key=lambda entry: entry[0].percent)]
    if len({part.rows for part in parts}) < 2:
        raise CuratorError("A curve needs parts of different sizes.", "Name two or more: --parts 25,50,100.")
    measured, points = zip(*(_size(size, test, metric, settings) for size in sizes), strict=True)
    noise = noise_between([[_error(metric, value) for value in point.values] for point in points])
    assumed = float(np.mean([one.replicates.std() for one in measured]))
    least = 0.5 / len(test) if metric == "accuracy" else 1e-6
    reckoned = max(assumed if noise is None else noise, least)
    curve = Curve(measured, reckoned, least, settings.seed)
    back = Curve(measured[:-1], reckoned, least, settings.seed) if len(measured) > 2 else None
    rows = measured[-1].rows
    gain = curve.gained(MORE * rows)
    now, more = (_value(metric, curve.predicted(count)) for count in (rows, MORE * rows))
    spec = runs.load(parts[-1].folder)
    return LearningCurve(
        model=spec.model,
        method=spec.train.method,
        test_sha256=spec.export_sha256["test.jsonl"],
        metric=metric,
        n=len(test),
        points=points,
        base=float(found[-1][1].systems["base"][metric]),
        law=curve.best(),
        run_noise=reckoned,
        noise_measured=noise is not None,
        backtest=None if back is None else _value(metric, back.predicted(rows)),
        now=now,
        more=more,
        gain=gain,
        sentence=_sentence(metric, MORE * rows, now, more, gain),
        caveats=tuple(_caveats(len(points), noise is not None, curve)),
    )


def _size(
    size: Sequence[tuple[Part, Evaluation]], test: Sequence[Row], metric: str, settings: EvaluateSettings
) -> tuple[Measured, Point]:
    """The runs of one size."""
    groups = [row.group for row in test]
    estimators = {
        part.name: metrics.estimators(
            evaluation.kind, evaluation.labels, evaluation.references, evaluation.scores["tuned"]
        )[metric]
        for part, evaluation in size
    }
    drawn = statistics.bootstrap(estimators, groups, settings.resamples, settings.seed)
    mean = np.mean(list(drawn.values()), axis=0)
    values = [statistics.point(one) for one in estimators.values()]
    low, high = statistics.interval(mean, statistics.independent(groups))
    rows = round(sum(part.rows for part, _ in size) / len(size))
    errors = 1 - mean if metric == "accuracy" else mean
    value = sum(values) / len(values)
    return Measured(rows, _error(metric, value), errors, len(size)), Point(
        percent=size[0][0].percent,
        rows=rows,
        runs=tuple(estimators),
        values=tuple(values),
        value=value,
        low=low,
        high=high,
    )


def _error(metric: str, value: float) -> float:
    return 1 - value if METRICS[metric].better == "higher" else value


def _value(metric: str, error: Estimate) -> Estimate:
    """An error as the metric says it."""
    if METRICS[metric].better == "lower":
        return error
    return Estimate(value=1 - error.value, low=1 - error.high, high=1 - error.low)


def _sentence(metric: str, rows: int, now: Estimate, more: Estimate, gain: Estimate) -> str:
    unit, title = unit_of_difference(metric), METRICS[metric].title
    worth = _WORTH if METRICS[metric].unit == "percent" else _WORTH * now.value
    answer = "More labels would help" if gain.low >= worth else "More labels may help"
    answer = "More labels would hardly help" if gain.high < worth else answer
    ends = f"{shown_difference(metric, gain.low)} to {shown_difference(metric, gain.high)}"
    amount = shown_difference(metric, gain.value)
    direction = "better" if METRICS[metric].better == "higher" else "fewer"
    unit = unit if METRICS[metric].unit == "percent" else " bits"
    return (
        f"{answer}: with twice as many ({rows:,} training rows) {title} would be about {shown(metric, more.value)} "
        f"(95 % interval {shown(metric, more.low)} to {shown(metric, more.high)}), where the same curve has "
        f"{shown(metric, now.value)} now: {amount}{unit} {direction} ({ends})."
    )


def _caveats(points: int, measured: bool, curve: Curve) -> list[str]:
    found, law = [], curve.best()
    if points < _FEW_POINTS:
        found.append(
            f"{plural(points, 'point')} cannot tell how the curve bends: the interval holds everything from a steep to "
            "a flat one."
        )
    if not measured:
        found.append(
            "There is one run of each size, so the noise between runs is not known; it is taken to be that of the test "
            "rows. --seeds 3 measures it."
        )
    if curve.is_off():
        found.append(
            "The points lie off any power law, so what it foretells is less sure than the interval says."
        )
    if law is not None and law.scale == 0:
        found.append("The points do not fall: what limits the model is not the number of rows.")
    return found
