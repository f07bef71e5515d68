"""Arrow IPC files and streams: what the library `datasets` saves and caches."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from curator.errors import CuratorError
from curator.formats.arrow_rows import Columns, Schema
from curator.formats.base import Layout, Row, Source, Unreadable
from curator.formats.magic import Foreign
from curator.formats.spool import name_of, random_access

_FILE_MARK = b"ARROW1"


def layout(source: Source) -> Layout:
    """The columns that can be imported.

    Raises:
        CuratorError: the data is damaged, or no column can be imported.
    """
    return Layout(format="arrow", columns=some(source.name, columns(source).usable))


def columns(source: Source) -> Columns:
    """Which columns can be imported and which hold images, audio or other bytes."""
    with source.open() as stream, explained_damage(source.name, "Arrow"):
        schema, batches = _opened(stream)
        return Schema(schema).columns(next(batches, None))


def read(stream: IO[bytes], layout: Layout) -> Iterator[Row | Unreadable]:
    """Every row; lines count rows from 1.

    Raises:
        CuratorError: the data is damaged.
    """
    with explained_damage(name_of(stream), "Arrow"):
        schema, batches = _opened(stream)
        yield from Schema(schema).rows(batches, layout.columns)


def some(name: str, usable: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that can be imported.

    Raises:
        CuratorError: there is none.
    """
    if not usable:
        raise Foreign(name, "a table without a column of text or numbers", "Export what you need as text.")
    return usable


@contextmanager
def explained_damage(name: str, what: str) -> Iterator[None]:
    """Say which file is damaged when pyarrow cannot read on."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise CuratorError(
            f"{name} is damaged or cut off, and cannot be read as {what}: {reason}.",
            "Copy or download it again.",
        ) from error


def _opened(stream: IO[bytes]) -> tuple[Any, Iterator[Any]]:
    import pyarrow as pa

    with random_access(stream) as whole:
        is_file = whole.read(len(_FILE_MARK)) == _FILE_MARK
        # Mapped, so that large batches stay on the disk until their rows are wanted.
        mapped = pa.py_buffer(mmap.mmap(whole.fileno(), 0, access=mmap.ACCESS_READ))
    if is_file:
        reader = pa.ipc.open_file(mapped)
        return reader.schema, (_checked(reader.get_batch(i)) for i in range(reader.num_record_batches))
    reader = pa.ipc.open_stream(mapped)
    return reader.schema, (_checked(batch) for batch in reader)


def _checked(batch: Any) -> Any:
    """A batch in which no offset leads out of its bytes; strings that are no UTF-8 are told row by row."""
    import pyarrow as pa

    for column in batch.columns:
        try:
            column.validate(full=True)
        except pa.ArrowInvalid as error:
            if "UTF8" not in str(error) or column.type not in (pa.string(), pa.large_string()):
                raise
            is_large = column.type == pa.large_string()
            column.view(pa.large_binary() if is_large else pa.binary()).validate(full=True)
    return batch
