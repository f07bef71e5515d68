"""What the tests of the readers share: bytes in, rows and rejects out."""

from __future__ import annotations

import io

from curator.formats import detect
from curator.formats.base import Layout, Row, Source, Unreadable


def source_of(data: bytes, name: str = "rows.txt") -> Source:
    return Source(name, f"/data/{name}", lambda: io.BytesIO(data))


def layout_of(data: bytes, name: str = "rows.txt", kind="classification", **options: str) -> Layout:
    return detect.layout_of(source_of(data, name), kind, **options)


def read(data: bytes, name: str = "rows.txt", kind="classification", **options: str):
    """Everything that a file holds, detected as an import would."""
    layout = layout_of(data, name, kind, **options)
    return list(detect.READERS[layout.format](io.BytesIO(data), layout))


def read_as(data: bytes, layout: Layout):
    return list(detect.READERS[layout.format](io.BytesIO(data), layout))


def values(found) -> list[dict[str, object]]:
    return [dict(row.values) for row in found if isinstance(row, Row)]


def rejects(found) -> list[Unreadable]:
    return [row for row in found if isinstance(row, Unreadable)]


def without(data: bytes, blanks: bytes = b" \t\r\n\x0b\x0c") -> bytes:
    return data.translate(None, blanks)
