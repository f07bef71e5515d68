"""What the first lines of a table say about all of it: its marks, its header, its columns."""

from __future__ import annotations

from collections.abc import Sequence

from curator.formats import dialect, header
from curator.formats.base import Layout

_ROWS = 200
"""Rows that are looked at for a header."""
_ALIKE = 0.95


def described(
    layout: Layout,
    lines: Sequence[str],
    delimiters: Sequence[str] = dialect.DELIMITERS,
    is_ours: bool = False,
) -> Layout:
    """The layout of a table that begins with these lines; one that `is_ours` is written as we write, if it can be."""
    usual = dialect.usual(lines) if is_ours else None
    best = usual or dialect.fit(lines, delimiters)
    rows = best.rows[:_ROWS]
    above = _rows_above(rows) if best.width > 1 else 0
    named = usual is not None or (bool(rows) and header.is_header(rows[above:]))
    return layout.model_copy(
        update={
            **best.dialect._asdict(),
            "above": _lines_above(lines, above) if named else 0,
            "header": named,
            "columns": _columns(rows[above:]) if named else header.numbered(max(map(len, rows), default=0)),
        }
    )


def is_table(lines: Sequence[str], strict: bool) -> bool:
    """Whether lines of which nothing is known are a table.

    They are when all rows are of one width and the first has usual names; tabs will do instead, unless `strict`.
    """
    for delimiter in dialect.DELIMITERS:
        found = dialect.fit(lines, (delimiter,))
        alike = sum(len(row) == found.width for row in found.rows)
        if found.width < 2 or len(found.rows) < 2 or alike < _ALIKE * len(found.rows):
            continue
        names = found.rows[0]
        if len(names) == found.width and any(map(header.is_usual, names)):
            return True
        if delimiter == "\t" and len(found.rows) > 2 and not strict:
            return True
    return False


def _rows_above(rows: Sequence[Sequence[str]]) -> int:
    """Rows of a single cell with which the table begins: a title, a comment."""
    return next((place for place, row in enumerate(rows) if sum(map(bool, row)) > 1), 0)


def _lines_above(lines: Sequence[str], rows: int) -> int:
    passed = 0
    for number, line in enumerate(lines):
        if passed == rows:
            return number if rows else 0
        passed += bool(line.strip())
    return 0


def _columns(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The names in the first row; where all rows have one cell more, it is the first that is nameless."""
    names, below = rows[0], rows[1:]
    longer = [row for row in below if len(row) == len(names) + 1]
    if len(below) > 1 and len(longer) >= _ALIKE * len(below) and any(row[-1] for row in longer):
        names = ["", *names]
    return header.unique(names)
