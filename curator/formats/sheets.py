"""Spreadsheets: XLSX, XLS and ODS, one sheet at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from curator.errors import CuratorError, explained
from curator.formats import archives, packed
from curator.formats.arrow_rows import raw
from curator.formats.base import Layout, Row, Source, Unreadable
from curator.formats.header import is_header, numbered, unique
from curator.formats.magic import Foreign
from curator.formats.spool import Spooled, name_of, random_access
from curator.text import nearest

_WORKER = Path(__file__).with_name("sheet_worker.py")
_AGAIN = "Open it in a spreadsheet program and save it again, or save the sheet as CSV."
_LOOKED_AT = 100
_INDEX_PLACE = 21
"""Bytes of the last line of the worker's output."""


class Sheet(NamedTuple):
    """A sheet that has rows, as the worker's index tells it."""

    name: str
    shown: bool
    """Not hidden."""
    offset: int
    """Where its rows begin in the worker's output."""
    rows: int
    """How many of its rows are not empty."""
    first: list[Any]
    """The cells of the first of them."""
    used: list[int]
    """The columns that have a cell somewhere."""
    merged: list[list[int]]
    """Areas of merged cells: first row, first column, last row, last column, from 0."""


class Choice(NamedTuple):
    """Which sheets of a workbook are imported."""

    taken: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    """Names, each with the reason."""


def choose(source: Source) -> Choice:
    """The first sheet with rows and all others with the same columns; hidden sheets are left out.

    Raises:
        CuratorError: the workbook is damaged, protected, or shows no rows.
    """
    with source.open() as stream:
        workbook = _workbook(stream, source.name)
    found = workbook.sheets
    shown = [sheet for sheet in found if sheet.shown]
    if found and not shown:
        raise Foreign(source.name, "a workbook that hides all its sheets", "Unhide the one to be imported.")
    if not shown:
        raise Foreign(source.name, "a workbook with nothing but empty sheets", "There is nothing to import.")
    columns = workbook.layout(shown[0]).columns
    taken = tuple(sheet.name for sheet in shown if workbook.layout(sheet).columns == columns)
    reasons = ((s.name, "a sheet with other columns" if s.shown else "a hidden sheet") for s in found)
    return Choice(taken, tuple((name, reason) for name, reason in reasons if name not in taken))


def layout(source: Source, table: str = "") -> Layout:
    """The columns of a sheet: the one that is named, else the source's own, else the first that is imported.

    Raises:
        CuratorError: there is no such sheet, or the workbook cannot be read.
    """
    wanted = table or source.constants.get("@sheet", "") or choose(source).taken[0]
    with source.open() as stream:
        workbook = _workbook(stream, source.name)
    return workbook.layout(workbook.sheet(wanted))


def read(stream: IO[bytes], layout: Layout) -> Iterator[Row | Unreadable]:
    """The rows of one sheet; each of several merged cells has the value of their area.

    Raises:
        CuratorError: the workbook is damaged or protected, or has no such sheet.
    """
    workbook = _workbook(stream, name_of(stream))
    sheet = workbook.sheet(layout.table)
    names = _names(sheet, layout.header)
    known = {*layout.columns}
    wanted = [(position, name) for position, name in enumerate(names) if name in known]
    areas = _Areas(sheet.merged)
    for place, (number, cells) in enumerate(workbook.cells(sheet)):
        if place == 0 and layout.header:
            continue
        areas.fill(number - 1, cells)
        values = {name: cells[position] for position, name in wanted}
        yield Row(number, values, raw(values))


