"""Parquet files, read a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from curator.formats.arrow import explained_damage, some
from curator.formats.arrow_rows import BATCH_ROWS, Columns, Schema
from curator.formats.base import Layout, Row, Source, Unreadable
from curator.formats.spool import name_of, random_access

_READ_AHEAD = 1 << 20
_LOOKED_AT = 100


def layout(source: Source) -> Layout:
    """The columns that can be imported.

    Raises:
        CuratorError: the file is damaged, or no column can be imported.
    """
    return Layout(format="parquet", columns=some(source.name, columns(source).usable))


def columns(source: Source) -> Columns:
    """Which columns can be imported and which hold images, audio or other bytes."""
    with source.open() as stream, explained_damage(source.name, "Parquet"), _opened(stream) as file:
        return Schema(file.schema_arrow).columns(next(file.iter_batches(_LOOKED_AT, use_threads=False), None))


def read(stream: IO[bytes], layout: Layout) -> Iterator[Row | Unreadable]:
    """Every row; lines count rows from 1.

    Raises:
        CuratorError: the file is damaged.
    """
    with explained_damage(name_of(stream), "Parquet"), _opened(stream) as file:
        schema, wanted = _narrowed(file.schema_arrow, layout.columns)
        batches = file.iter_batches(BATCH_ROWS, columns=wanted, use_threads=False)
        yield from Schema(schema).rows(batches, layout.columns)


@contextmanager
def _opened(stream: IO[bytes]) -> Iterator[Any]:
    from pyarrow.parquet import ParquetFile

    with random_access(stream) as whole:
        yield ParquetFile(whole, buffer_size=_READ_AHEAD, page_checksum_verification=True)


def _narrowed(schema: Any, columns: Sequence[str]) -> tuple[Any, list[str] | None]:
    """The part of the schema that is wanted, so that columns of images are not even read.

    pyarrow selects by dotted paths: where names hold dots or come twice, everything is read.
    """
    import pyarrow as pa

    names = schema.names
    if (
        not columns
        or not {*columns} <= {*names}
        or len({*names}) < len(names)
        or any("." in name for name in names)
    ):
        return schema, None
    fields = [field for field in schema if field.name in columns]
    return pa.schema(fields, schema.metadata), [field.name for field in fields]
