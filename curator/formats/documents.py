"""Plain text and Markdown: a file as one document, or a row per line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from curator.formats.base import Layout, Row, Unreadable
from curator.formats.lines import lines, misfit, stripped, without_mark

COLUMN = "text"


def read_document(stream: IO[bytes], layout: Layout) -> Iterator[Row | Unreadable]:
    """The whole file as one row."""
    raw = without_mark(stream.read(), layout.encoding)
    try:
        text = raw.decode(layout.encoding)
    except UnicodeDecodeError as error:
        yield Unreadable(1, misfit(error, layout.encoding), raw)
        return
    if text.strip():
        yield Row(1, {COLUMN: text}, raw)


def read_lines(stream: IO[bytes], layout: Layout) -> Iterator[Row | Unreadable]:
    """Every line that is not blank as a row."""
    for number, line in enumerate(lines(stream, layout), start=1):
        text = line.text.rstrip("\r\n")
        if text.strip():
            raw = stripped(line.raw, layout.encoding)
            yield Unreadable(number, line.reason, raw) if line.reason else Row(number, {COLUMN: text}, raw)
