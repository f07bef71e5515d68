"""Several processes for one run: where each of them stands, and their start, watch and end on one machine.

Free of torch. The variables of the environment are those of torchrun, so that it can start the processes as well, on
several machines too.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from curator.errors import CuratorError, explained
from curator.records import Frozen
from curator.train.args import INTERRUPTED
from curator.train.processes.signals import answered
from curator.train.progress import EventLog

_LEADER = "CURATOR_LEADER"
"""The process that started this one and answers for the run."""
_REPORTS = "CURATOR_REPORTS"
"""Where this process says what ended it: the number of an open file."""

_POLL_SECONDS = 0.05
_LAST_WORDS_SECONDS = 5.0
"""How long the others may take to end by themselves when one has failed."""


class Place(NamedTuple):
    """Where a process stands among those of its run."""

    rank: int = 0
    """Its number, from 0."""
    size: int = 1
    """How many there are, on all machines."""
    local_rank: int = 0
    """Its number on its machine: that of its GPU."""
    local_size: int = 1
    """How many there are on its machine."""


class Failure(Frozen):
    """What ended a process."""

    time: float
    """Seconds since 1970; the first failure of a run is its reason, the others follow from it."""
    problem: str
    """What went wrong."""
    remedy: str
    """What to do about it."""


def place() -> Place | None:
    """The place of this process; None if nobody has given it one."""
    names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
    if any(not os.environ.get(name, "").isdecimal() for name in names[:2]):
        return None
    return Place(*(int(os.environ.get(name, default)) for name, default in zip(names, "0101", strict=True)))


def answering() -> int:
    """The process that signals for this run go to: the one that started its processes, or else this one."""
    return int(os.environ.get(_LEADER, os.getpid()))


def is_led() -> bool:
    """Whether this process was started by `lead`."""
    return _LEADER in os.environ


def report(error: CuratorError) -> None:
    """Tell the process that leads what ends this one."""
    failure = Failure(time=time.time(), problem=error.problem, remedy=error.remedy)
    os.write(int(os.environ[_REPORTS]), failure.model_dump_json().encode() + b"\n")


def follow_leader() -> None:
    """End this process as soon as the one that leads is gone, however that came about."""

    def watch() -> None:
        os.read(0, 1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def lead(run_dir: Path, command: list[str], processes: int) -> int:
    """Start the processes of a run on this machine, pass on requests to end, and wait for all of them.

    The failure of one ends all; it is written to the events of the run and to standard error.

    Args:
        run_dir: The run's folder.
        command: What each process does; the environment tells it which one it is.
        processes: How many.
    """
    log = EventLog(run_dir)
    team = _Team(command, processes)
    with answered(team.ask_to_end):
        failure = team.wait()
    if failure is not None:
        log.write("error", problem=failure.problem, remedy=failure.remedy)
        print(CuratorError(failure.problem, failure.remedy), file=sys.stderr)
        return 1
    return INTERRUPTED if INTERRUPTED in team.codes else 0


class _Team:
    """The processes of a run."""

    def __init__(self, command: list[str], processes: int) -> None:
        self._asked = False
        reports, told = os.pipe()
        self._reports = reports
        shared = _environment(processes, told)
        with explained("start the trainer", Path(command[0])):
            self._workers = [
                subprocess.Popen(
                    command,
                    env={**shared, "RANK": str(rank), "LOCAL_RANK": str(rank)},
                    # Open for as long as this process lives: so the others see it end, however it ends.
                    stdin=subprocess.PIPE,
                    pass_fds=[told],
                    # A key pressed in a terminal must reach them once only, through this process.
                    start_new_session=True,
                )
                for rank in range(processes)
            ]
        os.close(told)

    @property
    def codes(self) -> list[int | None]:
        """Exit status of each, None while it goes on."""
        return [worker.poll() for worker in self._workers]

    def ask_to_end(self) -> None:
        """Let the run finish its step and save; asked again, end at once."""
        self._asked = True
        if self._workers[0].poll() is None:
            self._workers[0].send_signal(signal.SIGINT)

    def wait(self) -> Failure | None:
        """Wait for all; what ended them if one failed."""
        first: list[int | None] = []
        until = 0.0
        while None in (codes := self.codes):
            if not first and (any(map(_failed, codes)) or codes[0] is not None):
                first, until = codes, time.monotonic() + _LAST_WORDS_SECONDS
            if first and time.monotonic() > until:
                self._kill()
                break
            time.sleep(_POLL_SECONDS)
        was_stopped = self._asked and codes[0] == INTERRUPTED
        return None if was_stopped or not any(map(_failed, codes)) else self._reason(first or codes)

    def _kill(self) -> None:
        for worker in self._workers:
            if worker.poll() is None:
                worker.kill()
                worker.wait()

    def _reason(self, first: list[int | None]) -> Failure:
        """The first failure; the others follow from it, when a process is not there any more to add up with."""
        with os.fdopen(self._reports, "rb") as stream:
            reports = [Failure.model_validate_json(line) for line in stream]
        for rank, code in enumerate(first):
            if code is not None and code < 0:
                return _killed(rank, code, len(first))
        if reports:
            return min(reports, key=lambda failure: failure.time)
        return Failure(
            time=time.time(),
            problem="A process of the run ended without a word.",
            remedy="The end of train.log in the run's folder may tell more.",
        )


def _failed(code: int | None) -> bool:
    return code not in (None, 0, INTERRUPTED)


def _killed(rank: int, code: int, processes: int) -> Failure:
    name = signal.Signals(-code).name
    return Failure(
        time=time.time(),
        problem=f"Process {rank} of {processes} (counted from 0) was ended by the signal {name}.",
        remedy="The system does that where memory runs out: try fewer processes, or --method qlora. "
        "Go on from the last checkpoint with --resume.",
    )


def _environment(processes: int, reports: int) -> dict[str, str]:
    threads = max(1, (os.cpu_count() or 1) // processes)
    given: Mapping[str, str] = {
        # Each process would take every core; and a name of this machine need not lead to it.
        "OMP_NUM_THREADS": str(threads),
        **({"GLOO_SOCKET_IFNAME": "lo"} if sys.platform == "linux" else {}),
        **os.environ,
    }
    return {
        **given,
        _LEADER: str(os.getpid()),
        _REPORTS: str(reports),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(_free_port()),
        "WORLD_SIZE": str(processes),
        "LOCAL_WORLD_SIZE": str(processes),
    }


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port
