"""Rows of Arrow batches, whichever file they came from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any, NamedTuple

from curator.formats import arrow_values, jsonl
from curator.formats.arrow_values import Opaque
from curator.formats.base import Layout, Row, Unreadable
from curator.formats.header import unique

BATCH_ROWS = 1000
_LOOKED_AT = 100
_NO_TEXT = "column {!r} holds bytes that are no UTF-8 text"
_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Columns(NamedTuple):
    """The columns of a table."""

    usable: tuple[str, ...]
    unusable: tuple[str, ...]
    """Images, audio, or bytes that are not text."""


class Schema:
    """The columns of an Arrow schema: their names, made unique, and how their values become JSON."""

    def __init__(self, schema: Any) -> None:
        """Take a `pyarrow.Schema`, with the features that the library `datasets` keeps in its metadata."""
        self.names = unique(schema.names)
        self.types: list[Any] = list(schema.types)
        features = _features(schema.metadata or {})
        self._features = [features.get(name) for name in schema.names]

    def columns(self, first: Any) -> Columns:
        """Sort the columns into those that can be imported and those that hold files or vectors.

        Args:
            first: The first batch of rows (`pyarrow.RecordBatch`), or None when there is none.
        """
        usable: dict[str, None] = {}
        for position, name in enumerate(self.names):
            is_media = arrow_values.is_media(self.types[position], self._features[position])
            if not is_media and not (first is not None and _is_never_text(first.column(position))):
                usable[name] = None
        return Columns(tuple(usable), tuple(name for name in self.names if name not in usable))

    def rows(self, batches: Iterable[Any], columns: Sequence[str]) -> Iterator[Row | Unreadable]:
        """All rows of the batches with these columns (all of them when none is named); lines count from 1."""
        places = {name: position for position, name in enumerate(self.names)}
        wanted = [places[name] for name in columns or self.names if name in places]
        names = [self.names[position] for position in wanted]
        readers = [
            _Column(name, self.types[i], self._features[i]) for name, i in zip(names, wanted, strict=True)
        ]
        line = 0
        for part in _parts(batches):
            bad: dict[int, str] = {}
            cells = [reader.values(part.column(i), bad) for reader, i in zip(readers, wanted, strict=True)]
            for position, row in enumerate(zip(*cells, strict=True)):
                line += 1
                values = dict(zip(names, row, strict=True))
                if position in bad:
                    yield Unreadable(line, _NO_TEXT.format(bad[position]), raw(values))
                else:
                    yield Row(line, values, raw(values))


class _Column:
    """How the values of one column become JSON."""

    def __init__(self, name: str, kind: Any, feature: Any) -> None:
        self._name = name
        self._convert = arrow_values.converter(kind, feature)
        self._holds_bytes = arrow_values.holds_bytes(kind)

    def values(self, column: Any, bad: dict[int, str]) -> list[Any]:
        """JSON values; in `bad`, the rows are noted in which this column is not text."""
        values, is_text = _python(column)
        if self._convert and not _is_all_finite(column):
            values = _converted(values, self._convert)
        if self._holds_bytes or not is_text:
            for position, value in enumerate(values):
                if arrow_values.is_opaque(value):
                    bad.setdefault(position, self._name)
        return values


def read_bare(stream: IO[bytes], layout: Layout) -> Iterator[Row | Unreadable]:
    """A rejected row as it is kept, in JSON; bytes that are no text stay refused."""
    for row in jsonl.read(stream, layout):
        values = row.values if isinstance(row, Row) else {}
        bad = next((name for name, value in values.items() if arrow_values.is_opaque(value)), None)
        yield row if bad is None else Unreadable(row.line, _NO_TEXT.format(bad), row.raw)


def raw(values: Any) -> bytes:
    """A row of a binary format as compact JSON: the form in which it is shown and kept when it is rejected."""
    return _dumps(values).encode("utf-8", "surrogatepass")


def _parts(batches: Iterable[Any]) -> Iterator[Any]:
    """Batches cut into pieces of which a few fit into memory as Python objects."""
    for batch in batches:
        for start in range(0, batch.num_rows, BATCH_ROWS):
            yield batch.slice(start, BATCH_ROWS)


def _converted(values: list[Any], convert: arrow_values.Convert) -> list[Any]:
    return [value if value is None or isinstance(value, Opaque) else convert(value) for value in values]


def _is_all_finite(column: Any) -> bool:
    """Whether a column holds floats of which each is a JSON value as it is."""
    import pyarrow as pa
    import pyarrow.compute as compute

    return (
        column.type in (pa.float32(), pa.float64())
        and compute.all(compute.is_finite(column)).as_py() is not False
    )


def _python(column: Any) -> tuple[list[Any], bool]:
    """The values as Python has them, and whether all strings among them could be decoded."""
    import pyarrow as pa

    if isinstance(column.type, pa.BaseExtensionType):
        column = column.storage
    try:
        return column.to_pylist(), True
    except (UnicodeDecodeError, OverflowError):
        return [_python_value(value) for value in column], False


def _python_value(value: Any) -> Any:
    """A value by itself: Arrow holds strings that are no UTF-8, and moments after the year 9999 (as their number)."""
    try:
        return value.as_py()
    except UnicodeDecodeError:
        return Opaque(value.as_buffer().to_pybytes() if hasattr(value, "as_buffer") else b"")
    except OverflowError:
        return value.value if hasattr(value, "value") else str(value.type)


def _is_never_text(column: Any) -> bool:
    """Whether none of the first values of a column of bytes can be decoded: it holds files, or vectors."""
    if not arrow_values.is_binary(column.type):
        return False
    first, _ = _python(column.slice(0, _LOOKED_AT))
    found = [arrow_values.decoded(value) for value in first if value]
    return bool(found) and all(isinstance(value, Opaque) for value in found)


def _features(metadata: dict[bytes, bytes]) -> dict[str, Any]:
    """What the library `datasets` notes about the columns, class names above all."""
    try:
        features = json.loads(metadata[b"huggingface"])["info"]["features"]
    except (KeyError, TypeError, ValueError):
        return {}
    return features if isinstance(features, dict) else {}
