"""report.md: the verdict first, then the figures behind it and the rows to look at again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from curator.evaluate.evaluation import Evaluation
from curator.evaluate.figures import METRICS, shown, shown_difference, unit_of_difference
from curator.evaluate.keeping import load
from curator.evaluate.reporting.markdown import Table, filled
from curator.evaluate.scores import RowScore
from curator.evaluate.verdict import Gain, p_shown
from curator.files import write_atomically
from curator.records import ClassificationRow, Frozen, InstructionRow, Row
from curator.text import plural

FILE_NAME = "report.md"
MATRIX_LABELS = 12
"""Up to so many labels the confusion matrix is shown whole."""
CONFUSIONS = 15
ROWS = 10

_WIDTH = 100

Order = Literal["regressed", "gained", "wrong", "all"]
Turn = Literal["worse", "better", "same"]


class RankedRow(Frozen):
    """A test row to look at again."""

    id: str
    """The row's id in the exported file."""
    text: str
    """What the model was shown, in full."""
    reference: str
    """What should have been answered."""
    base: str
    """What the base model answered."""
    tuned: str
    """What the tuned model answered."""
    before: float
    """Cost under the base model: log loss in nats, or bits per byte."""
    after: float
    """Cost under the tuned model."""
    right: bool | None
    """Whether the tuned model's answer is right; None where nothing was to be answered."""
    turned: Turn
    """What became of the row by the tuning."""


def rows(
    evaluation: Evaluation, test_rows: Sequence[Row], order: Order, limit: int = ROWS
) -> list[RankedRow]:
    """The rows that the tuning made worst or best, those that the tuned model gets most wrong, or all.

    The worst come first, of those that gained the best. Of labels, last units and answers only wrong ones count
    as wrong; windows without a target are ranked by their bits per byte.
    """
    found: list[tuple[float, int]] = []
    pairs = zip(evaluation.scores["base"], evaluation.scores["tuned"], strict=True)
    for place, (base, tuned) in enumerate(pairs):
        change = _cost(tuned) - _cost(base)
        if order == "wrong" and _right(tuned) is not True:
            found.append((_cost(tuned), place))
        elif order == "gained" and _worse(tuned, base):
            found.append((-change, place))
        elif order == "all" or (order == "regressed" and _worse(base, tuned)):
            found.append((change, place))
    worst = sorted(found, key=lambda entry: (-entry[0], entry[1]))[:limit]
    return [_ranked(evaluation, test_rows[place], place) for _, place in worst]


def render(evaluation: Evaluation, test_rows: Sequence[Row], facts: Mapping[str, str]) -> str:
    """The report as Markdown; `facts` is what it was made with. No text from the data can act as markup."""
    note, confusion = _confusion(evaluation)
    marked = any(_right(score) is not None for score in evaluation.scores["tuned"])
    return filled(
        "report.md.jinja",
        title=f"Evaluation of {evaluation.names.run}" if evaluation.names.run else "Evaluation",
        sentence=evaluation.verdict.sentence,
        general=evaluation.general.sentence if evaluation.general is not None else "",
        n=f"{evaluation.n:,}",
        systems=systems_table(evaluation),
        gains=gains_table("metric", {METRICS[name].title: gain for name, gain in evaluation.gains.items()}),
        over=_over(evaluation),
        by_label=_by_label(evaluation),
        slices=_by_length(evaluation),
        confusion_note=note,
        confusion=confusion,
        regressed=_row_table(evaluation, rows(evaluation, test_rows, "regressed")),
        wrong_title="Rows that are still wrong" if marked else "Hardest rows",
        wrong=_row_table(evaluation, rows(evaluation, test_rows, "wrong")),
        facts=[["", ""], *([name, value] for name, value in facts.items())] if facts else [],
    )


def write(evaluation: Evaluation, test_rows: Sequence[Row], facts: Mapping[str, str], run_dir: Path) -> Path:
    """Write report.md into the run's folder, wholly or not at all.

    Raises:
        CuratorError: the disk is full, or the folder may not be written.
    """
    path = run_dir / FILE_NAME
    write_atomically(path, render(evaluation, test_rows, facts), "write the report")
    return path


