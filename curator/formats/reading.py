"""Reading the rows of a source as its layout says."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO

from curator.formats import detect
from curator.formats.base import Layout, Row, Unreadable
from curator.text import restored


def rows(stream: IO[bytes], layout: Layout) -> Iterator[Row | Unreadable]:
    """The rows of a stream that begins at its first byte."""
    found = detect.READERS[layout.format](stream, layout)
    return map(_restored, found) if layout.escaped_formulas else found


def rows_of_reject(raw: bytes, layout: Layout) -> Iterator[Row | Unreadable]:
    """The rows that a single reject holds; it comes without the header of its file."""
    found = detect.BARE_READERS[layout.format](io.BytesIO(raw), layout)
    return map(_restored, found) if layout.escaped_formulas else found


def _restored(row: Row | Unreadable) -> Row | Unreadable:
    if isinstance(row, Unreadable):
        return row
    values = {name: restored(v) if isinstance(v, str) else v for name, v in row.values.items()}
    return row._replace(values=values)
