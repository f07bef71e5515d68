"""Temporary files for streams that must be read more than once, or from the end."""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from curator.errors import explained

_CHUNK = 1 << 20


class Spooled:
    """The content of a stream in a temporary file, which goes when this object goes."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        """Copy the stream; memory stays bounded.

        Raises:
            CuratorError: the disk is full.
        """
        self.name = name
        with explained("make a temporary file for", name):
            handle, path = tempfile.mkstemp(prefix="curator-")
        self.path = Path(path)
        self._gone = weakref.finalize(self, _remove, path)
        with explained("make a temporary file for", name), os.fdopen(handle, "wb") as target:
            shutil.copyfileobj(stream, target, _CHUNK)

    def open(self) -> IO[bytes]:
        """A new reader at the first byte; it is called what the stream was called."""
        return named(self.path, self.name)


def named(path: Path, name: str) -> IO[bytes]:
    """A file opened for reading under the name by which errors are to call it."""
    raw = io.FileIO(path)
    raw.name = name
    return io.BufferedReader(raw, _CHUNK)


@contextmanager
def random_access(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """The same content in a file, where seeking costs nothing: the stream itself, or a temporary file for a while."""
    if _is_file(stream):
        yield stream
    else:
        with _copied(stream) as target:
            yield target


def sought(source: Callable[[], IO[bytes]]) -> IO[bytes]:
    """What `source` opens, in a file where seeking costs nothing."""
    stream = source()
    if _is_file(stream):
        return stream
    with stream:
        return _copied(stream)


def _is_file(stream: IO[bytes]) -> bool:
    return isinstance(getattr(stream, "raw", stream), io.FileIO)


def _copied(stream: IO[bytes]) -> IO[bytes]:
    target = tempfile.TemporaryFile(prefix="curator-")  # noqa: SIM115
    try:
        with explained("make a temporary file for", name_of(stream)):
            shutil.copyfileobj(stream, target, _CHUNK)
        target.seek(0)
    except BaseException:
        target.close()
        raise
    return target


def name_of(stream: IO[bytes]) -> str:
    """How errors call what is being read."""
    name = getattr(stream, "name", "")
    return Path(name).name if isinstance(name, str) and name else "the file"


def standard_input() -> Spooled:
    """Standard input, copied once however often it is asked for."""
    global _stdin
    stream = sys.stdin.buffer
    if _stdin is None or _stdin[0] is not stream:
        _stdin = (stream, Spooled(stream, "stdin"))
    return _stdin[1]


_stdin: tuple[IO[bytes], Spooled] | None = None


def _remove(path: str) -> None:
    Path(path).unlink(missing_ok=True)
