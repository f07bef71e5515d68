"""Writing events.jsonl while the trainer goes."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from curator.errors import explained
from curator.train.args import EVENTS, Event, EventKind


class EventLog:
    """Appends events to a run's events.jsonl, each on the disk before the next thing happens."""

    def __init__(self, run_dir: Path, process: int = 0) -> None:
        """`process` is the one that answers for the run, by default this one."""
        self._path = run_dir / EVENTS
        self._process = process or os.getpid()
        self._end_broken_line()

    def write(self, kind: EventKind, **fields: Any) -> None:
        """Append one event.

        Raises:
            CuratorError: the disk does not want it.
        """
        event = Event(event=kind, time=time.time(), process=self._process, **fields)
        with explained("write", self._path), self._path.open("ab") as stream:
            stream.write(event.model_dump_json(exclude_defaults=True).encode() + b"\n")

    def warn(self, problem: str, remedy: str, **fields: Any) -> None:
        """Append a warning, which the log of the trainer shows too.

        Raises:
            CuratorError: the disk does not want it.
        """
        self.write("warning", problem=problem, remedy=remedy, **fields)
        print(f"Warning: {problem} {remedy}", file=sys.stderr, flush=True)

    def _end_broken_line(self) -> None:
        """A crash can leave half a line; it is cut off, for nobody has read it."""
        if not self._path.is_file():
            return
        with explained("write", self._path), self._path.open("r+b") as stream:
            whole = stream.read()
            stream.truncate(whole.rfind(b"\n") + 1)


class NoLog(EventLog):
    """For a process that leaves it to another to tell."""

    def __init__(self) -> None:
        """Open nothing."""

    def write(self, kind: EventKind, **fields: Any) -> None:
        """Write nothing."""

    def warn(self, problem: str, remedy: str, **fields: Any) -> None:
        """Write nothing."""


class Speed:
    """Tokens per second and the time that is left, from what this process has done."""

    def __init__(self, first_step: int, steps: int) -> None:
        self._first, self._steps = first_step, steps
        self._began = time.monotonic()
        self._tokens = 0

    def after(self, step: int, tokens: int) -> dict[str, float]:
        """Figures after a step with so many tokens."""
        self._tokens += tokens
        elapsed = max(time.monotonic() - self._began, 1e-9)
        left = elapsed / max(step - self._first, 1) * (self._steps - step)
        return {"tokens_per_second": self._tokens / elapsed, "seconds_left": left}
