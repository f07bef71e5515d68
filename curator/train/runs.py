"""The folder of a run: made, read, started and followed; free of torch."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from curator.config import BUNDLED_MODEL, TrainSettings, explain
from curator.errors import CuratorError, NotFound, explained
from curator.files import sha256, write_atomically
from curator.train.args import EVENTS, INTERRUPTED, LOG, RESULT, RUN, Event, RunResult, RunSpec, RunState

POLL_SECONDS = 0.2
_LAST_BYTES = 1 << 14
HUB_ID = r"[A-Za-z0-9][\w.-]*/[\w.-]+"

Model = TypeVar("Model", bound=BaseModel)


def create(run_dir: Path, spec: RunSpec) -> None:
    """Write run.json, as it will be read; a folder that was made for it does not stay without it.

    Raises:
        CuratorError: there is a run already, what it is told cannot be written down, or the disk does not want it.
    """
    require_new(run_dir)
    text = spec.model_dump_json(indent=2) + "\n"
    try:
        RunSpec.model_validate_json(text)
        write_atomically(run_dir / RUN, text, "write the run")
    except ValidationError as error:
        raise CuratorError(
            f"The run {run_dir.name} cannot be made: {explain(error, RunSpec)}",
            "Give that setting another value.",
        ) from error
    except CuratorError:
        with suppress(OSError):
            run_dir.rmdir()
        raise


def require_new(run_dir: Path) -> None:
    """The name of a run is free.

    Raises:
        CuratorError: there is a run already.
    """
    if (run_dir / RUN).exists():
        raise CuratorError(
            f"There is a run {run_dir.name} already.", "Choose another name, or go on with --resume."
        )


def load(run_dir: Path) -> RunSpec:
    """Read run.json.

    Raises:
        NotFound: there is no run.
        CuratorError: the file is not what a run writes.
    """
    if not (run_dir / RUN).is_file():
        raise NotFound(f"There is no run {run_dir.name}.", "Start one with `curator train`.")
    return _parsed(run_dir / RUN, RunSpec)


def load_result(run_dir: Path) -> RunResult:
    """Read result.json.

    Raises:
        NotFound: the run has not finished.
    """
    if not (run_dir / RESULT).is_file():
        raise NotFound(f"The run {run_dir.name} has not finished.", "Go on with `curator train --resume`.")
    return _parsed(run_dir / RESULT, RunResult)


def state(run_dir: Path) -> RunState:
    """How far a run has come."""
    events = read_events(run_dir)
    begun = any(event.event == "started" for event in events)
    finished = (run_dir / RESULT).is_file()
    return RunState(
        phase="finished" if finished else "unfinished" if begun else "created",
        last=events[-1] if events else None,
        folder=run_dir,
    )


def hash_export(export: Path) -> dict[str, str]:
    """SHA-256 of each data file of an exported folder, for `RunSpec.export_sha256`.

    Raises:
        CuratorError: there is no train.jsonl.
    """
    if not (export / "train.jsonl").is_file():
        raise CuratorError(f"{export} has no train.jsonl.", "Give records a split and export them.")
    names = ("train.jsonl", "validation.jsonl", "test.jsonl")
    return {name: sha256(export / name) for name in names if (export / name).is_file()}


def resolve_model(name: str) -> str:
    """The folder or hub id that a model's name stands for.

    Raises:
        CuratorError: it is a folder without a model, or neither a folder nor a hub id.
    """
    folder = (
        Path(str(files("curator.samples") / "base-model"))
        if name == BUNDLED_MODEL
        else Path(name).expanduser()
    )
    if folder.is_dir():
        return str(_checked(folder.resolve()))
    if re.fullmatch(HUB_ID, name):
        return name
    raise CuratorError(
        f"There is no model {name}.", "Name a folder that holds one, a hub id (org/name), or `bundled`."
    )


def launch(run_dir: Path, resume: bool, processes: int = 0) -> subprocess.Popen[bytes]:
    """Start the trainer in a process of its own, which outlives a lost terminal; its words go to train.log.

    Args:
        run_dir: The run's folder.
        resume: Go on from the last checkpoint.
        processes: How many shall train together, by default as many as the run was made for.
    """
    command = [sys.executable, "-m", "curator.train", str(run_dir), *(["--resume"] if resume else [])]
    command += ["--processes", str(processes)] if processes else []
    with explained("start the trainer", run_dir), (run_dir / LOG).open("ab") as log:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a trainer to finish its step, save a checkpoint and end; a second time it ends at once."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)


def was_stopped(process: subprocess.Popen[bytes]) -> bool:
    """Whether a trainer ended because it was asked to, be it before it could listen."""
    return process.returncode in (INTERRUPTED, -signal.SIGINT)


def follow(run_dir: Path, process: subprocess.Popen[bytes]) -> Iterator[Event]:
    """The events of a trainer as they come, until it ends; Ctrl-C while waiting stops the trainer gently.

    Raises:
        CuratorError: the trainer failed; its own problem and remedy, or else the end of its log.
    """
    tail, failure, ended = Tail(run_dir), None, False
    while not ended:
        ended = _ends(process)
        for event in tail.new():
            if event.process == process.pid:
                failure = event if event.event == "error" else failure
                yield event
    if process.returncode == 0 or was_stopped(process):
        return
    if failure is not None:
        raise CuratorError(failure.problem, failure.remedy)
    raise CuratorError(
        f"The trainer ended with code {process.returncode} and no word of why.",
        f"The end of {run_dir / LOG}:\n{_end_of(run_dir / LOG)}",
    )


def read_events(run_dir: Path) -> tuple[Event, ...]:
    """Every complete line of events.jsonl; a line that is still being written is left for later.

    Raises:
        CuratorError: the file, or a complete line of it, cannot be read.
    """
    return tuple(Tail(run_dir).new())


def newest_event(run_dir: Path) -> Event | None:
    """The last complete line of events.jsonl, without reading those before it."""
    return next(iter(_last_events(run_dir)), None)


def steps_done(run_dir: Path) -> tuple[int, int]:
    """Steps done and steps of the whole run, as its last events show; two zeros before the first `started`."""
    counted = (event for event in _last_events(run_dir) if event.steps)
    return next(((event.step, event.steps) for event in counted), (0, 0))


def effective(events: Iterable[Event]) -> tuple[Event, ...]:
    """The events without the steps that a resumed run did again."""
    kept: list[Event] = []
    for event in events:
        if event.event == "started":
            kept = [earlier for earlier in kept if earlier.step <= event.step]
        kept.append(event)
    return tuple(kept)


def seconds_spent(events: Iterable[Event]) -> float:
    """Time between the first and the last event of each process, summed."""
    ends: dict[int, tuple[float, float]] = {}
    for event in events:
        first, last = ends.get(event.process, (event.time, event.time))
        ends[event.process] = (min(first, event.time), max(last, event.time))
    return sum(last - first for first, last in ends.values())


def require_validation(settings: TrainSettings, rows: int) -> None:
    """There is something to be patient with.

    Raises:
        CuratorError: training shall stop by the validation loss, and there is no validation row.
    """
    if settings.patience and not rows:
        raise CuratorError(
            "train.patience stops by the validation loss, and there is no validation row that can be used.",
            "Split with a share for it (`curator split --validation .1 --fresh`), or set train.patience to 0.",
        )


def verify_export(spec: RunSpec) -> None:
    """The exported files are those that the run was made for.

    Raises:
        CuratorError: one is missing or has changed.
    """
    verify_files(Path(spec.export_path), spec.export_sha256, spec.name)


def verify_files(export: Path, hashes: Mapping[str, str], run: str) -> None:
    """The files of an export are those that a run was made for.

    Raises:
        CuratorError: one is missing or has changed.
    """
    actual = _existing_hashes(export, hashes)
    for name, expected in hashes.items():
        if actual[name] != expected:
            raise CuratorError(
                f"{export / name} is not the file that the run {run} was made for.",
                "Start a new run for the changed data.",
            )


class Tail:
    """The events of a run that is going on, each given out once."""

    def __init__(self, run_dir: Path) -> None:
        self._path = run_dir / EVENTS
        self._position = 0
        self._lines = 0

    def new(self) -> list[Event]:
        """The events whose line has been finished since the last call.

        Raises:
            CuratorError: the file, or a finished line of it, cannot be read.
        """
        if not self._path.is_file():
            return []
        with explained("read", self._path), self._path.open("rb") as stream:
            stream.seek(self._position)
            finished, newline, _ = stream.read().rpartition(b"\n")
        lines = finished.split(b"\n") if newline else []
        found = [self._event(line, self._lines + number) for number, line in enumerate(lines, 1) if line]
        self._position += len(finished) + len(newline)
        self._lines += len(lines)
        return found

    def _event(self, line: bytes, number: int) -> Event:
        try:
            return Event.model_validate_json(line)
        except ValidationError as error:
            raise CuratorError(
                f"{self._path}:{number} is no event: {explain(error, Event)}",
                "Remove that line of the file: it tells how the run went, and nothing else depends on it.",
            ) from error


def _last_events(run_dir: Path) -> list[Event]:
    """The events at the end of events.jsonl, the newest first; for a glance, so that a broken line is in no way."""
    try:
        with (run_dir / EVENTS).open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - _LAST_BYTES))
            lines = stream.read().split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    whole = lines if size <= _LAST_BYTES else lines[1:]
    found: list[Event] = []
    for line in reversed(whole):
        with suppress(ValidationError):
            found.append(Event.model_validate_json(line))
    return found


def _existing_hashes(export: Path, names: Mapping[str, str]) -> dict[str, str]:
    missing = [name for name in names if not (export / name).is_file()]
    if missing or "train.jsonl" not in names:
        raise CuratorError(
            f"{export} has no {' and no '.join(missing) or 'train.jsonl'}.", "Export the data again."
        )
    return {name: sha256(export / name) for name in names}


def _checked(folder: Path) -> Path:
    missing = [name for name in ("config.json", "*.safetensors") if not any(folder.glob(name))]
    if missing:
        raise CuratorError(
            f"{folder} is not a model: there is no {' and no '.join(missing)} in it.",
            "Name the folder that holds the model's config.json, tokenizer and safetensors weights.",
        )
    return folder


def _parsed(path: Path, model: type[Model]) -> Model:
    with explained("read", path):
        raw = path.read_bytes()
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise CuratorError(f"{path}: {explain(error, model)}", "Start a new run.") from error


def _ends(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(POLL_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    except KeyboardInterrupt:
        stop(process)
        return False
    return True


def _end_of(path: Path, lines: int = 8) -> str:
    if not path.is_file():
        return "(empty)"
    return "\n".join(path.read_text("utf-8", "replace").splitlines()[-lines:]) or "(empty)"
