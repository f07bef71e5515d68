"""The first steps of a run, really done, by the clock.

The run is begun as it would be, by the same code, in a folder that is thrown away afterwards; it is ended as soon as
enough steps have been seen.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import torch

from curator.train import session
from curator.train.args import EventKind
from curator.train.estimates.memory import Measured
from curator.train.processes.process import peak_bytes
from curator.train.progress import EventLog

_STEPS = 3
"""Steps that are measured at least, after one that warms up."""
_SECONDS = 3.0
"""Time that is measured at least, if there are steps enough: short steps differ more."""


class Enough(Exception):
    """Enough steps have been seen."""


class _Seen(NamedTuple):
    kind: EventKind
    moment: float
    tokens: int


class _Watch(EventLog):
    """Sees the events of a run come, and ends it."""

    def __init__(self, run_dir: Path, can_save: bool) -> None:
        super().__init__(run_dir)
        self._parent = os.getppid()
        self._can_save = can_save
        self._is_ending = False
        self.seen: list[_Seen] = []

    def write(self, kind: EventKind, **fields: Any) -> None:
        """Note what has happened."""
        super().write(kind, **fields)
        if kind == "started":
            # Steps before another attempt are void.
            self.seen = []
        self.seen.append(_Seen(kind, time.monotonic(), fields.get("tokens", 0)))
        if os.getppid() != self._parent:
            raise Enough
        if kind == "step" and not self._is_ending and self._has_enough():
            self._end()

    def _has_enough(self) -> bool:
        """With a checkpoint one more step is done after the request to end."""
        steps = [seen for seen in self.seen if seen.kind == "step"]
        counted = len(steps) - 1 + self._can_save
        return counted >= _STEPS and steps[-1].moment - steps[0].moment >= _SECONDS

    def _end(self) -> None:
        self._is_ending = True
        if not self._can_save:
            raise Enough
        os.kill(os.getpid(), signal.SIGINT)


def measure(run_dir: Path, began: float, can_save: bool) -> Measured:
    """Do the first steps of a run.

    Args:
        run_dir: Holds its run.json, and will hold what it writes.
        began: When the process began, by the monotonic clock.
        can_save: Whether a checkpoint shall be saved too.

    Raises:
        CuratorError: the run, its data or its model is not fit for it.
    """
    watch = _Watch(run_dir, can_save)
    with suppress(Enough, session.Stopped):
        session.run(run_dir, False, watch)
    return _measured(watch.seen, began)


def _measured(seen: list[_Seen], began: float) -> Measured:
    steps = [place for place, one in enumerate(seen) if one.kind == "step"]
    after = [(seen[place].moment - seen[place - 1].moment, seen[place].tokens) for place in steps[1:]]
    saved = [
        seen[place].moment - seen[place - 1].moment
        for place, one in enumerate(seen)
        if one.kind == "checkpoint"
    ]
    first = seen[steps[0]]
    return Measured(
        startup_seconds=seen[0].moment - began,
        first_seconds=first.moment - seen[0].moment,
        steps=len(after),
        seconds=sum(seconds for seconds, _ in after),
        tokens=sum(tokens for _, tokens in after) or first.tokens,
        checkpoint_seconds=sum(saved) / len(saved) if saved else None,
        peak_bytes=torch.cuda.max_memory_allocated() if torch.cuda.is_available() else peak_bytes(),
    )
