"""`python -m curator.train RUN_DIR [--resume]`: the process in which a run is trained."""

from __future__ import annotations

import argparse
import gc
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType

from curator.errors import CuratorError
from curator.train import runs
from curator.train.args import INTERRUPTED
from curator.train.failure import in_words
from curator.train.lean import leave_out_unused
from curator.train.processes import launching
from curator.train.progress import EventLog, NoLog


def main() -> int:
    """Train; every failure becomes an `error` event and one clear line."""
    arguments = _arguments()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Also where SIGINT is ignored, as it is in processes that a shell put into the background.
        signal.signal(number, _interrupt)
    if launching.is_led():
        launching.follow_leader()
    here = launching.place()
    try:
        processes = arguments.processes or runs.load(arguments.run_dir).train.processes
        if here is None and processes > 1:
            command = [sys.executable, "-m", "curator.train", *sys.argv[1:]]
            return launching.lead(arguments.run_dir, command, processes)
        return _train(arguments.run_dir, arguments.resume, here or launching.Place())
    except Exception as error:
        if arguments.debug:
            traceback.print_exc()
        return _failed(arguments.run_dir, in_words(error), here or launching.Place())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m curator.train", description="Train a run that was created."
    )
    parser.add_argument("run_dir", type=Path, help="folder with the run's run.json")
    parser.add_argument("--resume", action="store_true", help="go on from the last complete checkpoint")
    parser.add_argument(
        "--processes",
        type=int,
        default=0,
        help="processes on this machine, one for each GPU (default: train.processes of the run); "
        "started by torchrun, this is one of its processes",
    )
    parser.add_argument("--debug", action="store_true", help="show the traceback of a failure")
    return parser.parse_args()


def _train(run_dir: Path, resume: bool, place: launching.Place) -> int:
    runs.load(run_dir)
    events = EventLog(run_dir, launching.answering()) if place.rank == 0 else NoLog()
    try:
        # Late, so that a mistyped folder is refused at once.
        leave_out_unused()
        from curator.train.processes import world
        from curator.train.session import Stopped, run
    except KeyboardInterrupt:
        events.write("stopped")
        return INTERRUPTED
    # What the libraries made stays until the end: the collector of cycles need not look through it again and again.
    gc.freeze()
    try:
        run(run_dir, resume, events, world.join(place))
    except Stopped as stopped:
        if place.rank == 0:
            print(stopped, file=sys.stderr)
        code = INTERRUPTED
    except KeyboardInterrupt:
        events.write("stopped")
        return INTERRUPTED
    else:
        code = 0
    world.leave()
    return code


def _failed(run_dir: Path, error: CuratorError, place: launching.Place) -> int:
    if launching.is_led():
        launching.report(error)
        return 1
    print(error, file=sys.stderr)
    if place.rank > 0:
        return 1
    try:
        EventLog(run_dir).write("error", problem=error.problem, remedy=error.remedy)
    except CuratorError as second:
        print(second, file=sys.stderr)
    return 1


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
