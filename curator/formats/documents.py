"""Plain text and Markdown: a file as one document, or a row per line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from curator.formats.base import Layout, Row, Unreadable, encoded, encoding_error, text_lines

COLUMN = "text"


def read_document(stream: IO[bytes], layout: Layout) -> Iterator[Row | Unreadable]:
    """The whole file as one row."""
    text = "".join(text_lines(stream, layout.encoding))
    raw = encoded(text, layout.encoding)
    if reason := encoding_error(text, layout.encoding):
        yield Unreadable(1, reason, raw)
    else:
        yield Row(1, {COLUMN: text}, raw)


def read_lines(stream: IO[bytes], layout: Layout) -> Iterator[Row | Unreadable]:
    """Every line that is not blank as a row."""
    for number, line in enumerate(text_lines(stream, layout.encoding), start=1):
        text = line.rstrip("\r\n")
        if not text.strip():
            continue
        raw = encoded(text, layout.encoding)
        if reason := encoding_error(text, layout.encoding):
            yield Unreadable(number, reason, raw)
        else:
            yield Row(number, {COLUMN: text}, raw)
