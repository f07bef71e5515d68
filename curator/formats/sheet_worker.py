"""A program of its own that turns a workbook on standard input into rows of JSON.

The library that reads workbooks fails on some damaged ones by ending the process, or by asking for more memory than
there is; here that harms nobody. It is run by its path and imports nothing of Curator, so that it starts quickly.

Each row that is not empty becomes a line, `[number, cell, …]`, numbers from 1. Below all rows stands an index: a list
with one object for each sheet that has rows, or an object with an `error`. The last line is where the index begins, in
twenty digits.
"""

from __future__ import annotations

import datetime
import json
import math
import sys
from contextlib import suppress
from typing import Any

MEMORY_LIMIT = 8 << 30
"""Bytes of address space: a workbook of a million rows and fifty columns takes less."""
CELL_LIMIT = 200_000_000
"""Cells of the rectangle around all that are filled: a single stray cell can make it vast."""
_EXACT = 2**53


class Output:
    """Standard output, with the position told."""

    def __init__(self) -> None:
        self.position = 0

    def write(self, line: Any) -> None:
        """Write a JSON value as a line."""
        data = json.dumps(line, separators=(",", ":")).encode() + b"\n"
        sys.stdout.buffer.write(data)
        self.position += len(data)


def main() -> None:
    """Read the workbook and write what is in it."""
    _limit_memory()
    output = Output()
    index = _read(output)
    start = output.position
    output.write(index)
    sys.stdout.buffer.write(b"%020d\n" % start)


def _read(output: Output) -> Any:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError
    from python_calamine import SheetTypeEnum as Kind
    from python_calamine import SheetVisibleEnum as Visibility

    index = []
    try:
        workbook = CalamineWorkbook.from_filelike(sys.stdin.buffer)
        for about in workbook.sheets_metadata:
            if about.typ == Kind.WorkSheet:
                start, shown = output.position, about.visible == Visibility.Visible
                rows = write_rows(workbook.get_sheet_by_name(about.name), output)
                index.append({"name": about.name, "shown": shown, "offset": start, **rows})
    except PasswordError:
        return {"error": "password"}
    except CalamineError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": "its cells lie too far apart, or are too many to fit into memory"}
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        return {"error": "it is damaged"}
    return [found for found in index if found["rows"]]


def write_rows(sheet: Any, output: Output) -> dict[str, Any]:
    """Write the rows of a sheet; returns what the index says about them.

    Raises:
        MemoryError: it has too many cells.
    """
    if sheet.height * sheet.width > CELL_LIMIT:
        raise MemoryError
    margin = [""] * (sheet.start[1] if sheet.start else 0)
    blank = [""] * sheet.width
    rows = 0
    first: list[Any] = []
    used: set[int] = set()
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if row == blank:
            continue
        cells = [*margin, *map(value, row)]
        rows += 1
        first = first or cells
        used.update(position for position, cell in enumerate(cells) if cell != "")
        output.write([number, *cells])
    merged = [[*start, *end] for start, end in sheet.merged_cell_ranges or ()]
    return {"rows": rows, "first": first, "used": sorted(used), "merged": sorted(merged)}


def value(cell: Any) -> Any:
    """A cell as a JSON value: whole numbers without a fraction, dates and times in ISO 8601."""
    if isinstance(cell, float):
        if not math.isfinite(cell):
            return "Infinity" if cell > 0 else "-Infinity" if cell < 0 else None
        return int(cell) if cell.is_integer() and abs(cell) < _EXACT else cell
    if isinstance(cell, (datetime.date, datetime.time)):
        return cell.isoformat()
    return str(cell) if isinstance(cell, datetime.timedelta) else cell


def _limit_memory() -> None:
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


if __name__ == "__main__":
    main()
