"""The plots of the page as places in percent, which the template draws; every plot has its figures beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from curator.evaluate.calibration import Bin
from curator.evaluate.evaluation import Evaluation
from curator.evaluate.figures import METRICS, shown_difference
from curator.evaluate.kept_curve import MORE
from curator.evaluate.reporting.axes import Axis, Tick, around
from curator.evaluate.reporting.made import Loss, Made, thinned
from curator.evaluate.reporting.tables import with_interval
from curator.evaluate.scores import HEADLINE
from curator.evaluate.verdict import Gain

_POINTS = 240
"""Points of a curve at most; more cannot be told apart."""

_DOT = 3.5


class Span(NamedTuple):
    """A value with its interval."""

    name: str
    """Whose."""
    text: str
    """The value in words."""
    tone: str
    """base, tuned or rival; of a difference better, worse or even."""
    at: float
    """Where the value lies, 0 to 100."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end."""


class Forest(NamedTuple):
    """Values with their intervals below each other."""

    title: str
    """What is shown, and which way is better."""
    spans: tuple[Span, ...]
    """The values."""
    ticks: tuple[Tick, ...]
    """Marks on the common axis."""
    zero: float | None = None
    """Where no difference lies."""


class Series(NamedTuple):
    """A line of a chart."""

    name: str
    """What it is."""
    tone: str
    """How it is drawn: first or second."""
    points: tuple[tuple[float, float], ...]
    """Places, 0 to 100 from left and from the top."""
    dots: tuple[float, ...] = ()
    """The radius of each point's mark, in pixels, where points have one."""

    @property
    def path(self) -> str:
        """The points for a polyline."""
        return " ".join(f"{x:g},{y:g}" for x, y in self.points)


class Chart(NamedTuple):
    """Lines over two axes."""

    title: str
    """What is shown."""
    across: str
    """What the horizontal axis is."""
    up: str
    """What the vertical axis is."""
    series: tuple[Series, ...]
    """The lines."""
    across_ticks: tuple[Tick, ...]
    """Marks of the horizontal axis."""
    up_ticks: tuple[Tick, ...]
    """Marks of the vertical axis, places from the top."""
    diagonal: str = ""
    """What the line from corner to corner stands for, where there is one."""
    marker: Tick | None = None
    """A place on the horizontal axis that matters."""


def systems(evaluation: Evaluation) -> list[Forest]:
    """Every system in the metric that decides, and in those by which rivals without it are compared."""
    return [forest for metric in _deciding(evaluation) if (forest := _values(evaluation, metric)) is not None]


def differences(evaluation: Evaluation) -> list[Forest]:
    """The tuned model minus the base and minus each rival, a plot for each metric."""
    found = []
    for metric in _deciding(evaluation):
        gains = {"base": evaluation.gains[metric]} if metric in evaluation.gains else {}
        gains |= {name: gain for name, gain in evaluation.gains_over.items() if gain.metric == metric}
        if gains:
            found.append(_apart(evaluation, metric, gains))
    return found


def curve(made: Made) -> list[Forest]:
    """The parts of the learning curve, and what is foretold for more rows; nothing for a run without one."""
    if made.curve is None:
        return []
    metric, more = made.curve.metric, made.curve.more
    parts = [(f"{point.rows:,} rows", point.value, point.low, point.high) for point in made.curve.points]
    rows = f"{MORE * made.curve.points[-1].rows:,} rows, foretold"
    axis = around([end for part in [*parts, (rows, more.value, more.low, more.high)] for end in part[1:]])
    spans = [
        Span(name, with_interval(metric, value, [low, high]), tone, *map(axis.place, (value, low, high)))
        for name, value, low, high, tone in (
            *((*part, "tuned") for part in parts),
            (rows, more.value, more.low, more.high, "rival"),
        )
    ]
    percent = METRICS[metric].unit == "percent"
    ticks = axis.ticks((lambda value: f"{100 * value:.0f} %") if percent else None)
    title = f"{_titled(metric)} by the number of training rows, with 95 % intervals: {_way(metric)}"
    return [Forest(title, tuple(spans), ticks)]


def losses(made: Made) -> Chart | None:
    """Training and validation loss by step; None for a run that wrote too few down."""
    training, everything = thinned(made.training, _POINTS), [*made.training, *made.validation]
    if len(training) < 2:
        return None
    across = Axis(0, max(one.step for one in everything))
    up = around([one.loss for one in [*training, *made.validation]])
    lines = [_curve("training", "first", training, across, up, dots=False)]
    if made.validation:
        lines.append(_curve("validation", "second", made.validation, across, up, dots=True))
    marker = None if made.kept is None else Tick(across.place(made.kept), f"kept: step {made.kept:,}")
    return Chart(
        title="Loss in nats per trained token: the lower the better",
        across="step",
        up="loss",
        series=tuple(lines),
        across_ticks=across.ticks(lambda value: f"{value:,.0f}" if value == int(value) else ""),
        up_ticks=_from_top(up.ticks()),
        marker=marker,
    )


