"""What a judge found between base and tuned answers."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from curator.evaluate.verdict import p_shown
from curator.records import Frozen
from curator.text import plural


class Judged(Frozen):
    """Base and tuned answers compared by a model, row by row and in both orders."""

    judge: str
    """Who judged: model and host."""
    wins: int
    """Rows on which the tuned answer was preferred in both orders."""
    ties: int
    """Rows without such a verdict for either."""
    losses: int
    """Rows on which the base answer was preferred in both orders."""
    same: int = 0
    """Ties because both answers are the same; they were not asked about."""
    unclear: int = 0
    """Ties because the judge gave no verdict that could be read."""
    low: float
    """Lower end of the 95 % Wilson interval of the share of wins."""
    high: float
    """Upper end."""
    p: float
    """Two-sided exact sign test of wins against losses; rows count as independent."""
    usage: dict[str, Any] = Field(default_factory=dict)
    """Requests, tokens and cost."""

    @property
    def sentence(self) -> str:
        """What came of it, in words."""
        n = self.wins + self.ties + self.losses
        share, ends = f"{100 * self.wins / n:.1f} %", f"{100 * self.low:.1f} to {100 * self.high:.1f}"
        unclear = f", {self.unclear:,} of them unreadable" if self.unclear else ""
        return (
            f"{self.judge} prefers the tuned answer on {self.wins:,} of {plural(n, 'row')} ({share}, 95 % interval "
            f"{ends}) and the base's on {self.losses:,}, with {plural(self.ties, 'tie')}{unclear} (sign test, "
            f"{p_shown(self.p)})."
        )
