"""Commands on a run in processes of their own: who works on a run now, and how to stop it; free of torch.

The lock of a run's folder is held by whoever works on it. The system lets go of it when that process ends, however
it ends, so a process id that is used again, or a crash, misleads nobody.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from curator.errors import CuratorError, explained
from curator.train import runs
from curator.train.args import RUN

LOCK = "job.lock"
LOG = "job.log"

_PATIENCE = 1.0
"""Seconds to wait for those who only look whether the lock is held."""
_LOG_TAIL = 1 << 14
_FAILURE = "Error: "

_children: list[subprocess.Popen[bytes]] = []


def start(root: Path, run_dir: Path, arguments: Sequence[str]) -> None:
    """Start a command of `curator` that works on a run; it outlives its starter, and its words go to job.log.

    Raises:
        CuratorError: somebody works on the run already, or the disk does not want it.
    """
    with explained("start the run", run_dir):
        run_dir.mkdir(parents=True, exist_ok=True)
        with (run_dir / LOCK).open("a+b") as lock, (run_dir / LOG).open("ab") as log:
            take(lock, run_dir)
            log.truncate(0)
            # The child inherits the lock with its file, and keeps it when this process lets go.
            child = subprocess.Popen(
                command(root, arguments),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[lock.fileno()],
            )
            _sign(lock, child.pid)
    _children[:] = [other for other in _children if other.poll() is None] + [child]


def command(root: Path, arguments: Sequence[str]) -> list[str]:
    """A command of `curator` on a project, as a process of its own."""
    return [sys.executable, "-m", "curator", "-C", str(root), *arguments]


@contextmanager
def holding(run_dir: Path) -> Iterator[None]:
    """Work on a run as the only one; a process that `start` began holds its lock already.

    Raises:
        CuratorError: somebody else works on it.
    """
    with explained("open", run_dir / LOCK), (run_dir / LOCK).open("a+b") as lock:
        if _holder(lock) == os.getpid():
            yield
            return
        take(lock, run_dir)
        _sign(lock, os.getpid())
        yield


def take(lock: BinaryIO, run_dir: Path) -> None:
    """Lock a file of a run until it is closed.

    Raises:
        CuratorError: somebody else holds it.
    """
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > end:
                raise CuratorError(
                    f"The run {run_dir.name} is being trained already, or scored.", "Wait for it, or stop it."
                ) from error
            time.sleep(0.02)
        else:
            return


def is_going(run_dir: Path) -> bool:
    """Whether some process works on a run now."""
    return _is_held(run_dir / LOCK) or _is_held(run_dir / RUN)


def stop(run_dir: Path) -> bool:
    """Ask whoever works on a run to end: the trainer finishes its step and saves; whether there was anybody."""
    number = _worker(run_dir)
    if not number:
        return False
    with suppress(ProcessLookupError):
        os.kill(number, signal.SIGINT)
    return True


def log_lines(run_dir: Path, most: int) -> list[str]:
    """The last lines of what the command said."""
    try:
        with (run_dir / LOG).open("rb") as stream:
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - _LOG_TAIL))
            text = stream.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return []
    return [line for line in text.splitlines() if line.strip()][-most:]


def failure(run_dir: Path) -> CuratorError | None:
    """The error that ended the last command on a run, if one did."""
    return error_in("\n".join(log_lines(run_dir, 200)))


def error_in(words: str) -> CuratorError | None:
    """The error that a command of `curator` ended with, from what it said: the problem, then the remedy."""
    _, found, last = f"\n{words}".rpartition(f"\n{_FAILURE}")
    if not found:
        return None
    problem, _, remedy = last.partition("\n")
    return CuratorError(problem, " ".join(remedy.split()))


def _worker(run_dir: Path) -> int:
    """The process to tell: the one that holds the lock, or else a trainer that has outlived it."""
    path = run_dir / LOCK
    if path.is_file():
        with path.open("rb") as lock:
            if number := _holder(lock):
                return number
    last = runs.newest_event(run_dir)
    return last.process if last is not None and _is_held(run_dir / RUN) else 0


def _holder(lock: BinaryIO) -> int:
    """The process that holds a lock, 0 for none."""
    if not _is_taken(lock):
        return 0
    lock.seek(0)
    return int(lock.read() or b"0")


def _is_held(path: Path) -> bool:
    try:
        with path.open("rb") as lock:
            return _is_taken(lock)
    except FileNotFoundError:
        return False


def _is_taken(lock: BinaryIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(lock, fcntl.LOCK_UN)
    return False


def _sign(lock: BinaryIO, number: int) -> None:
    lock.truncate(0)
    lock.write(str(number).encode())
    lock.flush()