def report_run(run_dir: Path) -> Path:
    """Write the report of a run that has been evaluated.

    Raises:
        CuratorError: there is no such run, it was not evaluated, or its test rows have changed.
    """
    from curator.train import runs
    from curator.train.data import read_rows

    spec, evaluation = runs.load(run_dir), load(run_dir)
    runs.verify_export(spec)
    test_rows = read_rows(Path(spec.export_path), spec.kind, "test")
    return write(evaluation, test_rows, facts(run_dir), run_dir)


def facts(run_dir: Path) -> dict[str, str]:
    """What a run was made with: model, data, settings, machine, versions and cost.

    Raises:
        CuratorError: there is no such run, or it has not finished.
    """
    from curator.train import runs

    spec, result = runs.load(run_dir), runs.load_result(run_dir)
    hashes = {f"{name} SHA-256": sha for name, sha in spec.export_sha256.items()}
    quantised = f", {result.quantisation}" if result.quantisation else ""
    return {
        "model": spec.model,
        **hashes,
        "training": _settings(spec.train),
        "scoring": _settings(spec.evaluate),
        "seed": str(spec.train.seed),
        "trained": f"{result.rows:,} rows, {result.steps:,} steps, {result.tokens:,} tokens",
        "left out": plural(len(result.dropped), "row"),
        "weights": f"{result.trainable_parameters:,} of {result.parameters:,} trained",
        "machine": f"{result.device}, {result.dtype}{quantised}",
        "cost": f"{result.seconds:,.0f} seconds, {result.peak_memory_bytes / 2**20:,.0f} MiB at most",
        "versions": ", ".join(f"{name} {version}" for name, version in result.versions.items()),
        "finished": result.finished,
    }


def _settings(settings: Frozen) -> str:
    """The settings that are set: `method qlora, epochs 3.0, …`."""
    values = settings.model_dump(mode="json", exclude_none=True)
    return ", ".join(
        f"{name.replace('_', ' ')} {value}" for name, value in values.items() if value not in ([], "")
    )


def systems_table(evaluation: Evaluation) -> Table:
    """Each system with its figures and their intervals."""
    names = [name for name in METRICS if any(name in found for found in evaluation.systems.values())]
    table = [["system", *(METRICS[name].title for name in names)]]
    for system, found in evaluation.systems.items():
        table.append([evaluation.title(system), *(_with_interval(name, found) for name in names)])
    return table


def _with_interval(metric: str, found: Mapping[str, Any]) -> str:
    """`91.0 % (85.1 to 94.7)`; a dash where the system has no such figure."""
    if metric not in found:
        return "–"
    ends = found["intervals"].get(metric)
    return shown(metric, found[metric]) + (
        f" ({' to '.join(shown_difference(metric, end) for end in ends)})" if ends else ""
    )


def gains_table(head: str, gains: Mapping[str, Gain]) -> Table:
    """Differences with their intervals and what the test says; `head` is what the lines are."""
    table = [[head, "difference", "95 % interval", "p", "detectable", "better is"]]
    for name, gain in gains.items():
        low, high = (shown_difference(gain.metric, end) for end in (gain.low, gain.high))
        least = "–" if gain.detectable is None else shown_difference(gain.metric, gain.detectable)
        amount = shown_difference(gain.metric, gain.difference) + unit_of_difference(gain.metric)
        table.append([name, amount, f"{low} to {high}", p_shown(gain.p), least, gain.better])
    return table


def _over(evaluation: Evaluation) -> Table:
    named = {
        f"{evaluation.title(name)}: {METRICS[gain.metric].title}": gain
        for name, gain in evaluation.gains_over.items()
    }
    return gains_table("rival", named) if named else []


def _by_label(evaluation: Evaluation) -> Table:
    before, after = (evaluation.systems[name].get("per_class") for name in ("base", "tuned"))
    if not before or not after:
        return []
    table = [["label", "rows", "base recall", "tuned recall", "tuned precision", "tuned F1"]]
    for label, figures in after.items():
        shares = [before[label].get("recall"), *(figures.get(name) for name in ("recall", "precision", "f1"))]
        texts = ["–" if share is None else shown("accuracy", share) for share in shares]
        table.append([label, f"{figures['support']:,}", *texts])
    return table


