"""The classifier that learns while somebody labels: a process of its own, so that no key ever waits for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EVERY = 20
"""Decisions after which it learns anew."""


class Learner:
    """Runs `curator suggest` now and then."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._process: subprocess.Popen[bytes] | None = None
        self._decisions = 0

    def decided(self) -> None:
        """One more decision; enough of them start it."""
        self._decisions += 1
        if self._decisions >= EVERY and self._process is None:
            self.start()

    def start(self) -> None:
        """Learn from all that has been decided."""
        if self._process is not None:
            return
        self._decisions = 0
        command = [sys.executable, "-m", "curator", "-C", str(self._root), "suggest"]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)

    @property
    def busy(self) -> bool:
        """Whether it is learning now."""
        return self._process is not None

    def finished(self) -> bool:
        """Whether it has ended since the last question; suggestions may be others then."""
        if self._process is None or self._process.poll() is None:
            return False
        self._process = None
        return True

    def stop(self) -> None:
        """End it: nobody is labeling any more."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None