class _Workbook:
    """What the worker made of a workbook."""

    def __init__(self, rows: Spooled, index: Any) -> None:
        self.name = rows.name
        self.rows = rows
        self.sheets = [Sheet(**found) for found in index]

    def sheet(self, name: str) -> Sheet:
        """The sheet of this name.

        Raises:
            CuratorError: there is none with rows.
        """
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        known = nearest(name, [sheet.name for sheet in self.sheets])
        raise CuratorError(f"{self.name} has no sheet {name!r} with rows.", known)

    def cells(self, sheet: Sheet) -> Iterator[tuple[int, list[Any]]]:
        """The rows of a sheet that are not empty: their numbers, from 1, and their cells."""
        with self.rows.open() as lines:
            lines.seek(sheet.offset)
            for line in islice(lines, sheet.rows):
                number, *cells = json.loads(line)
                yield number, cells

    def layout(self, sheet: Sheet) -> Layout:
        """How a sheet is to be read: whether its first row names the columns, and what they are called."""
        first = [[str(cell) for cell in cells] for _, cells in islice(self.cells(sheet), _LOOKED_AT)]
        header = is_header(first)
        names = _names(sheet, header)
        columns = tuple(names[position] for position in sheet.used)
        return Layout(format="sheet", table=sheet.name, header=header, columns=columns)


def _names(sheet: Sheet, header: bool) -> tuple[str, ...]:
    return unique(str(cell) for cell in sheet.first) if header else numbered(len(sheet.first))


class _Areas:
    """Merged cells: one value stands for all of them."""

    def __init__(self, merged: Sequence[Sequence[int]]) -> None:
        self._coming = [list(area) for area in reversed(merged)]
        self._open: list[tuple[list[int], Any]] = []

    def fill(self, row: int, cells: list[Any]) -> None:
        """Give the empty cells of a row the value of the area they are in.

        Rows come in order; an area that begins in a row that never comes, such as the header, stays closed.
        """
        while self._coming and self._coming[-1][0] <= row:
            area = self._coming.pop()
            if area[0] == row and area[1] < len(cells):
                self._open.append((area, cells[area[1]]))
        self._open = [(area, value) for area, value in self._open if area[2] >= row]
        for (_, left, _, right), value in self._open:
            for column in range(left, min(right + 1, len(cells))):
                if cells[column] == "":
                    cells[column] = value


def _workbook(stream: IO[bytes], name: str) -> _Workbook:
    """What is in a workbook; read once, though it is asked for to choose sheets, to find columns and for each sheet."""
    with random_access(stream) as whole:
        status = os.fstat(whole.fileno())
        identity = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        if identity not in _RECENT:
            while len(_RECENT) >= _KEPT:
                del _RECENT[next(iter(_RECENT))]
            _RECENT[identity] = _converted(whole, name)
    return _RECENT[identity]


_RECENT: dict[tuple[int, ...], _Workbook] = {}
_KEPT = 4


def _converted(whole: IO[bytes], name: str) -> _Workbook:
    head = whole.read(4)
    if archives.kind_of(head) == "zip":
        archives.check_zip(name, whole)
    with explained("read", name):
        # The worker inherits the file with its position, of which the buffer here knows nothing.
        os.lseek(whole.fileno(), 0, os.SEEK_SET)
        # -P: modules beside the worker, such as html, must not take the place of Python's own.
        command = [sys.executable, "-P", str(_WORKER)]
        worker = subprocess.Popen(command, stdin=whole, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with worker as running:
        rows = Spooled(cast(IO[bytes], running.stdout), name)
    if running.returncode < 0:
        raise CuratorError(
            f"{name} is damaged, or its cells lie too far apart, or are too many to fit into memory.", _AGAIN
        )
    return _Workbook(rows, _index(rows, name))


def _index(rows: Spooled, name: str) -> Any:
    with rows.open() as lines:
        lines.seek(-_INDEX_PLACE, os.SEEK_END)
        lines.seek(int(lines.read()))
        index = json.loads(lines.readline())
    if isinstance(index, dict):
        if index["error"] == "password":
            raise packed.protected(name)
        raise CuratorError(f"{name} cannot be read as a spreadsheet: {index['error']}.", _AGAIN)
    return index
