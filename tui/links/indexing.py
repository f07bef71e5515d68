"""What makes searches of large projects quick is brought up to date in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


class Indexing:
    """Runs `curator.indexing`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_going(self) -> bool:
        """Whether it is at work."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Begin, unless it is at work already."""
        if not self.is_going:
            command = [sys.executable, "-m", "curator.indexing", str(self._root)]
            quiet = subprocess.DEVNULL
            self._process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)

    def stop(self) -> None:
        """End it: each part is one transaction, and what is missing comes the next time."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None
