"""Test rows that the training rows give away, and the score without them."""

from __future__ import annotations

from typing import Literal

from curator.evaluate.verdict import Gain
from curator.records import Frozen

Tie = Literal["the same", "near duplicate", "shared words"]


class TaintedRow(Frozen):
    """A test row that is contained in, or nearly the same as, a train row."""

    id: str
    """The test row."""
    train_id: str
    """The train row that gives it away."""
    tie: Tie
    """the same input; near duplicate; or shared words: a run of 13 words that both have."""
    similarity: float | None = None
    """Of near duplicates: the share of their word shingles that both have, 0 to 1."""


class Contamination(Frozen):
    """The test rows that the training data gives away."""

    rows: tuple[TaintedRow, ...]
    """Those rows, in the order of the file."""
    clean: int
    """Test rows that are left without them."""
    systems: dict[str, float]
    """System to its value of the headline metric on the rows that are left; empty where none are, or all."""
    gain: Gain | None = None
    """Tuned minus base on the rows that are left, where they are at least two and not all."""
