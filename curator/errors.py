"""The errors that a user is meant to read."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class CuratorError(Exception):
    """Something the user can put right: what is wrong, and what to do about it."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        """Keep the two halves apart, so that each surface can set them as it likes."""
        super().__init__(problem if not remedy else f"{problem}\n{remedy}")
        self.problem = problem
        self.remedy = remedy


class GateClosed(CuratorError):
    """A gate that the user asked for said no (exit code 3)."""


class TooMuch(CuratorError):
    """More than can be looked at in a reasonable time and memory."""


class NotFound(CuratorError):
    """A record, run, export, check or project that does not exist."""


_REASONS = {
    errno.ENOSPC: ("the disk is full", "Free some space and repeat the command; nothing was lost."),
    errno.EFBIG: (
        "the file size limit is reached",
        "Raise the limit (ulimit -f) and repeat the command; nothing was lost.",
    ),
    errno.EDQUOT: ("the disk quota is used up", "Free some space and repeat the command; nothing was lost."),
    errno.EACCES: ("permission denied", "Choose a folder that you may write to, or change its permissions."),
    errno.EPERM: ("permission denied", "Choose a folder that you may write to, or change its permissions."),
    errno.EROFS: ("the file system is read-only", "Choose a folder on a file system that can be written."),
    errno.ENOENT: ("there is no such file or folder", "Check the path."),
    errno.ENOTDIR: ("a part of the path is a file, not a folder", "Check the path."),
    errno.EISDIR: ("that is a folder, not a file", "Check the path."),
}


def from_os_error(error: OSError, doing: str, path: Path | str | None = None) -> CuratorError:
    """Turn an operating system error into words: `doing` is what was tried ("write the export")."""
    place = path if path is not None else error.filename
    reason, remedy = _REASONS.get(error.errno or 0, (error.strerror or str(error), "See the reason above."))
    where = f" {place}" if place else ""
    return CuratorError(f"Could not {doing}{where}: {reason}.", remedy)


@contextmanager
def explained(doing: str, path: Path | str | None = None) -> Iterator[None]:
    """Re-raise any OSError inside the block as a CuratorError that says what was being done."""
    try:
        yield
    except OSError as error:
        raise from_os_error(error, doing, path) from error
