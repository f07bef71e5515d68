"""Writing an export: the files, their manifest and their card, all of it or nothing."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import ValidationError

from curator.errors import CuratorError, NotFound, explained
from curator.export import card
from curator.export.formats import FORMATS, named
from curator.export.manifest import CANONICAL, FileEntry, Manifest
from curator.export.rows import Placed
from curator.export.writing import Progress, Written, write_rows
from curator.files import draft_folder, publish, sha256, write_atomically
from curator.records import Frozen

MANIFEST = "manifest.json"
CARD = "README.md"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Export(Frozen):
    """A finished export."""

    path: Path
    manifest: Manifest


class Place(Frozen):
    """Where an export goes."""

    exports: Path
    """The project's folder of exports."""
    name: str = ""
    """What to call it; without a name it is called after its content, so that equal content is found again."""
    out: Path | None = None
    """Another folder to be the export itself."""

    @property
    def parent(self) -> Path:
        """The folder that the export stands in."""
        return self.exports if self.out is None else self.out.parent


def write(
    place: Place, rows: Iterable[Placed], manifest: Manifest, held: Counter[str], progress: Progress
) -> Export:
    """Write an export.

    Args:
        place: Where to.
        rows: The rows with their sides; consumed once.
        manifest: Everything about the export but its files and held-back records.
        held: Filled by `rows` while they are consumed.
        progress: Told how many rows were taken so far.

    Raises:
        CuratorError: nothing to export, the place is taken by something else, or the disk does not want it.
    """
    check_name(place.name)
    chosen = named(manifest.format)
    with draft_folder(place.parent, "write the export") as draft:
        written = write_rows(draft, manifest.kind, chosen, manifest.system, rows, progress)
        held.update(written.held)
        if not written.files:
            raise CuratorError("There is nothing to export.", _why_empty(held, manifest, bool(written.held)))
        name = place.name or _name_by_content(manifest.format, written.files)
        target = place.out or place.exports / name
        full = _completed(manifest, name, written, held)
        chosen.finish(draft, full, chosen.columns[full.kind])
        full = full.model_copy(update={"others": _others(draft, full.files)})
        _describe(draft, full)
        _put(draft, target, full)
    return Export(path=target, manifest=full)


def load(path: Path) -> Export:
    """Read an export's manifest.

    Raises:
        NotFound: there is no export.
        CuratorError: its manifest cannot be read.
    """
    if not (path / MANIFEST).is_file():
        raise NotFound(f"There is no export {path.name}.", "Make one with `curator export`.")
    with explained("read the export", path):
        raw = (path / MANIFEST).read_bytes()
    try:
        return Export(path=path, manifest=Manifest.model_validate_json(raw))
    except ValidationError as error:
        raise CuratorError(
            f"{path / MANIFEST} is no manifest of an export, or one of a newer version.",
            "Export the data again.",
        ) from error


def verify(export: Export) -> None:
    """The files are those that the manifest tells of.

    Raises:
        CuratorError: one is missing or has changed.
    """
    known = {name: entry.sha256 for name, entry in export.manifest.files.items()} | export.manifest.others
    for name, expected in known.items():
        path = export.path / name
        inside = path.resolve().is_relative_to(export.path.resolve())
        if not inside or not path.is_file() or sha256(path) != expected:
            raise CuratorError(f"{path} is not the file that was exported.", "Export the data again.")


def check_name(name: str) -> None:
    """Refuse names that would not be a plain folder name.

    Raises:
        CuratorError: it is not.
    """
    if name and not _NAME.fullmatch(name):
        raise CuratorError(
            f"{name!r} cannot be a name.", "Use letters, digits, dots, dashes and underscores."
        )


def _completed(manifest: Manifest, name: str, written: Written, held: Counter[str]) -> Manifest:
    return manifest.model_copy(
        update={
            "name": name,
            "files": written.files,
            "held_back": {reason: count for reason, count in sorted(held.items()) if count},
            "adapted": dict(sorted(written.adapted.items())),
        }
    )


def _others(draft: Path, files: Mapping[str, FileEntry]) -> dict[str, str]:
    names = sorted(str(path.relative_to(draft)) for path in draft.rglob("*") if path.is_file())
    return {name: sha256(draft / name) for name in names if name not in files}


def _describe(draft: Path, manifest: Manifest) -> None:
    write_atomically(draft / MANIFEST, manifest.model_dump_json(indent=2) + "\n", "write the manifest")
    write_atomically(draft / CARD, card.render(manifest), "write the dataset card")


def _put(draft: Path, target: Path, manifest: Manifest) -> None:
    """Move a draft to its place; where the same rows lie already, they are renewed file by file."""
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        publish(draft, target)
        return
    if not (target / MANIFEST).is_file():
        raise CuratorError(f"{target} exists already and is no export.", "Choose another name or folder.")
    there = load(target).manifest
    if (there.format, there.files) != (manifest.format, manifest.files):
        raise CuratorError(
            f"There is an export {target.name} with other rows or in another format already.",
            "Choose another name.",
        )
    # Whatever else the user keeps in the folder stays.
    for path in sorted(draft.rglob("*"), key=lambda path: path.name == MANIFEST):
        if path.is_file():
            (target / path.relative_to(draft)).parent.mkdir(parents=True, exist_ok=True)
            path.replace(target / path.relative_to(draft))


def _name_by_content(format_name: str, entries: Mapping[str, FileEntry]) -> str:
    content = hashlib.sha256("".join(entry.sha256 for entry in entries.values()).encode()).hexdigest()
    return f"{'data' if format_name == CANONICAL else format_name}-{content[:8]}"


def _why_empty(held: Counter[str], manifest: Manifest, unfit: bool) -> str:
    kind = manifest.kind
    if manifest.query and not held.total():
        return f"No record fits the query {manifest.query}."
    if held.get("no split"):
        return "No record has a split yet: run `curator split` first."
    reasons = ", ".join(f"{count} {reason}" for reason, count in held.items() if count)
    other = [name for name, chosen in FORMATS.items() if kind in chosen.columns] if unfit else []
    hint = f" Other formats: {', '.join(other)}." if other else ""
    return (
        f"Every record is held back: {reasons}.{hint}"
        if reasons
        else "Import records first, with `curator import`."
    )
