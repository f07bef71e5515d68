"""From values to places on an axis, in percent of its length."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

_PADDING = 0.06
_TICKS = 7


class Tick(NamedTuple):
    """A mark on an axis."""

    at: float
    """Its place, 0 to 100."""
    text: str
    """What stands there."""


class Axis(NamedTuple):
    """A range of values that is drawn."""

    low: float
    """The value at 0 %."""
    high: float
    """The value at 100 %."""

    def place(self, value: float) -> float:
        """Where a value lies, 0 to 100; what lies beyond the range is at its end."""
        inside = min(max(value, self.low), self.high)
        return round(100 * (inside - self.low) / (self.high - self.low), 2)

    def ticks(self, shown: Callable[[float], str] | None = None) -> tuple[Tick, ...]:
        """Round values inside the range; `shown` writes them."""
        step = _round_step((self.high - self.low) / _TICKS)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        values = [number * step for number in range(first, last + 1)]
        return tuple(Tick(self.place(v), shown(v) if shown else f"{v:,.{digits}f}") for v in values)


def around(values: Iterable[float]) -> Axis:
    """An axis that holds all values but infinite ones, with some room at its ends."""
    found = [value for value in values if math.isfinite(value)]
    low, high = min(found), max(found)
    room = (high - low) * _PADDING or abs(high) * _PADDING or 1.0
    return Axis(low - room, high + room)


def _round_step(least: float) -> float:
    """The next of 1, 2, 5 and their multiples by ten."""
    size = 10.0 ** math.floor(math.log10(least))
    return next(size * factor for factor in (1, 2, 5, 10) if size * factor >= least * 0.999)
