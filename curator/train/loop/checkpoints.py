"""Checkpoints that count only when they are complete, and the best weights so far."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from pydantic import ValidationError

from curator.errors import explained
from curator.files import draft_folder, publish, write_atomically
from curator.records import Frozen
from curator.train.args import ADAPTER, CHECKPOINTS, RUN
from curator.train.models.model import save_weights

_COMPLETE = "complete"
_BEST = "best"
_NOTE = "best.json"


class Best(Frozen):
    """Which weights validation liked most."""

    step: int
    """Optimizer steps done when they were saved."""
    loss: float
    """Their validation loss."""


def folder(run_dir: Path) -> Path:
    """Where a run's checkpoints are."""
    return run_dir / CHECKPOINTS


def seal(checkpoint: Path, run_dir: Path) -> None:
    """Mark a checkpoint as complete, once all its files are on the disk, and as one of this run as it is."""
    with explained("save a checkpoint", checkpoint):
        for path in checkpoint.rglob("*"):
            if path.is_file():
                with path.open("rb") as stream:
                    os.fsync(stream.fileno())
        write_atomically(checkpoint / _COMPLETE, _digest(run_dir), "save a checkpoint")


def belongs(checkpoint: Path, run_dir: Path) -> bool:
    """Whether the run is still told to do what it was told when the checkpoint was saved."""
    with explained("read", checkpoint):
        return (checkpoint / _COMPLETE).read_text() == _digest(run_dir)


def _digest(run_dir: Path) -> str:
    return hashlib.sha256((run_dir / RUN).read_bytes()).hexdigest()


def last_complete(run_dir: Path) -> Path | None:
    """The newest complete checkpoint; incomplete ones, left by a crash, are removed."""
    found: dict[int, Path] = {}
    for path in folder(run_dir).glob("checkpoint-*"):
        if (path / _COMPLETE).is_file():
            found[int(path.name.rpartition("-")[2])] = path
        else:
            shutil.rmtree(path, ignore_errors=True)
    return found[max(found)] if found else None


def rotate(run_dir: Path, keep: int) -> None:
    """Remove all but the newest complete checkpoints."""
    complete = [path for path in folder(run_dir).glob("checkpoint-*") if (path / _COMPLETE).is_file()]
    for path in sorted(complete, key=lambda path: int(path.name.rpartition("-")[2]))[:-keep]:
        # The mark goes first: a removal that is cut short must not leave something that looks complete.
        (path / _COMPLETE).unlink(missing_ok=True)
        shutil.rmtree(path, ignore_errors=True)


def best(run_dir: Path) -> Best | None:
    """The best weights so far, if validation has chosen any."""
    path = folder(run_dir) / _BEST / _NOTE
    try:
        return Best.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def keep_best(run_dir: Path, model: object, tokenizer: object, note: Best) -> None:
    """Save weights as the best so far, in place of the former ones."""
    with draft_folder(folder(run_dir), "save the best weights") as draft:
        save_weights(model, tokenizer, draft)
        write_atomically(draft / _NOTE, note.model_dump_json() + "\n", "save the best weights")
        publish(draft, folder(run_dir) / _BEST)


def publish_result(run_dir: Path, model: object, tokenizer: object) -> Best | None:
    """Put the best weights, or without validation the last ones, where the tuned model belongs."""
    chosen = best(run_dir)
    with draft_folder(run_dir, "save the tuned model") as draft:
        if chosen is None:
            save_weights(model, tokenizer, draft)
        else:
            shutil.copytree(folder(run_dir) / _BEST, draft, dirs_exist_ok=True)
            (draft / _NOTE).unlink()
        publish(draft, run_dir / ADAPTER)
    return chosen


def forget(run_dir: Path) -> None:
    """Remove every checkpoint, and the best weights with them."""
    shutil.rmtree(folder(run_dir), ignore_errors=True)
