"""A run as it goes: what it has said since the last look, and nothing twice."""

from __future__ import annotations

from curator.evaluate.overview import GOING, Overview, overview
from curator.train.args import Event
from curator.train.processes import jobs
from curator.train.runs import Tail

from .runs import Runs

Points = tuple[list[float], list[float]]
"""Steps and the losses after them."""

_LOG_LINES = 8
_FINEST = 400
"""More points than this are not told apart on a screen."""


class Following:
    """One run, followed from its first event on."""

    def __init__(self, runs: Runs, name: str) -> None:
        self.name = name
        self._folder = runs.folder(name)
        self._tail = Tail(self._folder)
        self._trained: dict[int, float] = {}
        self._validated: dict[int, float] = {}
        self.overview: Overview | None = None
        self.last: Event | None = None
        self.log: list[str] = []
        self.problem = ""
        self.remedy = ""

    def look(self) -> None:
        """Read what has come since the last look.

        Raises:
            CuratorError: a file cannot be read.
        """
        # First whether it goes on, then what it said: the last words of a run are never missed.
        self.overview = overview(self._folder)
        for event in self._tail.new():
            self._take(event)
        self.log = jobs.log_lines(self._folder, _LOG_LINES)
        self.problem, self.remedy = self._failure()

    @property
    def is_going(self) -> bool:
        """Whether some process works on it."""
        return self.overview is not None and self.overview.state in GOING

    @property
    def trained(self) -> Points:
        """Training loss by step, thinned out to what a screen can show."""
        return _thinned(self._trained)

    @property
    def validated(self) -> Points:
        """Validation loss by step."""
        return _thinned(self._validated)

    def _take(self, event: Event) -> None:
        if event.event == "started":
            # Steps after the one that is gone on from are done once more.
            self._trained = {step: loss for step, loss in self._trained.items() if step <= event.step}
            self._validated = {step: loss for step, loss in self._validated.items() if step <= event.step}
        if event.event in ("started", "step"):
            self.last = event
        if event.loss is not None:
            known = self._validated if event.event == "validation" else self._trained
            known[event.step] = event.loss

    def _failure(self) -> tuple[str, str]:
        if self.is_going:
            return "", ""
        if self.overview is not None:
            return self.overview.problem, self.overview.remedy
        error = jobs.failure(self._folder)
        return (error.problem, error.remedy) if error is not None else ("", "")


def _thinned(points: dict[int, float]) -> Points:
    """Neighbours are drawn together until few enough are left."""
    steps, losses = [float(step) for step in points], list(points.values())
    width = -(-len(steps) // _FINEST) or 1
    if width == 1:
        return steps, losses
    starts = range(0, len(steps), width)
    mean = [sum(losses[at : at + width]) / len(losses[at : at + width]) for at in starts]
    return [steps[min(at + width, len(steps)) - 1] for at in starts], mean
