"""Checks run in a process of their own, so that no key waits for them, and go on while other pages are shown."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from curator.checking import CheckReport, Progress
from curator.errors import CuratorError


def run(root: Path, progress: Progress, unwanted: Callable[[], bool]) -> list[CheckReport] | None:
    """Run all checks on what has changed; None when it became unwanted meanwhile. For a thread: it waits.

    Raises:
        CuratorError: the checks could not be run.
    """
    command = [sys.executable, "-m", "curator.checkup", str(root)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            if unwanted():
                # Whatever it was writing is one transaction, and did not happen.
                process.kill()
                return None
            told = json.loads(line)
            if "problem" in told:
                raise CuratorError(told["problem"], told["remedy"])
            if "reports" in told:
                return [CheckReport(**report) for report in told["reports"]]
            progress(told["what"], told["done"], told["total"])
        words = process.stderr.read().strip().splitlines()
    raise CuratorError(
        f"The checks ended early: {' '.join(words[-1:])}", "Run `curator check --debug` to see why."
    )


class Checking:
    """The run of the checks that is going on, or went last."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._thread: threading.Thread | None = None
        self._wanted = threading.Event()
        self.step: tuple[str, int, int] = ("", 0, 0)
        """What is being done, how many of how many records."""
        self.reports: Sequence[CheckReport] | None = None
        """What it came to."""
        self.error: CuratorError | None = None
        """Why it came to nothing."""
        self.runs = 0
        """Runs that have ended, so that a page knows whether it has seen this one."""

    @property
    def is_going(self) -> bool:
        """Whether the checks run now."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Look at what has changed, unless that is being done."""
        if self.is_going:
            return
        self.step, self.error = ("", 0, 0), None
        self._wanted.set()
        self._thread = threading.Thread(target=self._work, daemon=True, name="checks")
        self._thread.start()

    def stop(self) -> None:
        """End the run; what earlier runs found stays."""
        self._wanted.clear()

    def _work(self) -> None:
        try:
            reports = run(self._root, self._tell, lambda: not self._wanted.is_set())
            self.reports = self.reports if reports is None else reports
        except CuratorError as error:
            self.error = error
        self.runs += 1

    def _tell(self, what: str, done: int, total: int) -> None:
        self.step = (what, done, total)
