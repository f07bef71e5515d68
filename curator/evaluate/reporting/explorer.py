"""The test rows in the page: every text whole where that can be, cut and said to be cut where it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from curator.evaluate.evaluation import Evaluation
from curator.evaluate.reporting import ranking
from curator.evaluate.reporting.ranking import RankedRow
from curator.records import Row

ROWS = 2000
"""Rows that a page holds at most."""
CHARACTERS = 6_000_000
"""Characters of all texts that a page holds at most, so that it opens quickly and can be sent."""
LONGEST = 4000
"""Characters of one text."""
FOLDED = 240
"""Longer texts are folded behind their beginning."""

SHORT = 30
"""Characters of the longest label that leaves room for two others beside it on a phone."""


class Text(NamedTuple):
    """A text of a row."""

    whole: str
    """The text as far as the page holds it."""
    beginning: str = ""
    """What is seen of a long one before it is unfolded."""
    missing: int = 0
    """Characters that the page leaves out."""


class Line(NamedTuple):
    """A row of the table."""

    row: RankedRow
    """The row and its figures."""
    text: Text
    """What the model was shown."""
    reference: Text
    """What should have been answered."""
    base: Text
    """What the base model answered."""
    tuned: Text
    """What the tuned model answered."""


class Explorer(NamedTuple):
    """The test rows, those first that the tuning made worst."""

    lines: tuple[Line, ...]
    """The rows that the page holds."""
    whole: int
    """Rows of the test."""
    cost: str
    """What the cost of a row is called."""
    short: bool
    """Whether all answers are as short as labels."""
    turns: dict[str, int]
    """Rows of the page that got worse, got better, or stayed the same."""


def explore(evaluation: Evaluation, test_rows: Sequence[Row]) -> Explorer:
    """The rows as far as the page has room for them."""
    lines: list[Line] = []
    room = CHARACTERS
    for row in ranking.rows(evaluation, test_rows, "all", ROWS):
        texts = [folded(text) for text in (row.text, row.reference, row.base, row.tuned)]
        room -= sum(len(text.whole) for text in texts)
        if room < 0:
            break
        lines.append(Line(row, *texts))
    turns = {turn: sum(line.row.turned == turn for line in lines) for turn in ("worse", "better", "same")}
    answers = [text.whole for line in lines for text in (line.reference, line.base, line.tuned)]
    short = all(len(text) <= SHORT for text in answers)
    return Explorer(tuple(lines), evaluation.n, ranking.cost_title(evaluation.kind), short, turns)


def folded(text: str) -> Text:
    """A text as the page shows it."""
    kept = text[:LONGEST]
    missing = len(text) - len(kept)
    if len(kept) <= FOLDED:
        return Text(kept, "", missing)
    cut = kept.rfind(" ", FOLDED // 2, FOLDED)
    return Text(kept, kept[: FOLDED if cut < 0 else cut], missing)
