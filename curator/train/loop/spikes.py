"""Steps whose loss or gradient is far above what was usual, told with the rows that made them; the run goes on."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping
from statistics import median
from typing import NamedTuple

from curator.train.args import Event

_WINDOW = 100
"""Steps that say what is usual: far fewer than a run has, for both figures fall as it learns."""
_FEWEST = 20
"""Steps before which nothing is usual yet."""
_DEVIATIONS = 7.0
"""Standard deviations that make a spike, as the makers of OLMo 2 count them (arXiv:2501.00656)."""
_OF_NORMAL = 1.4826
"""Standard deviations of a normal distribution in one median deviation, which a single spike cannot widen."""
_LEAST_FACTOR = 2.0
"""Where all steps are nearly the same, less than this is not far above them."""
_NAMED = 8
"""Rows that are named in words; the event has all."""


class Usual:
    """What a figure of the steps has been lately; compared by ratios, for its scatter shrinks with it."""

    def __init__(self) -> None:
        self._logs: deque[float] = deque(maxlen=_WINDOW)

    def exceeded_by(self, value: float | None) -> float | None:
        """What was usual, if the figure of the next step is far above it; the figure counts from then on."""
        if value is None or not 0 < value < math.inf:
            return None
        log, usual = math.log(value), self._exceeded_by(math.log(value))
        self._logs.append(log)
        return usual

    def _exceeded_by(self, log: float) -> float | None:
        if len(self._logs) < _FEWEST:
            return None
        middle = median(self._logs)
        scatter = _OF_NORMAL * median(abs(one - middle) for one in self._logs)
        is_far = log - middle > max(_DEVIATIONS * scatter, math.log(_LEAST_FACTOR))
        return math.exp(middle) if is_far else None


class Spike(NamedTuple):
    """A step that is far above those before it."""

    problem: str
    """What was seen, in words."""
    row_ids: tuple[str, ...]
    """The rows of the step, that of the highest loss first."""


class SpikeWatch:
    """Watches loss and gradient of a run's steps."""

    def __init__(self, past: Iterable[Event]) -> None:
        """`past` are the events that a resumed run goes on from."""
        self._usual = {"loss": Usual(), "gradient": Usual()}
        for event in past:
            if event.event == "step":
                self._above(event.loss, event.gradient_norm)

    def look(
        self, step: int, loss: float, gradient: float | None, row_losses: Mapping[str, float]
    ) -> Spike | None:
        """What is to be told of a step, if anything.

        Args:
            step: Its number.
            loss: Its loss.
            gradient: Length of its gradient.
            row_losses: The mean loss per token of each of its rows, by their ids.
        """
        above = self._above(loss, gradient)
        if not above:
            return None
        ids = tuple(sorted(row_losses, key=row_losses.__getitem__, reverse=True))
        named = ", ".join(f"{one} ({row_losses[one]:.2f})" for one in ids[:_NAMED])
        more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
        return Spike(f"At step {step} {' and '.join(above)}. Its rows with their losses: {named}{more}.", ids)

    def _above(self, loss: float | None, gradient: float | None) -> list[str]:
        figures = {"loss": loss, "gradient": gradient}
        usual = {name: self._usual[name].exceeded_by(value) for name, value in figures.items()}
        return [
            f"the {name} is {figures[name]:.3g}, and lately was {usual[name]:.3g}"
            for name in figures
            if usual[name] is not None
        ]
