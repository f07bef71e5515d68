"""The link between the page of projects and the projects that lie on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from curator.config import FILE_NAME, load
from curator.errors import CuratorError
from curator.project import DATABASE

from . import recent

MOST_LOOKED_AT = 1000
"""Folders under the start folder that are looked into."""


class Known(NamedTuple):
    """A project as a row of the list."""

    root: Path
    used: float
    """When it was last opened or changed, in seconds since 1970; 0 if nobody knows."""
    kind: str = ""
    """Empty until it was looked into."""
    records: int = 0
    decided: int = 0
    problem: str = ""
    """Why it cannot be opened."""

    @property
    def name(self) -> str:
        """What people call it."""
        return self.root.name or str(self.root)


def base(start: Path) -> Path:
    """The folder in which projects lie side by side: this one, or the one above the project that it belongs to."""
    start = start.resolve()
    inside = next((folder for folder in (start, *start.parents) if _is_project(folder)), None)
    return start if inside is None else inside.parent


def known(start: Path) -> list[Known]:
    """The projects in a folder, right under it, and those opened last; the last used first."""
    opened = recent.load()
    roots = dict.fromkeys([*_here(start.resolve()), *(root for root in opened if _is_project(root))])
    found = [Known(root, max(opened.get(root, 0.0), _changed(root))) for root in roots]
    return sorted(found, key=lambda project: -project.used)


def looked_into(project: Known) -> Known:
    """The same project with its kind and how far it is; reads the database, which takes its time when it is large."""
    from curator.store import glance

    database = project.root / DATABASE
    try:
        kind = load(project.root / FILE_NAME).kind
        counts = glance.statuses(database) if database.is_file() else {}
    except CuratorError as error:
        return project._replace(problem=error.problem)
    records = sum(counts.values())
    return project._replace(kind=kind, records=records, decided=records - counts.get("new", 0))


def _here(start: Path) -> Iterator[Path]:
    if _is_project(start):
        yield start
    with suppress(OSError), os.scandir(start) as entries:
        for place, entry in enumerate(entries):
            if place >= MOST_LOOKED_AT:
                return
            if not entry.name.startswith(".") and _is_project(Path(entry.path)):
                yield Path(entry.path)


def _is_project(root: Path) -> bool:
    with suppress(OSError, ValueError):
        return (root / FILE_NAME).is_file()
    return False


def _changed(root: Path) -> float:
    times = [0.0]
    for name in (DATABASE, f"{DATABASE}-wal", FILE_NAME):
        with suppress(OSError):
            times.append((root / name).stat().st_mtime)
    return max(times)
