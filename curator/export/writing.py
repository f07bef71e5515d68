"""Rows on their way into the files of a format, counted by side, by label, and by what did not fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from curator.export.formats import Format
from curator.export.manifest import FileEntry
from curator.export.rows import Placed
from curator.export.shapes import Shaped, Unfit
from curator.export.sinks import Sink
from curator.files import sha256
from curator.records import SPLITS, Kind, Row

PROGRESS_ROWS = 500

Progress = Callable[[int], None]
"""Called with the number of rows so far, now and then."""


class Written:
    """What became of the rows of an export."""

    def __init__(self) -> None:
        self.files: dict[str, FileEntry] = {}
        self.held: Counter[str] = Counter()
        """Rows that the format cannot hold, by reason."""
        self.adapted: Counter[str] = Counter()
        """Rows that it cannot hold as they are, by what was done to them."""


class _Side:
    """The file of one side."""

    def __init__(self, path: Path, sink: Sink) -> None:
        self.path = path
        self.sink = sink
        self.rows = 0
        self.labels: Counter[str] = Counter()

    def add(self, row: Row, shaped: Shaped) -> None:
        """Append a row and count it."""
        self.sink.write(shaped.value)
        self.rows += 1
        if label := getattr(row, "label", ""):
            self.labels[label] += 1

    def entry(self, split: str, escaped_formulas: bool) -> FileEntry:
        """What the closed file holds."""
        return FileEntry(
            split=split,
            rows=self.rows,
            bytes=self.path.stat().st_size,
            sha256=sha256(self.path),
            labels=dict(sorted(self.labels.items())),
            escaped_formulas=escaped_formulas,
        )


def write_rows(
    folder: Path, kind: Kind, chosen: Format, system: str, rows: Iterable[Placed], progress: Progress
) -> Written:
    """Write rows into `folder` as they come, a file per side.

    Args:
        folder: Where the files go.
        kind: What the rows are.
        chosen: The format.
        system: The project's system prompt.
        rows: Consumed once.
        progress: Told how many rows were taken so far.
    """
    written = Written()
    sides: dict[str, _Side] = {}
    shape = chosen.shape_of(kind)
    try:
        for number, placed in enumerate(rows, start=1):
            shaped = shape(placed.row, system)
            if isinstance(shaped, Unfit):
                written.held[shaped.reason] += 1
            else:
                _side(sides, folder, kind, chosen, placed.split).add(placed.row, shaped)
                written.adapted.update(shaped.changes)
            if number % PROGRESS_ROWS == 0:
                progress(number)
    finally:
        for side in sides.values():
            side.sink.close()
    written.files = {
        str(sides[split].path.relative_to(folder)): sides[split].entry(split, chosen.escapes_formulas)
        for split in SPLITS
        if split in sides
    }
    return written


def _side(sides: dict[str, _Side], folder: Path, kind: Kind, chosen: Format, split: str) -> _Side:
    if split not in sides:
        path = folder / chosen.file.format(split=split)
        sides[split] = _Side(path, chosen.sink(path, chosen.columns[kind]))
    return sides[split]
