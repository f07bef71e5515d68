"""The runs of a project at a glance: how far each has come, and what it was worth; free of torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from curator.errors import CuratorError, explained
from curator.evaluate.scores import METRICS, SCORES
from curator.evaluate.verdict import Gain
from curator.records import Frozen
from curator.train import runs
from curator.train.args import RESULT, RUN, Event
from curator.train.processes import jobs

State = Literal["preparing", "training", "scoring", "created", "unfinished", "finished", "scored"]
GOING = ("preparing", "training", "scoring")
RESUMABLE = ("created", "unfinished")


class Score(Frozen):
    """What a scored run was worth in the metric that decides."""

    base: float
    """The base model's value."""
    tuned: float
    """The tuned model's value."""
    gain: Gain
    """The difference with its interval."""
    outcome: str
    """worth it, undecided or not worth it."""


class Overview(Frozen):
    """One run."""

    name: str
    """Name of the run."""
    state: State
    """preparing, training and scoring runs are going on; created and unfinished ones can be resumed."""
    created: str = ""
    """When it was asked for, ISO 8601; empty while it is being prepared."""
    model: str = ""
    """The base model as the user named it."""
    method: str = ""
    """How it is tuned."""
    step: int = 0
    """Optimizer steps done."""
    steps: int = 0
    """Optimizer steps of the whole run, 0 where not known."""
    score: Score | None = None
    """What it was worth, once scored."""
    problem: str = ""
    """Why it ended, if an error ended it."""
    remedy: str = ""
    """What to do about it."""


class _Failure(NamedTuple):
    problem: str = ""
    remedy: str = ""


def overviews(root: Path) -> list[Overview]:
    """All runs of a project, the newest first; damaged ones are left out.

    Raises:
        CuratorError: a file cannot be read.
    """
    found = [one for folder in (root / "runs").glob("*") if (one := overview(folder)) is not None]
    return sorted(found, key=lambda one: (one.state == "preparing", one.created, one.name), reverse=True)


def overview(run_dir: Path) -> Overview | None:
    """One run; nothing where a folder holds none.

    Raises:
        CuratorError: a file cannot be read.
    """
    going = jobs.is_going(run_dir)
    if not (run_dir / RUN).is_file():
        return Overview(name=run_dir.name, state="preparing") if going else None
    try:
        spec = runs.load(run_dir)
    except CuratorError:
        return None
    last = runs.newest_event(run_dir)
    step, steps = runs.steps_done(run_dir)
    state, score = _state(run_dir, going), _score(run_dir)
    failure = _failure(run_dir, last) if state in ("created", "unfinished", "finished") else _Failure()
    return Overview(
        name=spec.name,
        state="scored" if state == "finished" and score is not None else state,
        created=spec.created,
        model=spec.model,
        method=spec.train.method,
        step=step,
        steps=steps,
        score=score,
        problem=failure.problem,
        remedy=failure.remedy,
    )


def going_on(root: Path) -> Overview | None:
    """The run of a project that some process works on now."""
    folders = (root / "runs").glob("*")
    return next((found for path in folders if jobs.is_going(path) and (found := overview(path))), None)


def _state(run_dir: Path, going: bool) -> State:
    if (run_dir / RESULT).is_file():
        return "scoring" if going else "finished"
    if going:
        return "training"
    return "unfinished" if runs.steps_done(run_dir)[1] else "created"


def _failure(run_dir: Path, last: Event | None) -> _Failure:
    """The trainer's own words, or else those of the command that ran it."""
    if last is not None and last.event == "error":
        return _Failure(last.problem, last.remedy)
    error = jobs.failure(run_dir)
    return _Failure() if error is None else _Failure(error.problem, error.remedy)


def _score(run_dir: Path) -> Score | None:
    if not (run_dir / METRICS).is_file() or not (run_dir / SCORES).is_file():
        return None
    with explained("read the metrics", run_dir / METRICS):
        raw = (run_dir / METRICS).read_bytes()
    try:
        found: dict[str, Any] = json.loads(raw)
        gain = Gain.model_validate(found["gain"])
        base, tuned = (float(found["systems"][name][gain.metric]) for name in ("base", "tuned"))
        return Score(base=base, tuned=tuned, gain=gain, outcome=str(found["outcome"]))
    except (ValueError, KeyError, TypeError, ValidationError):
        return None
