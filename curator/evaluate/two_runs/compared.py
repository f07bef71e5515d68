"""Which of two tuned models is better, by a paired comparison on the test rows that both were scored on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from curator.config import EvaluateSettings
from curator.errors import CuratorError
from curator.evaluate import keeping
from curator.evaluate.answers.adherence import Form
from curator.evaluate.evaluation import Evaluation, evaluate_scores
from curator.evaluate.examining import Studied
from curator.evaluate.figures import METRICS, shown, shown_difference, unit_of_difference
from curator.evaluate.reporting import ranking
from curator.evaluate.scores import HEADLINE, RowScore
from curator.evaluate.slices import Slice
from curator.evaluate.sources import sources_of
from curator.evaluate.two_runs.differences import Cost, Setting, cost, differing
from curator.evaluate.two_runs.shared_rows import Shared, Side, shared_rows
from curator.evaluate.verdict import Gain, interval_shown
from curator.records import Frozen, Kind
from curator.text import plural
from curator.train import runs


class ChangedRow(Frozen):
    """A test row that the two models answer differently."""

    id: str
    """The row's id in the first run's export."""
    text: str
    """What the models were shown, in full."""
    reference: str
    """What should have been answered."""
    first: str
    """What the first run's model answered."""
    second: str
    """What the second's answered."""
    before: float
    """Cost under the first: log loss in nats, or bits per byte."""
    after: float
    """Cost under the second."""
    turned: ranking.Turn
    """What the second makes of it, seen from the first."""


class RunsCompared(Frozen):
    """Two tuned models, side by side."""

    first: str
    """Name of the one run."""
    second: str
    """Name of the other; differences are the second minus the first."""
    kind: Kind
    """Kind of the rows."""
    n: int
    """Test rows that both were scored on."""
    same_test: bool
    """Whether both have the very same test set."""
    left_out: tuple[int, int]
    """Test rows of each that the other does not have."""
    answered_anew: int
    """Rows of the first that the second has with another reference; they are left out, too."""
    systems: dict[str, dict[str, Any]]
    """Run to its metrics; `intervals` holds the 95 % interval of each."""
    gain: Gain
    """Second minus first in the metric that decides."""
    gains: dict[str, Gain]
    """Second minus first in every metric that both have."""
    better: str | None
    """The run that is proven better in the metric that decides; None where neither is."""
    verdict: str
    """One sentence with the figures."""
    general: dict[str, float] | None
    """Run to bits per byte of general text, where both read the same passages."""
    slices: tuple[Slice, ...]
    """By label, language, length and source: `base` is the first run, `tuned` the second."""
    changed: tuple[ChangedRow, ...]
    """Rows with another answer, what got worst in the second first."""
    settings: tuple[Setting, ...]
    """What they were made with, where that differs."""
    costs: dict[str, Cost]
    """Run to what it cost."""


def compare_runs(first: Path, second: Path) -> RunsCompared:
    """Compare two scored runs on the test rows that both have.

    Raises:
        CuratorError: it is one run, one of them was not scored, or they share no rows.
    """
    if first == second:
        raise CuratorError(f"{first.name} is one run: there is nothing to compare.", "Name two runs.")
    one, other = (Side(runs.load(folder), keeping.load(folder)) for folder in (first, second))
    shared = shared_rows(one, other)
    paired = _paired(one, other, shared, first.parent.parent)
    specs = {side.name: side.spec for side in (one, other)}
    gain = paired.gain
    return RunsCompared(
        first=one.name,
        second=other.name,
        kind=paired.kind,
        n=paired.n,
        same_test=shared.same_test,
        left_out=shared.left_out,
        answered_anew=shared.answered_anew,
        systems={one.name: paired.systems["base"], other.name: paired.systems["tuned"]},
        gain=gain,
        gains=paired.gains,
        better=other.name if gain.proven else one.name if gain.disproven else None,
        verdict=_verdict(one.name, other.name, paired),
        general=_general(one, other),
        slices=paired.slices,
        changed=_changed(paired, shared),
        settings=differing(one.spec, other.spec),
        costs={folder.name: cost(specs[folder.name], runs.load_result(folder)) for folder in (first, second)},
    )


def _paired(one: Side, other: Side, shared: Shared, root: Path) -> Evaluation:
    """An evaluation in which the first run stands where the base stands."""
    labels = tuple(dict.fromkeys((*one.spec.labels, *other.spec.labels)))
    systems = {
        "base": _comparable(shared.first, one, other),
        "tuned": _comparable(shared.second, one, other),
    }
    sources = sources_of(Path(one.spec.export_path), shared.rows)
    return evaluate_scores(
        one.spec.kind,
        labels,
        (),
        shared.rows,
        systems,
        other.spec.evaluate,
        form=_form(one.spec.evaluate, other.spec.evaluate, root),
        studied=Studied(sources=sources),
    )


def _comparable(scores: tuple[RowScore, ...], one: Side, other: Side) -> list[RowScore]:
    """Without what depends on the tokenizer, where the two have different base models."""
    if one.spec.model_path == other.spec.model_path:
        return list(scores)
    return [score.model_copy(update={"values": _without_tokens(score.values)}) for score in scores]


def _without_tokens(values: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in values.items() if name != "tokens"}


def _form(one: EvaluateSettings, other: EvaluateSettings, root: Path) -> Form | None:
    """The form of answers that both were made for."""
    if (one.answer_schema, one.answer_pattern) != (other.answer_schema, other.answer_pattern):
        return None
    return Form.of(other, root)


def _general(one: Side, other: Side) -> dict[str, float] | None:
    """General text is bundled; two bases may cut its passages differently."""
    before, after = one.found.general, other.found.general
    if before is None or after is None or before.passages != after.passages:
        return None
    return {one.name: before.tuned, other.name: after.tuned}


def _changed(paired: Evaluation, shared: Shared) -> tuple[ChangedRow, ...]:
    ranked = ranking.rows(paired, shared.rows, "all", len(shared.rows))
    return tuple(
        ChangedRow(
            id=row.id,
            text=row.text,
            reference=row.reference,
            first=row.base,
            second=row.tuned,
            before=row.before,
            after=row.after,
            turned=row.turned,
        )
        for row in ranked
        if row.base != row.tuned
    )


def _verdict(first: str, second: str, paired: Evaluation) -> str:
    gain, metric = paired.gain, HEADLINE[paired.kind][0]
    one, other = (paired.systems[name][metric] for name in ("base", "tuned"))
    title, rows = METRICS[metric].title, plural(paired.n, "test row")
    figures = f"on {rows} ({interval_shown(gain)})"
    if gain.proven or gain.disproven:
        (best, high), (rest, low) = ((second, other), (first, one))
        if gain.disproven:
            (best, high), (rest, low) = (rest, low), (best, high)
        return f"{best} is better than {rest}: {title} {shown(metric, high)} against {shown(metric, low)} {figures}."
    return (
        f"No evidence that one is better: {title} is {shown(metric, one)} for {first} and {shown(metric, other)} for "
        f"{second} {figures}{_reach(gain)}."
    )


def _reach(gain: Gain) -> str:
    """The smallest difference that a test of this size can show."""
    if not gain.bounded or (METRICS[gain.metric].unit == "percent" and (gain.detectable or 0) > 1):
        return "; so few rows cannot show any difference"
    if gain.detectable is None:
        return ""
    amount = shown_difference(gain.metric, gain.detectable) + unit_of_difference(gain.metric)
    return f"; a test of this size shows differences from about {amount}"
