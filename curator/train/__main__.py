"""`python -m curator.train RUN_DIR [--resume]`: the process in which a run is trained."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from curator.errors import CuratorError
from curator.train import runs
from curator.train.args import INTERRUPTED
from curator.train.failure import in_words
from curator.train.progress import EventLog


def main() -> int:
    """Train; every failure becomes an `error` event and one clear line."""
    parser = argparse.ArgumentParser(
        prog="python -m curator.train", description="Train a run that was created."
    )
    parser.add_argument("run_dir", type=Path, help="folder with the run's run.json")
    parser.add_argument("--resume", action="store_true", help="go on from the last complete checkpoint")
    parser.add_argument("--debug", action="store_true", help="show the traceback of a failure")
    arguments = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Also where SIGINT is ignored, as it is in processes that a shell put into the background.
        signal.signal(number, _interrupt)
    try:
        return _train(arguments.run_dir, arguments.resume)
    except Exception as error:
        if arguments.debug:
            raise
        return _failed(arguments.run_dir, in_words(error))


def _train(run_dir: Path, resume: bool) -> int:
    runs.load(run_dir)
    events = EventLog(run_dir)
    try:
        # Late, so that a mistyped folder is refused at once.
        from curator.train.session import Stopped, run
    except KeyboardInterrupt:
        events.write("stopped")
        return INTERRUPTED
    try:
        run(run_dir, resume, events)
    except Stopped as stopped:
        print(stopped, file=sys.stderr)
        return INTERRUPTED
    except KeyboardInterrupt:
        events.write("stopped")
        return INTERRUPTED
    return 0


def _failed(run_dir: Path, error: CuratorError) -> int:
    print(error, file=sys.stderr)
    try:
        EventLog(run_dir).write("error", problem=error.problem, remedy=error.remedy)
    except CuratorError as second:
        print(second, file=sys.stderr)
    return 1


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
