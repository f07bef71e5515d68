"""The test rows, ranked by what the tuning did to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from curator.evaluate.evaluation import Evaluation
from curator.evaluate.figures import METRICS
from curator.evaluate.scores import RowScore
from curator.export.shapes import conversation
from curator.records import ClassificationRow, Frozen, InstructionRow, Kind, Row

ROWS = 10

_CONTEXT = 98
"""Characters before its target that are shown of a window."""

Order = Literal["regressed", "gained", "wrong", "all"]
Turn = Literal["worse", "better", "same"]


class RankedRow(Frozen):
    """A test row to look at again."""

    id: str
    """The row's id in the exported file."""
    text: str
    """What the model was shown, in full but for the system prompt of the project."""
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


def cost_title(kind: Kind) -> str:
    """What the cost of a row is called."""
    return METRICS["log_loss" if kind == "classification" else "bits_per_byte"].title


def marked(evaluation: Evaluation) -> bool:
    """Whether there is a right and a wrong answer at all."""
    return any(_right(score) is not None for score in evaluation.scores["tuned"])


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
    """The question after what was said before it, the text, or the end of a window before its target.

    The project's own system prompt, the same for every row, is among the facts of the run.
    """
    if isinstance(row, InstructionRow):
        *before, question = conversation(row, "")
        said = [f"{turn['role']}: {turn['content']}" for turn in before]
        return "\n\n".join([*said, f"user: {question['content']}"]) if said else question["content"]
    if isinstance(row, ClassificationRow) or not row.target:
        return row.text
    return "…" + row.text.removesuffix(row.target)[-_CONTEXT:]


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
