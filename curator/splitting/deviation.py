"""How far the shares of a split are from those that were asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from curator.records import Frozen
from curator.splitting.items import SIDES

_ROUNDED = 1e-4
"""Shares are told in four digits."""


class Deviation(Frozen):
    """The share that one side got of one label, or of everything."""

    label: str | None
    """The label; None stands for all records together."""
    side: str
    """train, validation or test."""
    wanted: float
    """Share that the settings ask for."""
    got: float
    """Share that it has."""
    weight: int
    """Records of the label that have a side; for documents their characters."""

    @property
    def beyond_rounding(self) -> float:
        """How far it is off, as a share, leaving out what one record more or less explains."""
        return max(0.0, abs(self.got - self.wanted) - 1 / self.weight - _ROUNDED)


def deviations(counts: Mapping[str | None, Sequence[int]], shares: Sequence[float]) -> tuple[Deviation, ...]:
    """Every label's shares, the worst first.

    Args:
        counts: Label to what each side has of it, in the order of SIDES.
        shares: What each side should have.
    """
    return tuple(sorted(_every(counts, shares), key=lambda d: (-d.beyond_rounding, -abs(d.got - d.wanted))))


def _every(counts: Mapping[str | None, Sequence[int]], shares: Sequence[float]) -> Iterator[Deviation]:
    for label, row in counts.items():
        total = sum(row)
        for side, share, count in zip(SIDES, shares, row, strict=False):
            if total:
                got = round(count / total, 4)
                yield Deviation(label=label, side=side, wanted=round(share, 4), got=got, weight=total)
