"""The demo: the commands that a user would type, run on the bundled samples with the bundled model."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from curator.errors import CuratorError
from curator.records import Frozen, Kind

RUN = "first"


class Story(Frozen):
    """One sample data set on its way to a verdict."""

    kind: Kind
    name: str
    """The sample's folder, and the name of the project."""
    told: str
    """What it shows."""
    init: tuple[str, ...] = ()
    """More options for `curator init`."""
    split: tuple[str, ...] = ()
    """More options for `curator split`."""
    train: tuple[str, ...] = ()
    """More options for `curator train`: so small a model wants a high learning rate."""


STORIES = (
    Story(
        kind="classification",
        name="tickets",
        told="2,256 support tickets in English and Russian, to be sorted into eight categories.",
        split=("--test", ".15", "--validation", ".05"),
        train=(
            *("--set", "train.epochs=3"),
            *("--set", "train.learning_rate=2e-3"),
            *("--set", "train.micro_batch_size=16"),
        ),
    ),
    Story(
        kind="instruction",
        name="law",
        told="170 questions about the law of an invented country, with the answers of its lawyers.",
        train=("--set", "train.epochs=8"),
    ),
    Story(
        kind="text",
        name="speeches",
        told="Fifteen speeches of one invented mayor, to learn his way of speaking.",
        train=("--set", "train.epochs=8"),
    ),
)


def walk(story: Story, folder: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Run one story; returns what `evaluate` found, and the seconds it all took.

    Raises:
        CuratorError: the folder is in use, or one of the commands failed.
    """
    project = folder / story.name
    if project.exists():
        raise CuratorError(
            f"{project} exists already.", "Choose another folder with --dir, or remove that one."
        )
    started = time.monotonic()
    say(f"\n{story.told}")
    source = str(files("curator.samples").joinpath(story.name))
    _run(["init", str(project), "--kind", story.kind, *story.init], say)
    at = ["-C", str(project)]
    _run([*at, "import", source], say)
    _run([*at, "check"], say)
    _run([*at, "split", *story.split], say)
    _run([*at, "export"], say)
    _run([*at, "train", RUN, *story.train], say)
    result = json.loads(_run([*at, "evaluate", RUN, "--json"], say, capture=True))
    return {**result, "seconds": round(time.monotonic() - started, 1)}


def _run(arguments: Sequence[str], say: Callable[[str], None], capture: bool = False) -> str:
    """Run one command as its own process, after printing it; its tables go to stderr with the words."""
    say(f"\n$ curator {shlex.join(arguments)}")
    done = subprocess.run(
        [sys.executable, "-m", "curator", *arguments],
        stdout=subprocess.PIPE if capture else sys.stderr,
        stderr=subprocess.DEVNULL if capture else None,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CuratorError(
            f"curator {shlex.join(arguments)} ended with exit code {done.returncode}.", "See above."
        )
    return done.stdout or ""
