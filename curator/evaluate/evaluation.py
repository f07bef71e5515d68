"""An evaluation: base, tuned and rivals on the same held-out rows, their paired comparison and the verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from curator.config import EvaluateSettings
from curator.errors import CuratorError
from curator.evaluate import metrics, statistics
from curator.evaluate.answers.adherence import Form
from curator.evaluate.answers.filling import filled
from curator.evaluate.calibration import Bin, Temperature
from curator.evaluate.comparing import Comparison, Estimators, compare
from curator.evaluate.endpoint.judged import Judged
from curator.evaluate.examining import Studied, Tested, examine
from curator.evaluate.fairness.suspects import Suspect
from curator.evaluate.fairness.tainted import Contamination
from curator.evaluate.memorisation import Memorisation
from curator.evaluate.rivals import classical
from curator.evaluate.scores import HEADLINE, Rivals, RowScore, SystemScores
from curator.evaluate.scoring.forgetting import Forgetting
from curator.evaluate.slices import Slice
from curator.evaluate.verdict import Clean, Gain, Rival, Verdict, judge
from curator.records import Frozen, Kind, Row, WindowRow, target_text
from curator.text import plural


class Names(Frozen):
    """What was evaluated, for the reader of the result."""

    run: str = ""
    """Name of the run."""
    model: str = ""
    """The base model."""
    export: str = ""
    """The export that the run was trained and is tested on."""


class Evaluation(Frozen):
    """Everything that an evaluation found."""

    names: Names = Names()
    """What was evaluated."""
    kind: Kind
    """Kind of the rows."""
    labels: tuple[str, ...] = ()
    """The closed list of labels."""
    n: int
    """Held-out rows, the same for every system."""
    systems: dict[str, dict[str, Any]]
    """System to its metrics; `intervals` holds the 95 % interval of each."""
    gain: Gain
    """Tuned minus base in the headline metric."""
    gains: dict[str, Gain]
    """Tuned minus base in every metric that both have."""
    gains_over: dict[str, Gain]
    """Rival to tuned minus rival."""
    verdict: Verdict
    """Whether it was worth it."""
    general: Forgetting | None = None
    """What became of general text, where that was read."""
    reliability: dict[str, tuple[Bin, ...]] = Field(default_factory=dict)
    """Classification: system to its reliability bins, the least confident first; empty bins are left out."""
    temperature: Temperature | None = None
    """Classification with a validation split: what one temperature does for the tuned model's probabilities."""
    slices: tuple[Slice, ...] = ()
    """Base and tuned by label, language, length and source, in this order; slices of few rows are left out."""
    contamination: Contamination | None = None
    """Test rows that the train rows give away, and the score without them; absent without train rows."""
    suspects: tuple[Suspect, ...] = ()
    """Classification: test rows whose label is likely wrong, the most suspicious first."""
    memorisation: Memorisation | None = None
    """Text: how much of the training text is reproduced word for word, where that was tried."""
    titles: dict[str, str] = Field(default_factory=dict)
    """System to how it is called in a sentence, where its name does not say it."""
    judged: Judged | None = None
    """Instruction: base and tuned answers compared by a judge, where one was asked."""
    left_out: dict[str, str] = Field(default_factory=dict)
    """Rival to the reason why it could not be asked."""
    references: tuple[str, ...]
    """What should have been answered, row by row."""
    scores: dict[str, tuple[RowScore, ...]]
    """System to its row scores, in the order of the file."""

    def title(self, system: str) -> str:
        """How a system is called in a sentence."""
        return self.titles.get(system, system)

    def to_json(self) -> dict[str, Any]:
        """The result without its rows, as `curator evaluate --json` prints it."""
        whole = self.model_dump(mode="json", exclude={"names", "verdict", "references", "scores"})
        verdict = {"outcome": self.verdict.outcome, "verdict": self.verdict.sentence}
        return {**self.names.model_dump(), **whole, **verdict}


