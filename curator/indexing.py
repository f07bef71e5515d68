"""Makes searches of a large project quick, in a process of its own: `python -m curator.indexing FOLDER`."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from curator.errors import CuratorError

_NICE = 10
"""Whoever labels meanwhile comes first."""


def main(folder: str) -> int:
    """Take in what has come since the last time; whatever goes wrong, searches find the same, only later."""
    from curator.project import Project
    from curator.store import grams

    if hasattr(os, "nice"):
        os.nice(_NICE)
    with suppress(CuratorError):
        project = Project(Path(folder))
        grams.extend(project.connection)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
