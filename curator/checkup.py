"""Checks in a process of their own: `python -m curator.checkup FOLDER`.

Prints a JSON object on each line: how far it is (`what`, `done`, `total`), at the end the `reports`, or the `problem`
and its `remedy`. The terminal UI stays quick whatever the checks do, and never loads what they need.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from curator.errors import CuratorError

_PAUSE = 0.1
"""Seconds between two lines of progress."""


def main(folder: str) -> int:
    """Run all checks on what has changed."""
    from curator.project import Project

    told = 0.0

    def progress(what: str, done: int, total: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= _PAUSE or not total:
            told = now
            _say({"what": what, "done": done, "total": total})

    try:
        project = Project(Path(folder))
        reports = project.check(progress=progress)
    except CuratorError as error:
        _say({"problem": error.problem, "remedy": error.remedy})
        return 1
    _say({"reports": [report.model_dump() for report in reports]})
    return 0


def _say(value: dict[str, Any]) -> None:
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
