"""Checks run in a process of their own, so that no key waits for them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
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
