"""Where a fault of the program happened, kept for the user to report: it may not happen a second time."""

from __future__ import annotations

import traceback
from pathlib import Path

from curator.errors import CuratorError
from curator.files import write_atomically

from . import recent


def keep(error: BaseException) -> Path | None:
    """Write down where an error came from; the file, or nothing where it cannot be written."""
    path = recent.path().with_name("fault.txt")
    try:
        write_atomically(path, "".join(traceback.format_exception(error)), "keep the fault")
    except (CuratorError, OSError):
        return None
    return path