def evaluate_scores(
    kind: Kind,
    labels: Sequence[str],
    train_rows: Sequence[Row],
    test_rows: Sequence[Row],
    systems: SystemScores,
    settings: EvaluateSettings,
    *,
    names: Names | None = None,
    general: Forgetting | None = None,
    rivals: Rivals | None = None,
    form: Form | None = None,
    studied: Studied | None = None,
) -> Evaluation:
    """Add the classical rivals to `base`, `tuned` and `rivals`, compare them row by row and reach a verdict.

    `form` is the form that answers are declared to have, `studied` what is known beside the test rows.

    Raises:
        CuratorError: a system did not score exactly the test rows in their order, or a score is no number.
    """
    require_scorable(kind, labels, test_rows)
    beside, headline = rivals or {}, HEADLINE[kind][0]
    references, taught = ([reference(row) for row in rows] for rows in (test_rows, train_rows))
    every = {**systems, **classical.answers(kind, labels, train_rows, test_rows, settings.seed)}
    every |= {name: rival.scores for name, rival in beside.items()}
    _check_systems(every, test_rows)
    if kind == "instruction":
        every = filled(every, references, form)
    estimators = _estimators(kind, labels, references, every)
    parts = compare(kind, estimators, [row.group for row in test_rows], settings)
    tested = Tested(kind, labels, train_rows, taught, test_rows, references, every)
    examined, titles = examine(tested, settings, studied), _titles(every, beside)
    clean = _clean(examined["contamination"])
    return Evaluation(
        names=names or Names(),
        kind=kind,
        labels=tuple(labels),
        n=len(test_rows),
        systems=_figures(tested, beside, parts),
        gain=parts.gains[headline],
        gains=parts.gains,
        gains_over=parts.over,
        verdict=_verdict(estimators, parts, headline, len(test_rows), titles, clean),
        general=general,
        titles=titles,
        references=tuple(references),
        scores={name: tuple(scores) for name, scores in every.items()},
        **examined,
    )


def _estimators(
    kind: Kind, labels: Sequence[str], references: Sequence[str], systems: SystemScores
) -> Estimators:
    return {
        (name, metric): estimator
        for name, scores in systems.items()
        for metric, estimator in metrics.estimators(kind, labels, references, scores).items()
    }


def _titles(systems: SystemScores, rivals: Rivals) -> dict[str, str]:
    titles = {name: title for name, title in classical.TITLES.items() if name in systems}
    return titles | {name: rival.title for name, rival in rivals.items() if rival.title}


def _figures(tested: Tested, rivals: Rivals, parts: Comparison) -> dict[str, dict[str, Any]]:
    """Each system's metrics and tables, what is told of a rival beside them, and the intervals."""
    found = {}
    for name, scores in tested.systems.items():
        figures = metrics.summary(tested.kind, tested.labels, tested.references, scores)
        facts = rivals[name].facts if name in rivals else {}
        found[name] = {**figures, **facts, "intervals": parts.intervals[name]}
    return found


def reference(row: Row) -> str:
    """What should be answered on a row: the answer, the label, or the last unit of a window that has one."""
    if isinstance(row, WindowRow):
        return row.target or ""
    kind: Kind = "classification" if hasattr(row, "label") else "instruction"
    return target_text(kind, row.model_dump())


def require_scorable(kind: Kind, labels: Sequence[str], rows: Sequence[Row]) -> None:
    """There are test rows, and their labels are on the list.

    Raises:
        CuratorError: there are none, or one is not.
    """
    if not rows:
        raise CuratorError(
            "There are no test rows to score.", "Split and export again, with a share for test."
        )
    if kind != "classification":
        return
    strangers = sorted({reference(row) for row in rows} - set(labels))
    if strangers:
        raise CuratorError(
            f"The test rows have a label that is not on the list: {strangers[0]!r}.", "Export again."
        )


def _check_systems(systems: SystemScores, rows: Sequence[Row]) -> None:
    for name in ("base", "tuned", *systems):
        _check_scores(name, systems.get(name, ()), rows)


def _check_scores(system: str, scores: Sequence[RowScore], rows: Sequence[Row]) -> None:
    """Every row once, in order, with numbers."""
    if len(scores) != len(rows):
        counted = f"{plural(len(scores), 'row')} of {len(rows):,}"
        raise CuratorError(
            f"{system} has scores of {counted}: systems can only be compared on the same rows.",
            "Evaluate the run again.",
        )
    for score, row in zip(scores, rows, strict=True):
        if score.id != row.id:
            raise CuratorError(
                f"{system} scored row {score.id} where the file has row {row.id}.", "Evaluate the run again."
            )
        bad = [name for name, value in score.values.items() if not math.isfinite(value)]
        if bad:
            raise CuratorError(
                f"{system} has no finite {bad[0]} on row {row.id}: the model's numbers overflowed.",
                "Train again with a lower learning rate.",
            )


def _clean(found: Contamination | None) -> Clean | None:
    return Clean(len(found.rows), found.gain) if found is not None and found.rows else None


def _verdict(
    estimators: Estimators,
    parts: Comparison,
    headline: str,
    n: int,
    titles: Mapping[str, str],
    clean: Clean | None,
) -> Verdict:
    before, after = (statistics.point(estimators[name, headline]) for name in ("base", "tuned"))
    beside = {
        name: Rival(
            title=titles.get(name, name),
            value=statistics.point(estimators[name, against.metric]),
            gain=against,
        )
        for name, against in parts.over.items()
    }
    return judge(parts.gains[headline], before, after, n, beside, clean)
