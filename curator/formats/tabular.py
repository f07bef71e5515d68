"""CSV and its relatives: comma, semicolon, tab or bar between the cells, the first row the header."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from typing import IO

from curator.formats.base import Layout, Row, Unreadable, encoded, encoding_error, text_lines

DELIMITERS = (",", ";", "\t", "|")

csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


class _Remembered:
    """Lines on their way into the parser, so that a row's own lines can be told afterwards."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.taken.append(line)
        self.number += 1
        return line

    def take(self) -> tuple[int, str]:
        """Where the last row began, and its text."""
        start = self.number - len(self.taken) + 1
        text = "".join(self.taken)
        self.taken = []
        return start, text


def read(stream: IO[bytes], layout: Layout) -> Iterator[Row | Unreadable]:
    """Every row below the header; the header names the columns."""
    lines = _Remembered(text_lines(stream, layout.encoding))
    parser = csv.reader(lines, delimiter=layout.delimiter, strict=True)
    next((cells for cells in parser if any(cells)), None)
    lines.take()
    yield from _rows(parser, lines, layout)


def read_bare(stream: IO[bytes], layout: Layout) -> Iterator[Row | Unreadable]:
    """Rows without a header of their own; `layout.columns` names the columns."""
    lines = _Remembered(text_lines(stream, layout.encoding))
    yield from _rows(csv.reader(lines, delimiter=layout.delimiter, strict=True), lines, layout)


def header(first_lines: Iterable[str], delimiter: str) -> tuple[str, ...]:
    """The names in the first row; the nameless are called column_2, a name that comes again text_3."""
    try:
        cells = next(csv.reader(first_lines, delimiter=delimiter, strict=False), [])
    except csv.Error:
        cells = []
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        name = cell.strip() or f"column_{number}"
        names.append(f"{name}_{number}" if name in names else name)
    return tuple(names)


def guess_delimiter(line: str) -> str:
    """The delimiter that cuts the header into most cells."""
    return max(DELIMITERS, key=lambda delimiter: len(header([line], delimiter)))


def _rows(parser: Iterator[list[str]], lines: _Remembered, layout: Layout) -> Iterator[Row | Unreadable]:
    while True:
        try:
            cells = next(parser)
        except StopIteration:
            return
        except csv.Error as error:
            line, text = lines.take()
            reason = (
                "a quotation mark opens here and never closes" if "end of data" in str(error) else str(error)
            )
            yield Unreadable(line, reason, encoded(text.rstrip("\r\n"), layout.encoding))
            continue
        line, text = lines.take()
        if cells:
            yield _row(line, text, cells, layout)


def _row(line: int, text: str, cells: list[str], layout: Layout) -> Row | Unreadable:
    raw = encoded(text.rstrip("\r\n"), layout.encoding)
    if reason := encoding_error(text, layout.encoding):
        return Unreadable(line, reason, raw)
    surplus = cells[len(layout.columns) :]
    if any(surplus):
        return Unreadable(line, f"has {len(cells)} cells, but the header has {len(layout.columns)}", raw)
    return Row(line, dict(zip(layout.columns, cells, strict=False)), raw)
