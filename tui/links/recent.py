"""The projects that were opened last, kept for the user and not with any project."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path

from curator.errors import CuratorError
from curator.files import write_atomically

MOST = 30
"""Projects that are remembered."""


def path() -> Path:
    """The file that they are kept in."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "curator" / "recent.json"


def load() -> dict[Path, float]:
    """Folder to the moment it was last opened, the newest first; nothing where the file is missing or broken."""
    try:
        kept = json.loads(path().read_bytes())
        times = {Path(root): float(at) for root, at in kept.items()}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}
    return dict(sorted(times.items(), key=lambda item: -item[1]))


def note(root: Path) -> None:
    """A project is open now; where this cannot be written down, nothing is lost."""
    times = {root.resolve(): time.time(), **{r: at for r, at in load().items() if r != root.resolve()}}
    kept = {str(r): at for r, at in list(times.items())[:MOST]}
    with suppress(CuratorError, OSError):
        write_atomically(path(), json.dumps(kept, indent=2), "remember the project")


def forget(root: Path) -> None:
    """A project is not to be listed any more; its folder stays as it is."""
    kept = {str(r): at for r, at in load().items() if r != root}
    with suppress(CuratorError, OSError):
        write_atomically(path(), json.dumps(kept, indent=2), "forget the project")
