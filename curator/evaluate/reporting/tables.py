"""The figures of an evaluation as tables of words, the same in report.md, report.html and the model card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from curator.evaluate.evaluation import Evaluation
from curator.evaluate.figures import METRICS, shown, shown_difference, unit_of_difference
from curator.evaluate.scores import RowScore
from curator.evaluate.verdict import Gain, p_shown
from curator.text import plural

Table = list[list[str]]
"""Lines of cells; the first line is the head, the first cell of each other line says what the line is about."""

CONFUSIONS = 15


def systems_table(evaluation: Evaluation) -> Table:
    """Each system with its figures and their intervals."""
    names = [name for name in METRICS if any(name in found for found in evaluation.systems.values())]
    table = [["system", *(METRICS[name].title for name in names)]]
    for system, found in evaluation.systems.items():
        table.append([evaluation.title(system), *(_with_interval(name, found) for name in names)])
    return table


def with_interval(metric: str, value: float, ends: Sequence[float] | None) -> str:
    """`91.0 % (85.1 to 94.7)`."""
    span = f" ({' to '.join(shown_difference(metric, end) for end in ends)})" if ends else ""
    return shown(metric, value) + span


def _with_interval(metric: str, found: Mapping[str, Any]) -> str:
    """A figure with its interval; a dash where the system has no such figure."""
    return with_interval(metric, found[metric], found["intervals"].get(metric)) if metric in found else "–"


def gains_table(head: str, gains: Mapping[str, Gain]) -> Table:
    """Differences with their intervals and what the test says; `head` is what the lines are."""
    corrected = any(gain.p_adjusted is not None for gain in gains.values())
    table = [[head, "difference", "95 % interval", "p", *(["p, corrected"] if corrected else [])]]
    table[0] += ["detectable", "better is"]
    for name, gain in gains.items():
        low, high = (shown_difference(gain.metric, end) for end in (gain.low, gain.high))
        least = "–" if gain.detectable is None else shown_difference(gain.metric, gain.detectable)
        amount = shown_difference(gain.metric, gain.difference) + unit_of_difference(gain.metric)
        p = [p_shown(gain.p), *([p_shown(gain.evidence)] if corrected else [])]
        table.append([name, amount, f"{low} to {high}", *p, least, gain.better])
    return table


def gains_over_base(evaluation: Evaluation) -> Table:
    """Tuned minus base in every metric."""
    return gains_table("metric", {METRICS[name].title: gain for name, gain in evaluation.gains.items()})


def gains_over_rivals(evaluation: Evaluation) -> Table:
    """Tuned minus each rival; empty where there are none."""
    named = {
        f"{evaluation.title(name)}: {METRICS[gain.metric].title}": gain
        for name, gain in evaluation.gains_over.items()
    }
    return gains_table("rival", named) if named else []


def forgetting(evaluation: Evaluation) -> Table:
    """General text before and after; empty where it was not read."""
    found = evaluation.general
    if found is None:
        return []
    low, high = (shown_difference("bits_per_byte", end) for end in (found.low, found.high))
    figures = [shown("bits_per_byte", value) for value in (found.base, found.tuned, found.tuned - found.base)]
    head = ["", "bits per byte before", "after", "difference", "95 % interval"]
    return [head, ["general text", *figures, f"{low} to {high}"]]


def about_slices(evaluation: Evaluation) -> Iterator[str]:
    """How many parts of the test got worse."""
    if not evaluation.slices:
        return
    worse = sum(part.worse for part in evaluation.slices)
    metric = METRICS[evaluation.slices[0].gain.metric].title
    yield (
        f"{metric[0].upper()}{metric[1:]} on {plural(len(evaluation.slices), 'part')} of the test. "
        + (f"{worse:,} got worse." if worse else "None provably got worse.")
    )


def slices(evaluation: Evaluation) -> Table:
    """Base and tuned model on parts of the test, those that got worse first."""
    if not evaluation.slices:
        return []
    table = [["part", "rows", "base", "tuned", "difference", "95 % interval", "p, corrected", "it got"]]
    for part in sorted(evaluation.slices, key=lambda part: not part.worse):
        gain = part.gain
        values = [shown(gain.metric, value) for value in (part.base, part.tuned)]
        apart, low, high = (
            shown_difference(gain.metric, end) for end in (gain.difference, gain.low, gain.high)
        )
        turned = "worse" if part.worse else "better" if gain.proven else "–"
        line = [f"{part.by}: {part.value}", f"{part.rows:,}", *values, apart, f"{low} to {high}"]
        table.append([*line, p_shown(gain.evidence), turned])
    return table


def by_label(evaluation: Evaluation) -> Table:
    """Recall, precision and F1 of each label; empty where there are no labels."""
    before, after = (evaluation.systems[name].get("per_class") for name in ("base", "tuned"))
    if not before or not after:
        return []
    table = [["label", "rows", "base recall", "tuned recall", "tuned precision", "tuned F1"]]
    for label, figures in after.items():
        shares = [before[label].get("recall"), *(figures.get(name) for name in ("recall", "precision", "f1"))]
        texts = ["–" if share is None else shown("accuracy", share) for share in shares]
        table.append([label, f"{figures['support']:,}", *texts])
    return table


def by_length(evaluation: Evaluation) -> Table:
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


def confusion_matrix(evaluation: Evaluation, most: int) -> Table:
    """References in lines, answers in columns, where there are at most `most` labels; else empty."""
    labels, matrix = evaluation.labels, evaluation.systems["tuned"].get("confusion")
    if not matrix or len(labels) > most:
        return []
    body = [[label, *map(str, line)] for label, line in zip(labels, matrix, strict=True)]
    return [["", *labels], *body]


def confusions(evaluation: Evaluation) -> Table:
    """What the tuned model most often takes for what; empty where it takes nothing for anything else."""
    labels, matrix = evaluation.labels, evaluation.systems["tuned"].get("confusion") or []
    counted = [
        (count, labels[there], labels[said])
        for there, line in enumerate(matrix)
        for said, count in enumerate(line)
        if count and there != said
    ]
    worst = sorted(counted, key=lambda entry: -entry[0])[:CONFUSIONS]
    lines = [[there, said, str(count)] for count, there, said in worst]
    return [["reference", "answer", "rows"], *lines] if lines else []


def _ratio(scores: Sequence[RowScore]) -> float:
    return sum(score.values["bits"] for score in scores) / sum(score.values["bytes"] for score in scores)
