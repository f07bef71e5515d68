"""Trackers that follow a run beside our own events: TensorBoard, Weights & Biases, trackio."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from curator.errors import CuratorError
from curator.text import nearest, visible_line

TENSORBOARD = "tensorboard"
"""Folder in a run for TensorBoard, and its name."""

_LIBRARIES: Mapping[str, tuple[str, ...]] = {
    TENSORBOARD: ("tensorboard", "tensorboardX"),
    "wandb": ("wandb",),
    "trackio": ("trackio",),
}
"""Tracker to the libraries of which it needs one; the first can show what it gathered."""
PROJECT = "curator"
"""What runs are gathered under."""


def require(names: Sequence[str]) -> None:
    """Refuse early, and in words, a tracker that is unknown or not installed.

    Raises:
        CuratorError: one is.
    """
    for name in names:
        if name not in _LIBRARIES:
            raise CuratorError(
                f"train.report_to asks for {visible_line(name)!r}, and there is no such tracker.",
                nearest(name, _LIBRARIES),
            )
        if all(importlib.util.find_spec(library) is None for library in _LIBRARIES[name]):
            raise CuratorError(
                f"train.report_to asks for {name}, which is not installed.",
                f"Install it with: pip install {_LIBRARIES[name][0]}, or leave it out.",
            )


def callbacks(names: Sequence[str], run_dir: Path) -> list[Any]:
    """What tells each tracker of the run; what stays on this machine stays in the run's folder.

    Raises:
        CuratorError: a tracker is unknown or not installed.
    """
    require(names)
    if not names:
        return []
    from transformers.integrations import TensorBoardCallback, TrackioCallback, WandbCallback

    if "wandb" in names:
        os.environ.setdefault("WANDB_DIR", str(run_dir))
        os.environ.setdefault("WANDB_PROJECT", PROJECT)
    kinds = {TENSORBOARD: TensorBoardCallback, "wandb": WandbCallback, "trackio": TrackioCallback}
    made = [kinds[name]() for name in dict.fromkeys(names)]
    for callback in made:
        if isinstance(callback, TensorBoardCallback):
            callback.logging_dir = callback.logging_dir or str(run_dir / TENSORBOARD)
    return made
