"""An evaluation: base, tuned and rivals on the same held-out rows, their paired comparison, and the files of it."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from curator.config import EvaluateSettings
from curator.errors import CuratorError, NotFound, explained
from curator.evaluate import figures, forgetting, metrics, rivals, statistics
from curator.evaluate.forgetting import Forgetting
from curator.evaluate.scores import HEADLINE, METRICS, SCORES, RowScore, SystemScores
from curator.evaluate.verdict import Gain, Rival, Verdict, judge
from curator.files import write_atomically
from curator.records import Frozen, Kind, Row, WindowRow, target_text
from curator.text import plural

_INSTEAD = "chrf"
"""What a rival without likelihoods is compared by."""

Progress = Callable[[int, int], None]
"""Told how many rows are done, and of how many."""
_Key = tuple[str, str]
"""System and metric."""
_Estimators = Mapping[_Key, statistics.Estimator]
_Replicates = Mapping[_Key, statistics.Array]


class _Comparison(NamedTuple):
    """The tuned model against the others."""

    gains: dict[str, Gain]
    over: dict[str, Gain]
    intervals: dict[str, dict[str, list[float]]]


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
    references: tuple[str, ...]
    """What should have been answered, row by row."""
    scores: dict[str, tuple[RowScore, ...]]
    """System to its row scores, in the order of the file."""

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
    names: Names | None = None,
    general: Forgetting | None = None,
) -> Evaluation:
    """Add the rivals to the scores of `base` and `tuned`, compare them row by row and reach a verdict.

    Raises:
        CuratorError: a system did not score exactly the test rows in their order, or a score is no number.
    """
    _check_rows(kind, labels, test_rows)
    every = {**systems, **rivals.answers(kind, labels, train_rows, test_rows, settings.seed)}
    for name in ("base", "tuned", *every):
        _check_scores(name, every.get(name, ()), test_rows)
    references = [reference(row) for row in test_rows]
    estimators = {
        (name, metric): estimator
        for name, scores in every.items()
        for metric, estimator in metrics.estimators(kind, labels, references, scores).items()
    }
    parts = _compare(kind, estimators, [row.group for row in test_rows], settings)
    figures = {name: metrics.summary(kind, labels, references, scores) for name, scores in every.items()}
    return Evaluation(
        names=names or Names(),
        kind=kind,
        labels=tuple(labels),
        n=len(test_rows),
        systems={name: {**found, "intervals": parts.intervals[name]} for name, found in figures.items()},
        gain=parts.gains[HEADLINE[kind][0]],
        gains=parts.gains,
        gains_over=parts.over,
        verdict=_verdict(estimators, parts, HEADLINE[kind][0], len(test_rows)),
        general=general,
        references=tuple(references),
        scores={name: tuple(scores) for name, scores in every.items()},
    )


def evaluate_run(run_dir: Path, progress: Progress | None = None) -> Evaluation:
    """Score base and tuned model on the run's test rows, the tuned one read afresh from disk, and compare them.

    Raises:
        CuratorError: the run is not finished, its data changed, or there are no test rows.
    """
    from curator.evaluate.scorers import score_systems
    from curator.train import runs
    from curator.train.data import read_rows

    spec = runs.load(run_dir)
    runs.load_result(run_dir)
    runs.verify_export(spec)
    export = Path(spec.export_path)
    train_rows, test_rows = (read_rows(export, spec.kind, split) for split in ("train", "test"))
    _check_rows(spec.kind, spec.labels, test_rows)
    systems = score_systems(run_dir, test_rows, progress, forgetting.passages())
    general = forgetting.compare(systems.pop("base general"), systems.pop("tuned general"), spec.evaluate)
    names = Names(run=spec.name, model=spec.model, export=export.name)
    found = (spec.kind, spec.labels, train_rows, test_rows, systems, spec.evaluate)
    return evaluate_scores(*found, names, general)


def reference(row: Row) -> str:
    """What should be answered on a row: the answer, the label, or the last unit of a window that has one."""
    if isinstance(row, WindowRow):
        return row.target or ""
    kind: Kind = "classification" if hasattr(row, "label") else "instruction"
    return target_text(kind, row.model_dump())


def write(evaluation: Evaluation, run_dir: Path) -> None:
    """Write scores.parquet (one line per system and row) and metrics.json, each wholly or not at all.

    Raises:
        CuratorError: the disk is full, or the folder may not be written.
    """
    text = json.dumps(evaluation.to_json(), ensure_ascii=False, indent=2, allow_nan=False)
    write_atomically(run_dir / SCORES, _parquet(evaluation), "write the scores")
    write_atomically(run_dir / METRICS, text + "\n", "write the metrics")


def load(run_dir: Path) -> Evaluation:
    """Read an evaluation back.

    Raises:
        NotFound: the run was not evaluated.
        CuratorError: the files are damaged.
    """
    if not (run_dir / METRICS).is_file() or not (run_dir / SCORES).is_file():
        raise NotFound(
            f"Run {run_dir.name} has no evaluation.", f"Make it with `curator evaluate {run_dir.name}`."
        )
    remedy = f"Make it again with `curator evaluate {run_dir.name}`."
    with explained("read the evaluation", run_dir):
        raw, table = (run_dir / METRICS).read_bytes(), (run_dir / SCORES).read_bytes()
    try:
        found = json.loads(raw)
        references, scores = _from_parquet(table)
        verdict = {"outcome": found.pop("outcome"), "sentence": found.pop("verdict")}
        names = {name: found.pop(name) for name in Names.model_fields}
        parts = {"names": names, "verdict": verdict, "references": references, "scores": scores}
        return Evaluation.model_validate({**found, **parts})
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise CuratorError(f"The evaluation of run {run_dir.name} is damaged: {error}.", remedy) from error


def _check_rows(kind: Kind, labels: Sequence[str], rows: Sequence[Row]) -> None:
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


def _compare(
    kind: Kind, estimators: _Estimators, groups: Sequence[str], settings: EvaluateSettings
) -> _Comparison:
    """All systems on the same resamples."""
    replicates = statistics.bootstrap(estimators, groups, settings.resamples, settings.seed)
    gains = _gains(estimators, replicates, _comparisons(kind, estimators), groups, settings)
    return _Comparison(
        gains={metric: gain for (system, metric), gain in gains.items() if system == "base"},
        over={system: gain for (system, _), gain in gains.items() if system != "base"},
        intervals=_intervals(estimators, replicates, groups),
    )


def _comparisons(kind: Kind, estimators: _Estimators) -> list[_Key]:
    """(system, metric) that the tuned model is compared with: the base in all metrics, a rival in one.

    Raises:
        CuratorError: base or tuned lacks the metric that decides.
    """
    headline = HEADLINE[kind][0]
    for system in ("base", "tuned"):
        if (system, headline) not in estimators:
            raise CuratorError(
                f"{system} has no {figures.METRICS[headline].title}.", "Evaluate the run again."
            )
    shared = [key for key in estimators if key[0] != "tuned" and ("tuned", key[1]) in estimators]
    return [
        (system, metric)
        for system, metric in shared
        if system == "base" or metric == headline or (metric == _INSTEAD and (system, headline) not in shared)
    ]


def _gains(
    estimators: _Estimators,
    replicates: _Replicates,
    keys: Sequence[_Key],
    groups: Sequence[str],
    settings: EvaluateSettings,
) -> dict[_Key, Gain]:
    """Tuned minus each (system, metric) of `keys`."""
    pairs = {key: (estimators["tuned", key[1]], estimators[key]) for key in keys}
    p = _p_values(pairs, groups, settings)
    gains = {}
    for key, (tuned, other) in pairs.items():
        apart = replicates["tuned", key[1]] - replicates[key]
        low, high = statistics.interval(apart)
        binary = tuned.outcomes is not None
        gains[key] = Gain(
            metric=key[1],
            difference=statistics.point(tuned) - statistics.point(other),
            low=low,
            high=high,
            p=p[key],
            better=figures.METRICS[key[1]].better,
            detectable=statistics.smallest_detectable(apart, len(groups), binary=binary),
        )
    return gains


def _p_values(
    pairs: Mapping[_Key, tuple[statistics.Estimator, statistics.Estimator]],
    groups: Sequence[str],
    settings: EvaluateSettings,
) -> dict[_Key, float]:
    """Exact McNemar for shares of independent rows, else swaps of whole groups."""
    exact = {}
    if not statistics.has_groups(groups):
        for key, (tuned, other) in pairs.items():
            if tuned.outcomes is not None and other.outcomes is not None:
                exact[key] = statistics.mcnemar(tuned.outcomes, other.outcomes)
    rest = {key: pair for key, pair in pairs.items() if key not in exact}
    return exact | statistics.swap_test(rest, groups, settings.resamples, settings.seed)


def _intervals(
    estimators: _Estimators, replicates: _Replicates, groups: Sequence[str]
) -> dict[str, dict[str, list[float]]]:
    """95 % interval of each system's metrics: Wilson for shares of independent rows, else the bootstrap."""
    wilson = not statistics.has_groups(groups)
    found: dict[str, dict[str, list[float]]] = {}
    for (system, metric), estimator in estimators.items():
        outcomes = estimator.outcomes
        if wilson and outcomes is not None:
            ends = statistics.wilson(int(outcomes.sum()), len(outcomes))
        else:
            ends = statistics.interval(replicates[system, metric])
        found.setdefault(system, {})[metric] = [*ends]
    return found


