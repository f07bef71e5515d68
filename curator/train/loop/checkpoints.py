"""Checkpoints that count only when they are complete, and the best weights so far."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from pydantic import ValidationError

from curator.errors import explained
from curator.files import draft_folder, publish, sha256, write_atomically
from curator.records import Frozen
from curator.train.args import ADAPTER, CHECKPOINTS, RUN
from curator.train.models.model import save_weights
from curator.train.progress import EventLog

_COMPLETE = "complete"
_BEST = "best"
_NOTE = "best.json"
_HASHED_BYTES = 2**26
"""Of a larger file only the size is sealed: reading it all again would hold up the training."""


class Content(Frozen):
    """What a file of a checkpoint held when it was sealed."""

    size: int
    """Its bytes."""
    sha256: str = ""
    """Their SHA-256; empty for a large file."""


class Seal(Frozen):
    """What makes a checkpoint complete."""

    run: str
    """SHA-256 of the run's manifest when it was saved."""
    files: dict[str, Content]
    """Each of its files."""


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
        paths = sorted(path for path in checkpoint.rglob("*") if path.is_file() and path.name != _COMPLETE)
        for path in paths:
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
        files = {str(path.relative_to(checkpoint)): _content(path) for path in paths}
        found = Seal(run=sha256(run_dir / RUN), files=files)
        write_atomically(checkpoint / _COMPLETE, found.model_dump_json(indent=2) + "\n", "save a checkpoint")


def belongs(checkpoint: Path, run_dir: Path) -> bool:
    """Whether the run is still told to do what it was told when the checkpoint was saved."""
    found = _seal_of(checkpoint)
    return found is not None and found.run == sha256(run_dir / RUN)


def last_complete(run_dir: Path, events: EventLog) -> Path | None:
    """The newest complete checkpoint; incomplete ones, left by a crash, are removed, and damaged ones with a warning.

    Raises:
        CuratorError: a file cannot be read.
    """
    newest_first = sorted(folder(run_dir).glob("checkpoint-*"), key=_step, reverse=True)
    damages: dict[Path, str] = {}
    chosen: Path | None = None
    for path in newest_first:
        if not (path / _COMPLETE).is_file():
            _remove(path)
        elif chosen is None and (damage := _damage(path)):
            damages[path] = damage
        else:
            chosen = chosen or path
    for path, damage in damages.items():
        events.warn(
            f"{CHECKPOINTS}/{path.name} is damaged: {damage}.",
            f"The run goes on from {chosen.name}." if chosen else "There is no other: the run begins anew.",
        )
        _remove(path)
    return chosen


def _seal_of(checkpoint: Path) -> Seal | None:
    try:
        return Seal.model_validate_json((checkpoint / _COMPLETE).read_bytes())
    except (OSError, ValidationError):
        return None


def _damage(checkpoint: Path) -> str:
    """What of a sealed checkpoint is not as it was sealed; nothing where all is."""
    found = _seal_of(checkpoint)
    if found is None:
        return f"its {_COMPLETE} cannot be read"
    for name, sealed in found.files.items():
        path = checkpoint / name
        if not path.is_file():
            return f"{name} is missing"
        size = path.stat().st_size
        if size != sealed.size:
            return f"{name} has {size:,} bytes, and was saved with {sealed.size:,}"
        if sealed.sha256 and sha256(path) != sealed.sha256:
            return f"{name} is not what was saved"
    return ""


def _content(path: Path) -> Content:
    size = path.stat().st_size
    return Content(size=size, sha256=sha256(path) if size <= _HASHED_BYTES else "")


def _step(checkpoint: Path) -> int:
    return int(checkpoint.name.rpartition("-")[2])


def _remove(checkpoint: Path) -> None:
    # The mark goes first: a removal that is cut short must not leave something that looks complete.
    (checkpoint / _COMPLETE).unlink(missing_ok=True)
    shutil.rmtree(checkpoint, ignore_errors=True)


def rotate(run_dir: Path, keep: int) -> None:
    """Remove all but the newest complete checkpoints."""
    complete = [path for path in folder(run_dir).glob("checkpoint-*") if (path / _COMPLETE).is_file()]
    for path in sorted(complete, key=_step)[:-keep]:
        _remove(path)


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
