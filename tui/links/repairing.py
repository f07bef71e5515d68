"""What a repair would change, as a page shows it."""

from __future__ import annotations

from typing import NamedTuple

from curator.checking import Repair
from curator.project import Project

_SHOWN = 12


class Previewed(NamedTuple):
    """The changes of a repair."""

    first: list[Repair]
    """A few of them."""
    total: int
    """How many records would change."""


def preview(project: Project, check_id: str) -> Previewed:
    """Work out what repairing what a check found would change; reads all records that it found something in."""
    first: list[Repair] = []
    total = 0
    for repair in project.fixer([check_id]).preview(None):
        total += 1
        if len(first) < _SHOWN:
            first.append(repair)
    return Previewed(first, total)
