"""One system's score on one test row: the unit that every statistic is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from curator.records import Frozen, Kind

SCORES = "scores.parquet"
METRICS = "metrics.json"

Better = Literal["higher", "lower"]


class RowScore(Frozen):
    """What one system answered on one row, and how good that was.

    `values` holds, by kind of data set:
      classification: `correct` (0 or 1), `log_loss` (nats; absent where a system gives no probabilities),
        `off_list` (1 where the free greedy answer is no label of the list), of an endpoint `cut` (1 where it ran into
        the length limit)
      instruction: `bits` and `bytes` of the reference answer (systems without likelihoods lack both);
        of the greedy answer `exact_match` (0 or 1), `token_f1` and `rouge_l` (0 to 1), `chrf` (0 to 100),
        `numeric_match` (0 or 1, where the reference has a final number), `valid` (1 where it keeps to the declared
        form), `preferred` (1 where a judge prefers it to that of base or tuned), `cut` (1 where it ran into the length
        limit)
      text: `bits`, `bytes` and `tokens` of the learned part of the window, `last_unit` (0 or 1; windows with a target
        only)
    """

    id: str
    """The row's id in the exported file."""
    group: str = ""
    """Rows of one group are resampled together."""
    answer: str = ""
    """What the system answered: the label, the text, or the last unit."""
    values: dict[str, float]
    """The row's figures, see above."""
    probabilities: tuple[float, ...] = ()
    """Classification: one probability per label, in the order of the project's labels."""
    said: str = ""
    """Classification: what the model wrote when it was free to write anything; empty where that was not asked."""


SystemScores = Mapping[str, Sequence[RowScore]]
"""System name (base, tuned, majority, …) to its scores on the same rows in the same order."""


class Scored(Frozen):
    """A rival on the test rows, and what is to be known about it."""

    scores: tuple[RowScore, ...]
    """One for each test row, in their order."""
    title: str = ""
    """How it is called in a sentence, where its name does not say it."""
    facts: dict[str, Any] = Field(default_factory=dict)
    """What else its entry among the systems holds; the keys are those of FACTS."""


Rivals = Mapping[str, Scored]
"""System name to what it scored."""

FACTS = ("made_by", "examples", "examples_wanted", "cut_rows", "usage")
"""Beside its metrics a system may tell: `made_by`, which changes with whatever decides its answers; the mean number of
`examples` that it was shown, and how many were wanted; `cut_rows`, rows before which its prompt had to be cut; and of
an endpoint its `usage`: requests, tokens and cost."""

HEADLINE: Mapping[Kind, tuple[str, Better]] = {
    "classification": ("accuracy", "higher"),
    "instruction": ("bits_per_byte", "lower"),
    "text": ("bits_per_byte", "lower"),
}
"""The metric that decides the verdict, and which way is better."""
