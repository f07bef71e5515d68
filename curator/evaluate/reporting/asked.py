"""What asking the rivals and a judge came to: how much of what was wished fitted, and what it cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from curator.evaluate.evaluation import Evaluation
from curator.evaluate.reporting.tables import Table


def about_rivals(evaluation: Evaluation) -> Iterator[str]:
    """What is to be known about the rivals beside their figures."""
    for name, found in evaluation.systems.items():
        title = evaluation.title(name)
        wished = found.get("examples_wanted", 0)
        if found.get("examples", 0) < wished:
            yield f"{title}: {found['examples']:.3g} of {wished} examples fitted before a row, on average."
        if found.get("cut_rows"):
            yield f"{title}: {found['cut_rows']:,} of {evaluation.n:,} rows were too long; their beginning was cut."
        refused = found.get("usage", {}).get("refused")
        if refused:
            yield f"{title}: {refused:,} of {evaluation.n:,} rows were refused, which counts as wrong."
        if evaluation.kind == "classification" and (cut := _cut(evaluation, name)):
            yield (
                f"{title}: {cut:,} of {evaluation.n:,} answers were cut off before they named a label, which counts as "
                "wrong. Let the model think less, or not at all, at its server."
            )
    for name, problem in evaluation.left_out.items():
        yield f"{name} was left out: {problem}"


def _cut(evaluation: Evaluation, system: str) -> int:
    """Answers that ran into the length limit and are no label."""
    rows = (score.values for score in evaluation.scores[system])
    return sum(bool(values.get("cut") and values.get("off_list")) for values in rows)


def usage(evaluation: Evaluation) -> Table:
    """What servers were asked and paid; empty where none was asked."""
    asked = {evaluation.title(name): found.get("usage") for name, found in evaluation.systems.items()}
    if evaluation.judged is not None:
        asked[f"{evaluation.judged.judge}, as a judge"] = evaluation.judged.usage
    lines = [_line(name, used) for name, used in asked.items() if used]
    return [["server", "answers", "tokens read", "tokens written", "cost"], *lines] if lines else []


def _line(name: str, used: Mapping[str, Any]) -> list[str]:
    counts = [_count(used.get(key)) for key in ("requests", "prompt_tokens", "completion_tokens")]
    return [name, *counts, f"{used['cost']:,.4f}" if "cost" in used else "–"]


def _count(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"
