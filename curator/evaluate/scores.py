"""One system's score on one test row: the unit that every statistic is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from curator.records import Frozen, Kind

SCORES = "scores.parquet"
METRICS = "metrics.json"

Better = Literal["higher", "lower"]


class RowScore(Frozen):
    """What one system answered on one row, and how good that was.

    `values` holds, by kind of data set:
      classification: `correct` (0 or 1), `log_loss` (nats; absent where a system gives no probabilities),
        `off_list` (1 where the free greedy answer is no label of the list)
      instruction: `bits`, `bytes` and `tokens` of the reference answer (systems without likelihoods lack all three);
        of the greedy answer `exact_match` (0 or 1), `token_f1` and `rouge_l` (0 to 1), `chrf` (0 to 100),
        `numeric_match` (0 or 1, where the reference has a final number), `valid` (1 where it keeps to the declared
        form), `cut` (1 where it ran into the length limit)
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

HEADLINE: Mapping[Kind, tuple[str, Better]] = {
    "classification": ("accuracy", "higher"),
    "instruction": ("bits_per_byte", "lower"),
    "text": ("bits_per_byte", "lower"),
}
"""The metric that decides the verdict, and which way is better."""
