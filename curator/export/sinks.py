"""Files that rows go into one by one: the same bytes for the same rows, and never more than a batch in memory."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from pydantic_core import to_json

from curator.export.columns import Columns, schema
from curator.text import neutralised

BATCH_ROWS = 10_000
BATCH_BYTES = 16 * 2**20

Value = Mapping[str, Any]


class Sink(Protocol):
    """A file of rows that is open for writing."""

    def __init__(self, path: Path, columns: Columns) -> None: ...

    def write(self, value: Value) -> None:
        """Append a row."""

    def close(self) -> None:
        """Finish the file."""


class JsonLines:
    """One JSON object a line."""

    def __init__(self, path: Path, columns: Columns) -> None:
        self._stream = path.open("wb")

    def write(self, value: Value) -> None:
        """Append a row."""
        self._stream.write(to_json(value) + b"\n")

    def close(self) -> None:
        """Finish the file."""
        self._stream.close()


class JsonArray:
    """One JSON list with an object a line."""

    def __init__(self, path: Path, columns: Columns) -> None:
        self._stream = path.open("wb")
        self._lead = b"[\n"

    def write(self, value: Value) -> None:
        """Append a row."""
        self._stream.write(self._lead + to_json(value))
        self._lead = b",\n"

    def close(self) -> None:
        """Finish the file."""
        try:
            self._stream.write(b"\n]\n" if self._lead == b",\n" else b"[]\n")
        finally:
            self._stream.close()


class Csv:
    """Comma-separated values, every cell in quotation marks; formulas are neutralised, lists are JSON."""

    def __init__(self, path: Path, columns: Columns) -> None:
        self._stream = path.open("w", encoding="utf-8", newline="")
        # Python leaves a lone carriage return unquoted when asked to quote only what must be.
        self._writer = csv.writer(self._stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
        self._names = tuple(columns)
        self._writer.writerow(self._names)

    def write(self, value: Value) -> None:
        """Append a row."""
        self._writer.writerow([neutralised(_cell(value.get(name))) for name in self._names])

    def close(self) -> None:
        """Finish the file."""
        self._stream.close()


class _Batches:
    """Rows that are handed on in batches, as tables are written."""

    def __init__(self, columns: Columns) -> None:
        self.schema = schema(columns)
        self._names = tuple(columns)
        self._rows: list[Value] = []
        self._bytes = 0

    def add(self, value: Value) -> Any:
        """Keep a row; returns the batch when it is full."""
        self._rows.append(value)
        self._bytes += sum(_size(inner) for inner in value.values())
        return self.take() if len(self._rows) >= BATCH_ROWS or self._bytes >= BATCH_BYTES else None

    def take(self) -> Any:
        """What has gathered since the last batch, as an Arrow batch; nothing when there is nothing."""
        import pyarrow

        rows, self._rows, self._bytes = self._rows, [], 0
        if not rows:
            return None
        columns = [
            pyarrow.array([row.get(field.name) for row in rows], type=field.type) for field in self.schema
        ]
        return pyarrow.record_batch(columns, schema=self.schema)


class Parquet:
    """Parquet, compressed with Zstandard; a row group per batch."""

    def __init__(self, path: Path, columns: Columns) -> None:
        from pyarrow.parquet import ParquetWriter

        self._batches = _Batches(columns)
        self._writer = ParquetWriter(path, self._batches.schema, compression="zstd")

    def write(self, value: Value) -> None:
        """Append a row."""
        if (batch := self._batches.add(value)) is not None:
            self._writer.write_batch(batch)

    def close(self) -> None:
        """Finish the file."""
        try:
            if (batch := self._batches.take()) is not None:
                self._writer.write_batch(batch)
        finally:
            self._writer.close()


class Arrow:
    """The Arrow stream that `datasets` maps into memory."""

    def __init__(self, path: Path, columns: Columns) -> None:
        import pyarrow

        path.parent.mkdir(parents=True, exist_ok=True)
        self._batches = _Batches(columns)
        self._stream = path.open("wb")
        self._writer = pyarrow.ipc.new_stream(self._stream, self._batches.schema)

    def write(self, value: Value) -> None:
        """Append a row."""
        if (batch := self._batches.add(value)) is not None:
            self._writer.write_batch(batch)

    def close(self) -> None:
        """Finish the file."""
        try:
            if (batch := self._batches.take()) is not None:
                self._writer.write_batch(batch)
            self._writer.close()
        finally:
            self._stream.close()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    parts = value.values() if isinstance(value, Mapping) else value
    return sum(_size(part) for part in parts)
