"""The rows of an exported folder, as a trainer or a scorer reads them back."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from curator.config import explain
from curator.errors import CuratorError, explained
from curator.records import ROWS, Kind, Row, Split


def read_rows(export: Path, kind: Kind, split: Split) -> tuple[Row, ...]:
    """The rows of one side; none if the export has no such file.

    Raises:
        CuratorError: a line is not a row of this kind, or an id stands twice.
    """
    path = export / f"{split}.jsonl"
    if not path.is_file():
        return ()
    with explained("read", path):
        lines = path.read_bytes().split(b"\n")
    rows = tuple(_row(path, number, line, kind) for number, line in enumerate(lines, 1) if line.strip())
    _refuse_doubles(path, rows)
    return rows


def _row(path: Path, number: int, line: bytes, kind: Kind) -> Row:
    model = ROWS[kind]
    try:
        return model.model_validate_json(line)
    except ValidationError as error:
        raise CuratorError(
            f"{path}, line {number}: {explain(error, model)}", "Export the data again."
        ) from error


def _refuse_doubles(path: Path, rows: tuple[Row, ...]) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            raise CuratorError(f"{path}: the id {row.id} stands twice.", "Export the data again.")
        seen.add(row.id)