def _verdict(estimators: _Estimators, parts: _Comparison, headline: str, n: int) -> Verdict:
    before, after = (statistics.point(estimators[name, headline]) for name in ("base", "tuned"))
    beside = {
        name: Rival(
            title=rivals.TITLES.get(name, name),
            value=statistics.point(estimators[name, against.metric]),
            gain=against,
        )
        for name, against in parts.over.items()
    }
    return judge(parts.gains[headline], before, after, n, beside)


def _parquet(evaluation: Evaluation) -> bytes:
    """One line per system and row."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    lines = [
        (system, row, expected)
        for system, rows in evaluation.scores.items()
        for row, expected in zip(rows, evaluation.references, strict=True)
    ]
    names = sorted({name for _, row, _ in lines for name in row.values})
    columns = {
        "system": pa.array([system for system, _, _ in lines], pa.string()),
        "id": pa.array([row.id for _, row, _ in lines], pa.string()),
        "group": pa.array([row.group for _, row, _ in lines], pa.string()),
        "answer": pa.array([row.answer for _, row, _ in lines], pa.string()),
        "reference": pa.array([expected for _, _, expected in lines], pa.string()),
        **{name: pa.array([row.values.get(name) for _, row, _ in lines], pa.float64()) for name in names},
        "probabilities": pa.array([list(row.probabilities) for _, row, _ in lines], pa.list_(pa.float64())),
    }
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def _from_parquet(table: bytes) -> tuple[list[str], dict[str, list[dict[str, Any]]]]:
    """The references, and each system's row scores."""
    import pyarrow.parquet as pq

    references: dict[str, list[str]] = {}
    scores: dict[str, list[dict[str, Any]]] = {}
    for line in pq.read_table(io.BytesIO(table)).to_pylist():
        system = line.pop("system")
        references.setdefault(system, []).append(line.pop("reference"))
        row = {name: line.pop(name) for name in ("id", "group", "answer", "probabilities")}
        values = {name: value for name, value in line.items() if value is not None}
        scores.setdefault(system, []).append({**row, "values": values})
    return references["tuned"], scores
