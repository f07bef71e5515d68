"""Small tables of text, aligned by the cells that characters take."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from ..display import line

_GAP = 2
_LONGEST = 400
_ENOUGH = 32
"""Cells by which the lines of a table are told apart."""


def table(head: Sequence[str], rows: Sequence[Sequence[str]], width: int, left: int = 1) -> Content:
    """A table whose first columns are on the left and the others on the right; the very first gives way."""
    shown = [[line(cell, _LONGEST).plain for cell in row] for row in (head, *rows)]
    sizes = [max(cell_len(row[place]) for row in shown) for place in range(len(head))]
    rest = sum(sizes[1:]) + _GAP * (len(sizes) - 1)
    sizes[0] = max(min(sizes[0], width - rest), 6)
    lines = [(" " * _GAP).join(_cells(row, sizes, left)).rstrip() for row in shown]
    return Content("\n").join([Content.styled(lines[0], "dim"), *map(Content, lines[1:])])


def stacked(head: Sequence[str], rows: Sequence[Sequence[str]], width: int, nothing: str = "-") -> Content:
    """A table, or, where it is too wide, several below each other that all begin with the first column.

    A line of which one of them would say `nothing` alone is left out there.
    """
    parts: list[list[int]] = [[0]]
    for place in range(1, len(head)):
        if len(parts[-1]) > 1 and _needed(head, rows, [*parts[-1], place]) > width:
            parts.append([0])
        parts[-1].append(place)
    tables = []
    for part in parts:
        lines = [_only(row, part) for row in rows]
        told = [line_ for line_ in lines if set(line_[1:]) != {nothing}]
        tables.append(table(_only(head, part), told, width))
    return Content("\n\n").join(tables)


def _needed(head: Sequence[str], rows: Sequence[Sequence[str]], places: Sequence[int]) -> int:
    """Cells that some columns need; of the first, what is enough to know a line by."""
    first = min(natural_width(_only(head, [0]), [_only(row, [0]) for row in rows]), _ENOUGH)
    rest = natural_width(_only(head, places[1:]), [_only(row, places[1:]) for row in rows])
    return first + _GAP + rest


def _only(row: Sequence[str], places: Sequence[int]) -> list[str]:
    return [row[place] for place in places]


def natural_width(head: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Cells that a table needs to be shown whole."""
    sizes = [max(cell_len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    return sum(sizes) + _GAP * (len(sizes) - 1)


def fitted(text: str, size: int) -> str:
    """A text on one line that takes exactly so many cells."""
    return set_cell_size(line(text, max(size, 1)).plain, size)


def row_of(cells: Sequence[tuple[str, int]], width: int) -> Content:
    """Cells of given sizes on one line; a last one of size 0 takes what is left."""
    rest = max(width - sum(size + 1 for _, size in cells if size), 1)
    return Content(" ".join(fitted(text, size or rest) for text, size in cells))


def _cells(row: Sequence[str], sizes: Sequence[int], left: int) -> list[str]:
    first = [fitted(cell, size) for cell, size in zip(row[:left], sizes[:left], strict=True)]
    rest = zip(row[left:], sizes[left:], strict=True)
    return [*first, *(" " * (size - cell_len(cell)) + cell for cell, size in rest)]
