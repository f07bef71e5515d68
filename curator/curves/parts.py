"""The runs of a learning curve: ordinary runs on nested parts of the training rows, made once and found again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from curator import tuning
from curator.config import Config, TrainSettings, with_values
from curator.errors import CuratorError
from curator.evaluate.scores import METRICS, SCORES
from curator.export.folder import Export
from curator.export.subsets import subset
from curator.project import Project
from curator.records import SPLITS, Row, Split
from curator.train import runs
from curator.train.args import RESULT, RUN
from curator.train.rows.data import read_rows

State = Literal["new", "unfinished", "unscored", "scored"]

SPARING = (("evaluate.few_shot", "0"), ("evaluate.retrieved", "0"), ("evaluate.memorisation_windows", "0"))
"""A curve asks the tuned model; rivals would be asked the same again for each part."""


_ASIDE = {"price_per_hour", "report_to", "processes", "shard"}
"""Settings of a run that change nothing of what comes of it."""


class Part(NamedTuple):
    """One run of a curve."""

    name: str
    """Name of the run."""
    percent: int
    """Share of the training rows."""
    seed: int
    """Draws the rows, and is the run's `train.seed`."""
    rows: int
    """Training rows."""
    export: Export
    """The rows that it learns from, and those that it is judged by."""
    folder: Path
    """Where the run lies, or will."""

    @property
    def state(self) -> State:
        """How far the run has come."""
        if not (self.folder / RUN).is_file():
            return "new"
        if not (self.folder / RESULT).is_file():
            return "unfinished"
        scored = (self.folder / METRICS).is_file() and (self.folder / SCORES).is_file()
        return "scored" if scored else "unscored"


class Plan(NamedTuple):
    """The runs of a curve and how they are made."""

    parts: tuple[Part, ...]
    """The smallest first."""
    config: Config
    """The settings of all of them, but for the seed."""
    assignments: tuple[tuple[str, str], ...]
    """What in these settings is not the project's."""


def plan(
    project: Project, name: str, percents: Sequence[int], seeds: int, assignments: Sequence[tuple[str, str]]
) -> Plan:
    """Make the exports of a curve, and find the runs of it that are there.

    Args:
        project: A project that is split.
        name: What the runs' names begin with.
        percents: Shares of the training rows, from 1 to 100; at least two.
        seeds: Runs for each share, each with other rows.
        assignments: Settings of these runs, as dotted keys with values.

    Raises:
        CuratorError: there is no split, or a run of such a name was made otherwise.
    """
    if not project.is_split():
        raise CuratorError(
            "The records are not split yet, so there is nothing to take parts of.",
            "Split them with `curator split`.",
        )
    wanted = (*SPARING, *assignments)
    config = with_values(project.config, wanted)
    export = project.export()
    rows: Mapping[Split, Sequence[Row]] = {side: read_rows(export.path, config.kind, side) for side in SPLITS}
    parts = []
    for percent in sorted(set(percents)):
        for number in range(seeds):
            seed = config.train.seed + number
            own = subset(export, dict(rows), percent, seed, project.root / "exports")
            title = f"{name}-{percent}" + (f"-seed-{number + 1}" if number else "")
            count = own.manifest.files["train.jsonl"].rows
            parts.append(Part(title, percent, seed, count, own, project.root / "runs" / title))
    for part in parts:
        _refuse_other(part, config)
    return Plan(tuple(parts), config, wanted)


def prepare(project: Project, part: Part, plan: Plan) -> Path:
    """Make the folder of a part that is new; returns it in any case.

    Raises:
        CuratorError: a setting or the model cannot be used.
    """
    if part.state != "new":
        return part.folder
    seeded = [*plan.assignments, ("train.seed", str(part.seed))]
    return tuning.prepare(project, part.name, part.export, seeded)


def _refuse_other(part: Part, config: Config) -> None:
    """A run that is there is one of this curve.

    Raises:
        CuratorError: it was made with other rows or settings.
    """
    if part.state == "new":
        return
    spec = runs.load(part.folder)
    train = config.train.model_copy(update={"seed": part.seed})
    here = (spec.export_sha256, spec.model, _deciding(spec.train), spec.evaluate)
    if here != (runs.hash_export(part.export.path), config.model, _deciding(train), config.evaluate):
        raise CuratorError(
            f"The run {part.name} was made with other rows or settings than this curve.",
            "Give this curve a name of its own, such as --name longer, or remove that run.",
        )


def _deciding(settings: TrainSettings) -> dict[str, Any]:
    return settings.model_dump(exclude=_ASIDE)
