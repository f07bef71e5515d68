"""The screens' only link to the runs of a project."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from curator import tuning
from curator.config import Config, TrainSettings, explain
from curator.errors import CuratorError
from curator.evaluate import overview
from curator.evaluate.overview import GOING, RESUMABLE, Overview
from curator.export.folder import check_name
from curator.project import Project
from curator.text import visible_line
from curator.train.args import RUN
from curator.train.planning import steps_of
from curator.train.processes import jobs
from curator.train.rows.drawing import with_replay
from curator.tuning import Outlook

from ..language import _

__all__ = [
    "GOING",
    "RESUMABLE",
    "Outlook",
    "Overview",
    "Runs",
    "clock",
    "going_on",
    "steps_of",
    "with_replay",
]

_LOOK_SECONDS = 0.2
_LOG_LINES = 8
_PATIENCE = 2.0
MODEL = "model"
"""The name of the field of a run that is no training setting."""


class Runs:
    """The runs of a project; every method may be called from any thread."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def all(self) -> list[Overview]:
        """All runs, the newest first.

        Raises:
            CuratorError: a file cannot be read.
        """
        return overview.overviews(self.root)

    def folder(self, name: str) -> Path:
        """The folder of a run."""
        return self.root / "runs" / name

    def next_name(self) -> str:
        """What the next run is called if nobody names it."""
        return tuning.next_name(self.root)

    def name_problem(self, name: str) -> str:
        """What is wrong with a name for a new run; empty for nothing."""
        if not name:
            return _("The run needs a name.")
        try:
            check_name(name)
        except CuratorError as error:
            return error.problem
        taken = (self.folder(name) / RUN).exists()
        return _("There is a run of this name already.") if taken else ""

    def sides(self) -> dict[str, int]:
        """Records on each side of the split; empty before the first split."""
        project = Project(self.root)
        try:
            return project.stats().split if project.is_split() else {}
        finally:
            project.close()

    def estimate(self, settings: Mapping[str, str], is_cancelled: Callable[[], bool]) -> Outlook | None:
        """What a run with these settings would need, found out in a process of its own; nothing when cancelled.

        Raises:
            CuratorError: it cannot be trained like this.
        """
        command = jobs.command(self.root, ["estimate", "--json", *_options(settings)])
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        while True:
            try:
                said, complaint = process.communicate(timeout=_LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                if is_cancelled():
                    _end(process)
                    return None
            else:
                break
        if process.returncode:
            raise jobs.error_in(complaint) or CuratorError(
                _("The estimate failed."), visible_line(complaint, 300)
            )
        return Outlook.model_validate(json.loads(said))

    def start(self, name: str, settings: Mapping[str, str]) -> None:
        """Begin a run that tunes, scores and reports, and that outlives this process.

        Raises:
            CuratorError: libraries are missing, or the disk does not want it.
        """
        tuning.require_libraries()
        jobs.start(self.root, self.folder(name), ["train", name, *_options(settings)])

    def resume(self, name: str) -> None:
        """Go on with a run that was stopped.

        Raises:
            CuratorError: somebody works on it.
        """
        tuning.require_libraries()
        jobs.start(self.root, self.folder(name), ["train", name, "--resume"])

    def evaluate(self, name: str) -> None:
        """Score a run that has finished.

        Raises:
            CuratorError: somebody works on it.
        """
        tuning.require_libraries()
        jobs.start(self.root, self.folder(name), ["evaluate", name, "--again"])

    def log(self, name: str) -> list[str]:
        """The last lines that the command on a run has said."""
        return jobs.log_lines(self.folder(name), _LOG_LINES)

    def stop(self, name: str) -> bool:
        """Ask whoever works on a run to save and end; whether there was anybody."""
        return jobs.stop(self.folder(name))


def _end(process: subprocess.Popen[str]) -> None:
    """Let it take its own processes and its temporary folder with it, if it does so soon."""
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def going_on(root: Path) -> str:
    """What is being done to a run of the project now, in a few words: `training run-1: step 12/90`; else empty."""
    found = overview.going_on(root)
    if found is None:
        return ""
    words = {
        "preparing": _("preparing {name}"),
        "training": _("training {name}: step {step}/{steps}")
        if found.steps
        else _("training {name}: loading"),
        "scoring": _("scoring {name}"),
    }
    told = words.get(found.state, "{name}")
    return told.format(name=visible_line(found.name, 30), step=f"{found.step:,}", steps=f"{found.steps:,}")


def problems(texts: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with training settings as they were typed: field to words."""
    try:
        TrainSettings.model_validate(_values(texts))
    except ValidationError as error:
        found: dict[str, str] = {}
        for one in error.errors():
            words = str(one["msg"]).removeprefix("Value error, ").partition(", unable to")[0]
            found.setdefault(str(one["loc"][0]) if one["loc"] else "", words)
        return found or {"": explain(error, TrainSettings)}
    return {}


def settings_of(texts: Mapping[str, str]) -> TrainSettings | None:
    """The training settings that were typed; nothing if something is wrong with them."""
    try:
        return TrainSettings.model_validate(_values(texts))
    except ValidationError:
        return None


def texts_of(config: Config) -> dict[str, str]:
    """The project's training settings as they are typed."""
    return {name: written(value) for name, value in config.train.model_dump().items()}


def written(value: Any) -> str:
    """A setting as it is typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (tuple, list)):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def clock(seconds: float) -> str:
    """`1:47`, `2:03:10`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _values(texts: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, as the model takes it; what was left empty is left to the model."""
    values: dict[str, Any] = {}
    for name, text in texts.items():
        if name in TrainSettings.model_fields and text.strip():
            kind = TrainSettings.model_fields[name].annotation
            parts = [part.strip() for part in text.split(",") if part.strip()]
            # A number out of a list of numbers is no text.
            choices = {str(choice): choice for choice in get_args(kind) if isinstance(choice, int)}
            one = choices.get(text.strip(), text.strip())
            values[name] = parts if kind == tuple[str, ...] else one
    return values


def _options(settings: Mapping[str, str]) -> list[str]:
    """Options of `curator train`; a setting without a value is its default."""
    options: list[str] = []
    checked = settings_of(settings)
    for name, text in settings.items():
        if name == MODEL:
            options += ["--model", text]
        else:
            value = getattr(checked, name) if checked is not None and text.strip() else None
            options += ["--set", f"train.{name}={'' if value is None else json.dumps(value)}"]
    return options