def _by_length(evaluation: Evaluation) -> Table:
    """Bits per byte in three parts of the rows by the length of what was to be said."""
    base, tuned = evaluation.scores["base"], evaluation.scores["tuned"]
    if evaluation.kind == "classification" or len(tuned) < 3:
        return []
    order = sorted(range(len(tuned)), key=lambda place: tuned[place].values["bytes"])
    cuts = [len(order) * part // 3 for part in range(4)]
    table = [["length", "rows", "base bits per byte", "tuned bits per byte"]]
    for start, end in pairwise(cuts):
        part = order[start:end]
        sizes = [int(tuned[place].values["bytes"]) for place in part]
        figures = [
            shown("bits_per_byte", _ratio([scores[place] for place in part])) for scores in (base, tuned)
        ]
        table.append([f"{min(sizes):,} to {max(sizes):,} bytes", f"{len(part):,}", *figures])
    return table


def _ratio(scores: Sequence[RowScore]) -> float:
    return sum(score.values["bits"] for score in scores) / sum(score.values["bytes"] for score in scores)


def _confusion(evaluation: Evaluation) -> tuple[str, Table]:
    """The whole matrix of a short list of labels, else its most frequent confusions."""
    labels, matrix = evaluation.labels, evaluation.systems["tuned"].get("confusion")
    if not matrix:
        return "", []
    if len(labels) <= MATRIX_LABELS:
        body = [[label, *map(str, line)] for label, line in zip(labels, matrix, strict=True)]
        return "Lines: the reference. Columns: the answer.", [["", *labels], *body]
    counted = [
        (count, labels[there], labels[said])
        for there, line in enumerate(matrix)
        for said, count in enumerate(line)
        if count and there != said
    ]
    worst = sorted(counted, key=lambda entry: -entry[0])[:CONFUSIONS]
    lines = [[there, said, str(count)] for count, there, said in worst]
    return "The most frequent ones.", [["reference", "answer", "rows"], *lines]


def _row_table(evaluation: Evaluation, ranked: Sequence[RankedRow]) -> Table:
    if not ranked:
        return []
    cost = METRICS["log_loss" if evaluation.kind == "classification" else "bits_per_byte"].title
    table = [["row", "text", "should be", "base said", "tuned said", f"{cost} before", "after"]]
    for row in ranked:
        costs = [f"{row.before:.3f}", f"{row.after:.3f}"]
        table.append([row.id, row.text, row.reference, row.base, row.tuned, *costs])
    return table


def _ranked(evaluation: Evaluation, row: Row, place: int) -> RankedRow:
    base, tuned = (evaluation.scores[name][place] for name in ("base", "tuned"))
    return RankedRow(
        id=row.id,
        text=_shown_to_the_model(row),
        reference=evaluation.references[place],
        base=base.answer,
        tuned=tuned.answer,
        before=_cost(base),
        after=_cost(tuned),
        right=_right(tuned),
        turned="worse" if _worse(base, tuned) else "better" if _worse(tuned, base) else "same",
    )


def _shown_to_the_model(row: Row) -> str:
    """The question, the text, or the end of a window before its target."""
    if isinstance(row, InstructionRow):
        return f"{row.instruction}\n{row.input}" if row.input else row.instruction
    if isinstance(row, ClassificationRow) or not row.target:
        return row.text
    return "…" + row.text.removesuffix(row.target)[-_WIDTH + 2 :]


def _cost(score: RowScore) -> float:
    """Log loss in nats or bits per byte: the smaller the better."""
    if "bytes" in score.values:
        return score.values["bits"] / score.values["bytes"]
    return score.values.get("log_loss", 1.0 - score.values["correct"])


def _right(score: RowScore) -> bool | None:
    """Whether the answer is right; None where nothing was to be answered."""
    marks = [score.values[name] for name in ("correct", "exact_match", "last_unit") if name in score.values]
    return marks[0] > 0.5 if marks else None


def _worse(base: RowScore, tuned: RowScore) -> bool:
    """A right label that became wrong; for the other kinds a row that became less likely."""
    if "correct" in tuned.values:
        return base.values["correct"] > tuned.values["correct"]
    return _cost(tuned) > _cost(base)
