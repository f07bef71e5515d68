"""Whether more labels would help: the learning curve of a run, in words and figures."""

from __future__ import annotations

from collections.abc import Iterator

from curator.evaluate.figures import METRICS, shown
from curator.evaluate.kept_curve import MORE, LearningCurve
from curator.evaluate.reporting.tables import Table

FORETOLD = "foretold"


def about(curve: LearningCurve) -> Iterator[str]:
    """What more labels would bring, how well the curve foretold what is known, and what it cannot say."""
    yield curve.sentence
    back, last = curve.backtest, curve.points[-1]
    if back is not None:
        value, low, high = (shown(curve.metric, end) for end in (back.value, back.low, back.high))
        yield (
            f"From the smaller parts alone {value} was to be expected at {last.percent} % (95 % interval {low} to "
            f"{high}); it is {shown(curve.metric, last.value)}."
        )
    yield from curve.caveats


def table(curve: LearningCurve) -> Table:
    """The parts with their figures, and what is foretold for twice the rows of the largest."""
    last, more = curve.points[-1], curve.more
    lines = [["part", "training rows", METRICS[curve.metric].title, "95 % interval", "runs"]]
    for point in curve.points:
        ends = f"{shown(curve.metric, point.low)} to {shown(curve.metric, point.high)}"
        value = shown(curve.metric, point.value)
        lines.append([f"{point.percent} %", f"{point.rows:,}", value, ends, str(len(point.runs))])
    ends = f"{shown(curve.metric, more.low)} to {shown(curve.metric, more.high)}"
    rows, value = MORE * last.rows, f"about {shown(curve.metric, more.value)}"
    return [*lines, [f"{MORE * last.percent} %", f"{rows:,}", value, ends, FORETOLD]]
