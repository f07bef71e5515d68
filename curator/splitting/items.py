"""What the split has to know of the records, in columns, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

SIDES = ("train", "validation", "test", "blocks")
TRAIN, VALIDATION, TEST, BLOCKS = range(4)
"""Positions in SIDES. A document that is cut inside stands on `blocks`, which has parts of all the others."""
NOWHERE = -1
"""The side of a record that has none."""

LEAKS = "would leak"
CLOSED = "near the frozen test set"
LATE = "newer than the test set"


class Items(NamedTuple):
    """The records that take part, one entry of each column for each of them."""

    rank: NDArray[np.uint64]
    """Draws the order in which they are dealt out; made from their content, so that theirs does not matter."""
    stratum: Ints
    """Records of one stratum are divided in the same shares; strata are numbered from 0."""
    weight: Ints
    """What each counts for: 1, or the length of a document."""
    side: Ints
    """Where it is already: a position in SIDES, or NOWHERE."""
    date: Floats | None = None
    """Seconds since 1970, when the split goes by date; NaN for records that have a side but no date."""


class Rules(NamedTuple):
    """How the records are to be divided."""

    shares: tuple[float, float, float]
    """Share of each side, in the order of SIDES; they add up to 1."""
    frozen: bool = False
    """Nothing new comes into test."""

    @property
    def open_sides(self) -> tuple[int, ...]:
        """The sides that take new records."""
        return tuple(s for s in range(BLOCKS) if self.shares[s] > 0 and not (self.frozen and s == TEST))


class Assignment(NamedTuple):
    """The outcome of a split."""

    side: Ints
    """The side of each record; NOWHERE for those that are held back."""
    held: Mapping[int, str]
    """Position of a record that is held back to the reason."""
    strays: int = 0
    """When the split goes by date: clusters that stand on a side of another time."""
