"""Event logs with which a run is broken off once it has told of something."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from curator.train.progress import EventLog


class _BrokenOff(EventLog):
    def __init__(self, run_dir: Path, step: int, *args, kind: str = "step") -> None:
        super().__init__(run_dir, *args)
        self._last = (kind, step)

    def write(self, kind, **fields) -> None:
        super().write(kind, **fields)
        if (kind, fields.get("step")) == self._last:
            self.break_off()

    def break_off(self) -> None:
        raise NotImplementedError


class Dying(_BrokenOff):
    """Loses its power."""

    def break_off(self) -> None:
        raise RuntimeError("power cut")


class Interrupting(_BrokenOff):
    """Sends Ctrl-C to this process."""

    def break_off(self) -> None:
        os.kill(os.getpid(), signal.SIGINT)
