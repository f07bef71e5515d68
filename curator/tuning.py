"""The runs of a project: prepared from its records and settings, found again by name."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from curator.config import Config, TrainSettings, with_values
from curator.errors import CuratorError, NotFound
from curator.evaluate.answers.adherence import Form
from curator.evaluate.power import SmallestGain, smallest_gain
from curator.export.folder import Export, check_name
from curator.export.manifest import CANONICAL
from curator.mixing import mix_of, require_mixable
from curator.project import Project
from curator.train import planning, runs
from curator.train.args import RUN, RunSpec
from curator.train.estimates import estimate as estimates
from curator.train.estimates.estimate import Estimate
from curator.train.loop import trackers
from curator.train.models import faults
from curator.train.planning import Plan

_NEEDED = ("torch", "transformers", "peft", "accelerate")


class Outlook(Estimate):
    """What a run will need, what it will cost, and what its test can show."""

    price_per_hour: float | None
    """What an hour costs, in the currency of whoever asks."""
    cost: float | None
    """What the run costs; nothing without a price, or without a time."""
    test_rows: int
    """Rows that it will be judged by."""
    smallest_gain: SmallestGain
    """The smallest gain that they can show."""


def prepare(project: Project, name: str, export: Export, assignments: Sequence[tuple[str, str]]) -> Path:
    """Make the folder of a new run; without a name it is run-1, run-2 and so on.

    Args:
        project: Whose records.
        name: Name of the run, or nothing.
        export: What it is trained and tested on.
        assignments: Settings for this run alone, as dotted keys with values (`train.epochs`, `2`).

    Raises:
        CuratorError: a setting, the model, the name or the declared form of answers cannot be used, or the libraries
            are missing.
    """
    config = require_usable(project, name, assignments)
    _check_export(export, config.train)
    folder = project.root / "runs" / (name or next_name(project.root))
    runs.create(folder, _spec(config, project.root, folder.name, export))
    return folder


def require_usable(project: Project, name: str, assignments: Sequence[tuple[str, str]]) -> Config:
    """What can be told of a new run before records are split and exported for it; its settings, whole.

    Raises:
        CuratorError: the name, a setting, the model, the mix or the declared form of answers cannot be used, or the
            libraries are missing.
    """
    check_name(name)
    config = with_values(project.config, assignments)
    require_libraries()
    trackers.require(config.train.report_to)
    Form.of(config.evaluate, project.root)
    require_mixable(config.train, project.root)
    faults.require_readable(runs.resolve_model(config.model))
    if name:
        runs.require_new(project.root / "runs" / name)
    return config


def plan(project: Project, assignments: Sequence[tuple[str, str]]) -> Plan:
    """What a run with these settings would do; nothing of it is kept.

    Raises:
        CuratorError: there is no split yet, or a setting, the model or the data cannot be used.
    """
    with _tried(project, assignments) as (spec, folder, _):
        return planning.plan(spec, folder)


def estimate(
    project: Project, assignments: Sequence[tuple[str, str]], price_per_hour: float | None = None
) -> Outlook:
    """What a run with these settings would need and cost, and what its test could show; nothing of it is kept.

    Without a price, that of the settings is taken.

    Raises:
        CuratorError: there is no split yet, or a setting, the model or the data cannot be used.
    """
    with _tried(project, assignments) as (spec, folder, test_rows):
        runs.create(folder, spec)
        found = estimates.estimate(spec, folder)
    price = spec.train.price_per_hour if price_per_hour is None else price_per_hour
    return Outlook(
        **dict(found),
        price_per_hour=price,
        cost=None if found.time is None or price is None else found.time.total_seconds / 3600 * price,
        test_rows=test_rows,
        smallest_gain=smallest_gain(project.root, spec.kind, test_rows),
    )


@contextmanager
def _tried(project: Project, assignments: Sequence[tuple[str, str]]) -> Iterator[tuple[RunSpec, Path, int]]:
    """A run that is thrown away afterwards: what it is told, its folder, and how many rows test it.

    Raises:
        CuratorError: there is no split yet, or a setting, the model or the data cannot be used.
    """
    config = require_usable(project, "", assignments)
    if not project.is_split():
        raise CuratorError(
            "The records are not split yet, so it cannot be told which of them would be learned.",
            "Split them with `curator split`; `curator train` does it too, with the settings of the project.",
        )
    with TemporaryDirectory(prefix="curator-") as kept:
        export = project.export(out=Path(kept) / "export")
        _check_export(export, config.train)
        # No tracker is told of a run that will not be.
        quiet = config.model_copy(update={"train": config.train.model_copy(update={"report_to": ()})})
        spec = _spec(quiet, project.root, "plan", export)
        yield spec, Path(kept), export.manifest.files["test.jsonl"].rows


def next_name(root: Path) -> str:
    """The name that the next run of a project gets when nobody names it."""
    number = 1
    while (root / "runs" / f"run-{number}" / RUN).exists():
        number += 1
    return f"run-{number}"


def folder_of(project: Project, name: str) -> Path:
    """The folder of a run; without a name, of the newest that can be read.

    Raises:
        NotFound: there is no such run, or none at all.
    """
    check_name(name)
    folders = _folders(project.root)
    if not folders:
        raise NotFound("This project has no run yet.", "Start one with `curator train`.")
    if not name:
        return _newest(folders)
    folder = project.root / "runs" / name
    if folder not in folders:
        raise NotFound(f"There is no run {name}.", f"Runs: {', '.join(path.name for path in folders)}.")
    return folder


def unreadable(project: Project) -> list[str]:
    """The runs whose run.json is not what a run writes, by name."""
    return [folder.name for folder in _folders(project.root) if _created(folder) is None]


def _newest(folders: Sequence[Path]) -> Path:
    made = {folder: created for folder in folders if (created := _created(folder)) is not None}
    if not made:
        raise NotFound(
            f"No {RUN} of this project's runs can be read: {', '.join(path.name for path in folders)}.",
            "Name one of them to be told what is wrong with it, or start another with `curator train`.",
        )
    return max(made, key=made.__getitem__)


def require_libraries(*more: str) -> None:
    """Refuse early, and in words, when the libraries for tuning, or `more` of them, are not installed.

    Raises:
        CuratorError: one is missing.
    """
    missing = [name for name in (*_NEEDED, *more) if importlib.util.find_spec(name) is None]
    if missing:
        raise CuratorError(
            f"Tuning and scoring need {', '.join(missing)}.",
            "Install it with: pip install 'curator-sft[train]'",
        )


def _check_export(export: Export, settings: TrainSettings) -> None:
    if export.manifest.format != CANONICAL:
        raise CuratorError(
            f"The export {export.manifest.name} is in the format {export.manifest.format}; tuning reads {CANONICAL}.",
            "Export the records once more, without --format.",
        )
    for side in ("train.jsonl", "test.jsonl"):
        if side not in export.manifest.files:
            raise CuratorError(
                f"There is no row in {side.removesuffix('.jsonl')}, so there is nothing to "
                + ("learn from." if side.startswith("train") else "judge the tuning by."),
                "Import more records, or change the shares: `curator split --test .2 --fresh`.",
            )
    validation = export.manifest.files.get("validation.jsonl")
    runs.require_validation(settings, 0 if validation is None else validation.rows)


def _spec(config: Config, root: Path, name: str, export: Export) -> RunSpec:
    mix = mix_of(config.train, root, export)
    return RunSpec(
        name=name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        kind=config.kind,
        labels=export.manifest.labels,
        system=export.manifest.system,
        model=config.model,
        model_path=runs.resolve_model(config.model),
        export_path=str(export.path.resolve()),
        export_sha256=runs.hash_export(export.path),
        weight=mix.weight,
        parts=mix.parts,
        replay=mix.replay,
        train=config.train,
        evaluate=config.evaluate,
    )


def _folders(root: Path) -> list[Path]:
    return sorted(path.parent for path in (root / "runs").glob(f"*/{RUN}"))


def _created(folder: Path) -> tuple[str, float] | None:
    """What runs are ordered by; nothing for one that cannot be read."""
    try:
        return runs.load(folder).created, (folder / RUN).stat().st_mtime
    except CuratorError:
        return None