def reliability(evaluation: Evaluation) -> Chart | None:
    """How often the tuned model is right by how sure it is; None where its probabilities are not known."""
    bins, mended = evaluation.reliability.get("tuned", ()), evaluation.temperature
    if not bins:
        return None
    lines = [_sure("as it is", "first", bins)]
    if mended is not None:
        lines.append(_sure(f"with temperature {mended.value:.2f}", "second", mended.bins))
    ticks = Axis(0, 1).ticks(lambda value: f"{100 * value:.0f} %")
    return Chart(
        title="How often it is right, by how sure it is: too sure below the diagonal; large dots, many rows",
        across="probability of its answer",
        up="right",
        series=tuple(lines),
        across_ticks=ticks,
        up_ticks=_from_top(ticks),
        diagonal="as sure as it is right",
    )


def _deciding(evaluation: Evaluation) -> list[str]:
    wanted = {HEADLINE[evaluation.kind][0], *(gain.metric for gain in evaluation.gains_over.values())}
    return [metric for metric in METRICS if metric in wanted]


def _values(evaluation: Evaluation, metric: str) -> Forest | None:
    names = [name for name in _in_order(evaluation) if metric in evaluation.systems[name]]
    if len(names) < 2:
        return None
    values = {name: evaluation.systems[name][metric] for name in names}
    ends = {name: evaluation.systems[name]["intervals"].get(metric) or [values[name]] * 2 for name in names}
    percent = METRICS[metric].unit == "percent"
    drawn = [*values.values(), *(end for pair in ends.values() for end in pair)]
    axis = Axis(0, 1) if percent else around(drawn)
    spans = [
        Span(
            evaluation.title(name),
            with_interval(metric, values[name], ends[name]),
            name if name in ("base", "tuned") else "rival",
            *map(axis.place, (values[name], *ends[name])),
        )
        for name in names
    ]
    ticks = axis.ticks((lambda value: f"{100 * value:.0f} %") if percent else None)
    return Forest(f"{_titled(metric)} with 95 % intervals: {_way(metric)}", tuple(spans), ticks)


def _in_order(evaluation: Evaluation) -> list[str]:
    """Base first, tuned second, then the rivals."""
    return ["base", "tuned", *(name for name in evaluation.systems if name not in ("base", "tuned"))]


def _apart(evaluation: Evaluation, metric: str, gains: dict[str, Gain]) -> Forest:
    drawn = [end for gain in gains.values() for end in (gain.low, gain.high, gain.difference)]
    axis = around([0.0, *drawn])
    spans = [_difference(f"tuned minus {evaluation.title(name)}", gain, axis) for name, gain in gains.items()]
    side = "right" if METRICS[metric].better == "higher" else "left"
    percent = METRICS[metric].unit == "percent"
    name = f"{METRICS[metric].title}, points" if percent else METRICS[metric].title
    title = f"Difference in {name}: to the {side} of the line the tuned model is better"
    ticks = axis.ticks((lambda value: f"{100 * value:.0f}") if percent else None)
    return Forest(title, tuple(spans), ticks, axis.place(0.0))


def _difference(name: str, gain: Gain, axis: Axis) -> Span:
    amount, low, high = (shown_difference(gain.metric, end) for end in (gain.difference, gain.low, gain.high))
    tone = "better" if gain.proven else "worse" if gain.disproven else "even"
    text = f"{amount} ({low} to {high}), {'within chance' if tone == 'even' else tone}"
    return Span(name, text, tone, *map(axis.place, (gain.difference, gain.low, gain.high)))


def _titled(metric: str) -> str:
    """The name of a metric at the start of a sentence; `chrF` stays as it is."""
    title = METRICS[metric].title
    return title[0].upper() + title[1:] if title[1:].islower() else title


def _way(metric: str) -> str:
    return f"the {METRICS[metric].better} the better"


def _curve(name: str, tone: str, losses: Sequence[Loss], across: Axis, up: Axis, *, dots: bool) -> Series:
    points = [(across.place(one.step), round(100 - up.place(one.loss), 2)) for one in losses]
    return Series(name, tone, tuple(points), (_DOT,) * len(points) if dots else ())


def _sure(name: str, tone: str, bins: Sequence[Bin]) -> Series:
    points = [(round(100 * part.confidence, 2), round(100 - 100 * part.accuracy, 2)) for part in bins]
    most = max(part.rows for part in bins)
    return Series(name, tone, tuple(points), tuple(round(2 + 4 * (p.rows / most) ** 0.5, 1) for p in bins))


def _from_top(ticks: Sequence[Tick]) -> tuple[Tick, ...]:
    return tuple(tick._replace(at=round(100 - tick.at, 2)) for tick in ticks)
