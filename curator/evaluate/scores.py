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
      classification: `correct` (0 or 1), `log_loss` (nats; absent where a system gives no probabilities)
      instruction: `bits` and `bytes` of the reference answer (systems without likelihoods lack both),
        `exact_match` (0 or 1), `chrf` (0 to 100) of the greedy answer, `cut` (1 where it ran into the length limit)
      text: `bits` and `bytes` of the learned part of the window, `last_unit` (0 or 1; windows with a target only)
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


SystemScores = Mapping[str, Sequence[RowScore]]
"""System name (base, tuned, majority, …) to its scores on the same rows in the same order."""

HEADLINE: Mapping[Kind, tuple[str, Better]] = {
    "classification": ("accuracy", "higher"),
    "instruction": ("bits_per_byte", "lower"),
    "text": ("bits_per_byte", "lower"),
}
"""The metric that decides the verdict, and which way is better."""
