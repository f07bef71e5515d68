"""Whether the first row of a table names its columns, and what they are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from curator.formats.aliases import ALIASES, SHAPE_ALIASES, bare

_USUAL = frozenset(
    bare(name)
    for names in (*(names for fields in ALIASES.values() for names in fields.values()), *SHAPE_ALIASES.values(),
                  ("id", "name", "date", "time", "url", "source", "split", "lang", "language"))
    for name in names
)  # fmt: skip
_LONG = 60
_KINDS = (
    re.compile(r"[-+]?(?:\d[\d ,.']*)?\d(?:[eE][-+]?\d+)?\s*[%€$£¥₽]?|[-+]?(?:nan|inf)", re.IGNORECASE),
    re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}(?:[T ].*)?|\d{1,2}:\d\d(?::\d\d.*)?"),
    re.compile(r"true|false|yes|no", re.IGNORECASE),
)
"""Numbers, dates and truth values: cells that are data, and hardly ever names."""


def is_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row differs from those below as names differ from data; a table is thought to have names.

    A cell that comes again in its column decides against it, else a usual name for it; else every column has a vote.
    """
    first, below = rows[0], [row for row in rows[1:] if row != rows[0]]
    columns = [
        [row[place] for row in below if place < len(row) and row[place]] for place in range(len(first))
    ]
    if any(cell and cell in column for cell, column in zip(first, columns, strict=True)):
        return False
    if any(map(is_usual, first)):
        return True
    if not below:
        return not any(map(_kind, first))
    return sum(_vote(cell, column) for cell, column in zip(first, columns, strict=True)) >= 0


def is_usual(name: str) -> bool:
    """Whether columns are often called so."""
    return bare(name) in _USUAL


def unique(cells: Iterable[str]) -> tuple[str, ...]:
    """Names for columns: the nameless are called `column_2`, a name that comes again `text_3`."""
    names: dict[str, None] = {}
    for number, cell in enumerate(cells, start=1):
        name = cell.strip() or f"column_{number}"
        while name in names:
            name = f"{name}_{number}"
        names[name] = None
    return tuple(names)


def numbered(count: int) -> tuple[str, ...]:
    """Names for the columns of a table that names none: `column_1`, `column_2`."""
    return tuple(f"column_{number}" for number in range(1, count + 1))


def _vote(cell: str, column: Sequence[str]) -> int:
    """1 when a cell looks like the name of what stands below it, -1 when it looks like more of the same."""
    if not column:
        return 0
    kinds = {_kind(value) for value in column}
    if len(kinds) == 1 and kinds != {0}:
        return -1 if _kind(cell) in kinds else 1
    if len(cell) > _LONG or len(cell.split()) > 3 or "\n" in cell:
        return -1
    usual_length = sorted(map(len, column))[len(column) // 2]
    return 1 if usual_length > 3 * len(cell) + 10 else 0


def _kind(cell: str) -> int:
    """Which of the kinds of data a cell is, from 1; 0 when it is text."""
    stripped = cell.strip()
    return next((number for number, kind in enumerate(_KINDS, start=1) if kind.fullmatch(stripped)), 0)
