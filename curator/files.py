"""Files that are either wholly there or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from curator.errors import explained


def write_atomically(path: Path, content: str | bytes, doing: str) -> None:
    """Write beside the target, fsync, rename; `doing` says in an error what was tried.

    Raises:
        CuratorError: the disk is full, or the folder may not be written.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with explained(doing, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with partial.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


@contextmanager
def draft_folder(parent: Path, doing: str) -> Iterator[Path]:
    """A hidden folder to fill beside its later place; what was not published is gone after the block.

    Raises:
        CuratorError: the disk is full, or the folder may not be written.
    """
    draft = parent / f".draft.{os.getpid()}"
    with explained(doing, parent):
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def publish(draft: Path, target: Path) -> None:
    """Put a finished draft in its place; a folder that is there already is replaced as a whole."""
    for path in draft.rglob("*"):
        if path.is_file():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
    if not target.exists():
        draft.rename(target)
        return
    aside = target.with_name(f".{target.name}.{os.getpid()}.old")
    target.rename(aside)
    draft.rename(target)
    shutil.rmtree(aside, ignore_errors=True)


def give_usual_modes(folder: Path, pattern: str) -> None:
    """Let the files of a pattern be read by whom the umask lets, where a library kept them for their owner alone."""
    probe = folder / f".{os.getpid()}.probe"
    try:
        # The umask cannot be asked without changing it for all threads; a new file shows it.
        with probe.open("xb") as stream:
            mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
    finally:
        probe.unlink(missing_ok=True)
    for path in folder.glob(pattern):
        path.chmod(mode)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, hexadecimal."""
    with explained("read", path), path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
