"""What a run learns beside its own export, as its settings name it: other exports, and general examples."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from curator.config import TrainSettings
from curator.errors import CuratorError
from curator.export import folder
from curator.export.folder import MANIFEST, Export
from curator.export.manifest import CANONICAL
from curator.train.args import Part, Replay
from curator.train.rows import replay

_READ = ("train.jsonl", "test.jsonl")
"""What is read of another export: what is learned, and what must not be."""
_MOST = 100.0


class Mix(NamedTuple):
    """What a run learns."""

    weight: float
    """Weight of its own export."""
    parts: tuple[Part, ...]
    replay: Replay | None


def mix_of(settings: TrainSettings, root: Path, own: Export) -> Mix:
    """What the settings of a run name.

    Args:
        settings: Their `mix`, `replay` and `replay_from`.
        root: The project's folder; names of exports and relative paths are looked for there first.
        own: The run's own export. Where the mix names it, that is its weight.

    Raises:
        CuratorError: an export is missing, changed, named twice or in another format; or a weight is no weight.
    """
    weight, names = 1.0, {own.path.name}
    parts: list[Part] = []
    for export, weight_of in _named(settings, root):
        if export.manifest.files == own.manifest.files:
            weight = weight_of
            continue
        parts.append(_part(export, weight_of, _free(export.manifest.name, names)))
        names.add(parts[-1].name)
    return Mix(weight, tuple(parts), _replay(settings, root))


def require_mixable(settings: TrainSettings, root: Path) -> None:
    """What can be told of a mix before there is an export of the run's own.

    Raises:
        CuratorError: as `mix_of`.
    """
    _named(settings, root)
    _replay(settings, root)


def _named(settings: TrainSettings, root: Path) -> list[tuple[Export, float]]:
    """The exports that a mix names, each with its weight."""
    found: dict[Path, tuple[Export, float]] = {}
    for entry in settings.mix:
        name, weight = _entry(entry)
        export = _export(_place(name, root))
        if export.path in found:
            raise CuratorError(f"The mix names the export {name} twice.", "Give it one weight.")
        found[export.path] = (export, weight)
    return list(found.values())


def _entry(text: str) -> tuple[str, float]:
    """`faq=2` as name and weight; without a weight it is 1."""
    name, sign, last = text.rpartition("=")
    try:
        weight = float(last) if sign else 1.0
    except ValueError:
        name, weight = text, 1.0
    if not 0 < weight <= _MOST:
        raise CuratorError(
            f"{last} is no weight for the export {name}.", f"Weights are above 0 and at most {_MOST:g}."
        )
    return (name if sign and name else text), weight


def _place(name: str, root: Path) -> Path:
    """An export of the project by its name; else a path, as seen from the project or from here."""
    given = Path(name).expanduser()
    places = (root / "exports" / name, root / given, given)
    return next((place for place in places if place.exists()), given).resolve()


def _export(path: Path) -> Export:
    """An export that can be learned from.

    Raises:
        CuratorError: there is none, it has changed, or it is in another format.
    """
    export = folder.load(path)
    if export.manifest.format != CANONICAL:
        raise CuratorError(
            f"The export {path.name} is in the format {export.manifest.format}; tuning reads {CANONICAL}.",
            "Export the records once more, without --format.",
        )
    if "train.jsonl" not in export.manifest.files:
        raise CuratorError(f"The export {path.name} has no training rows.", "Leave it out of the mix.")
    folder.verify(export)
    return export


def _part(export: Export, weight: float, name: str) -> Part:
    manifest = export.manifest
    return Part(
        name=name,
        path=str(export.path),
        sha256={file: manifest.files[file].sha256 for file in _READ if file in manifest.files},
        kind=manifest.kind,
        labels=manifest.labels,
        system=manifest.system,
        weight=weight,
    )


def _free(name: str, taken: Iterable[str]) -> str:
    """The name, or with a number behind it where another export has it."""
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found


def _replay(settings: TrainSettings, root: Path) -> Replay | None:
    if not settings.replay:
        if settings.replay_from:
            raise CuratorError(
                "train.replay_from names general examples, but train.replay is 0: none would be learned.",
                "Set their share, such as train.replay=0.2, or leave train.replay_from out.",
            )
        return None
    if not settings.replay_from:
        return replay.source("")
    place = _place(settings.replay_from, root)
    if place.is_dir() and (place / MANIFEST).is_file():
        manifest = _export(place).manifest
        return replay.source(str(place / "train.jsonl"), manifest.labels, manifest.system)
    if not place.is_file():
        raise CuratorError(
            f"There are no general examples at {settings.replay_from}.", "Name an export or a JSONL file."
        )
    return replay.source(str(place))
