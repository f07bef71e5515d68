"""Writing an export: the files, their manifest and their card, all of it or nothing."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO

from curator.errors import CuratorError, NotFound, explained
from curator.export import card
from curator.export.manifest import FileEntry, Manifest
from curator.export.rows import Placed
from curator.files import draft_folder, publish, write_atomically
from curator.records import SPLITS, Frozen, Row

MANIFEST = "manifest.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Export(Frozen):
    """A finished export."""

    path: Path
    manifest: Manifest


class _Writer:
    """One file on its way to disk, counted and hashed as it grows."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()
        self._bytes = 0
        self._rows = 0
        self._labels: Counter[str] = Counter()

    def write(self, row: Row) -> None:
        line = (row.model_dump_json(exclude_defaults=True) + "\n").encode("utf-8")
        self._stream.write(line)
        self._hash.update(line)
        self._bytes += len(line)
        self._rows += 1
        if label := getattr(row, "label", ""):
            self._labels[label] += 1

    def entry(self) -> FileEntry:
        return FileEntry(
            rows=self._rows,
            bytes=self._bytes,
            sha256=self._hash.hexdigest(),
            labels=dict(sorted(self._labels.items())),
        )


def write(exports: Path, name: str, rows: Iterable[Placed], manifest: Manifest, held: Counter[str]) -> Export:
    """Write `exports/NAME/`; without a name it is called after its content, so equal content is found again.

    Args:
        exports: The project's folder of exports.
        name: What to call it, or nothing.
        rows: The rows with their sides; consumed once.
        manifest: Everything about the export but its files and held-back records.
        held: Filled by `rows` while they are consumed.

    Raises:
        CuratorError: nothing to export, the name is taken by other content, or the disk does not want it.
    """
    check_name(name)
    with draft_folder(exports, "write the export") as draft:
        entries = _write_files(draft, rows)
        if not entries:
            raise CuratorError("There is nothing to export.", _why_empty(held))
        target = exports / (name or _name_by_content(entries))
        full = manifest.model_copy(
            update={"name": target.name, "files": entries, "held_back": dict(sorted(held.items()))}
        )
        if target.exists() and load(target).manifest.files != entries:
            raise CuratorError(f"There is an export {name} with other rows already.", "Choose another name.")
        write_atomically(draft / MANIFEST, full.model_dump_json(indent=2) + "\n", "write the manifest")
        write_atomically(draft / "README.md", card.render(full), "write the dataset card")
        publish(draft, target)
    return Export(path=target, manifest=full)


def load(path: Path) -> Export:
    """Read an export's manifest.

    Raises:
        NotFound: there is no export.
    """
    if not (path / MANIFEST).is_file():
        raise NotFound(f"There is no export {path.name}.", "Make one with `curator export`.")
    with explained("read the export", path):
        return Export(path=path, manifest=Manifest.model_validate_json((path / MANIFEST).read_bytes()))


def check_name(name: str) -> None:
    """Refuse names that would not be a plain folder name.

    Raises:
        CuratorError: it is not.
    """
    if name and not _NAME.fullmatch(name):
        raise CuratorError(
            f"{name!r} cannot be a name.", "Use letters, digits, dots, dashes and underscores."
        )


def _write_files(folder: Path, rows: Iterable[Placed]) -> dict[str, FileEntry]:
    writers: dict[str, _Writer] = {}
    streams: list[IO[bytes]] = []
    try:
        for placed in rows:
            if placed.split not in writers:
                streams.append((folder / f"{placed.split}.jsonl").open("wb"))
                writers[placed.split] = _Writer(streams[-1])
            writers[placed.split].write(placed.row)
    finally:
        for stream in streams:
            stream.close()
    return {f"{side}.jsonl": writers[side].entry() for side in SPLITS if side in writers}


def _name_by_content(entries: Mapping[str, FileEntry]) -> str:
    return (
        "data-" + hashlib.sha256("".join(entry.sha256 for entry in entries.values()).encode()).hexdigest()[:8]
    )


def _why_empty(held: Counter[str]) -> str:
    if held.get("no split"):
        return "No record has a split yet: run `curator split` first."
    reasons = ", ".join(f"{count} {reason}" for reason, count in held.items())
    return (
        f"Every record is held back: {reasons}."
        if reasons
        else "Import records first, with `curator import`."
    )
