"""CSV and its relatives: comma, semicolon, tab or bar between the cells."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO

from curator.formats.base import Layout, Row, Unreadable
from curator.formats.dialect import Dialect
from curator.formats.lines import decoder, ends_in_a_byte, misfit, raw_lines, stripped

_BLOCK = 128
"""Lines that are parsed at once."""
_MANY = 4 * _BLOCK
"""Of more lines, only the first failure is told: it takes time to find the place again."""
_MOST = 1 << 26
"""Bytes of one row: a quotation mark that never closes must not fill the memory."""
_LOOKED_AT = 50
"""Lines behind a failed row that tell whether they are rows themselves."""
_STRAY = "a quotation mark opens here and closes in another row"
_row = tuple.__new__


def read(stream: IO[bytes], layout: Layout) -> Iterator[Row | Unreadable]:
    """Every row below the header; a title or comment above it is rejected."""
    lines = raw_lines(stream, layout)
    for number, raw in enumerate(islice(lines, layout.above), start=1):
        if line := stripped(raw, layout.encoding).strip():
            yield Unreadable(number, "stands above the header", line)
    yield from _rows(lines, layout, layout.above, layout.header)


def read_bare(stream: IO[bytes], layout: Layout) -> Iterator[Row | Unreadable]:
    """Rows without a header of their own; `layout.columns` names the columns."""
    yield from _rows(raw_lines(stream, layout), layout, 0, header=False)


def _rows(lines: Iterator[bytes], layout: Layout, above: int, header: bool) -> Iterator[Row | Unreadable]:
    opened: list[bytes] = []
    returned: deque[bytes] = deque()
    last = False
    while not last:
        # As many lines again as are open, so that a long cell does not take quadratic time.
        size = max(_BLOCK, len(opened))
        fresh = [returned.popleft() for _ in range(min(size, len(returned)))]
        fresh += islice(lines, size - len(fresh))
        opened += fresh
        final = len(fresh) < size or sum(map(len, opened)) > _MOST
        block = _Block(opened, layout, above, header, final)
        yield from block
        opened, above, header = opened[block.place :], above + block.place, block.header
        if final:
            returned.extendleft(reversed(opened))
            opened = []
        last = len(fresh) < size and not returned


class _Block:
    """Lines that begin with a row. What is left of them, all behind the place, goes into the next block.

    An open row at the end is left; if the block is final, it is rejected.
    """

    def __init__(self, lines: Sequence[bytes], layout: Layout, above: int, header: bool, final: bool) -> None:
        self._lines = lines
        self._layout = layout
        self._above = above
        self._final = final
        self._dialect = Dialect(layout.delimiter, layout.quote, layout.backslash, layout.spaced)
        self._misfits: dict[int, str] = {}
        self._texts = self._decoded()
        self._failed_at = 0
        self.header = header
        """Whether the header is still to come."""
        self.place = 0
        """Lines that are read."""

    def __iter__(self) -> Iterator[Row | Unreadable]:
        while self.place < len(self._lines):
            try:
                yield from self._parsed()
            except csv.Error as error:
                if not self._final and "end of data" in str(error):
                    return
                yield from self._failed(_in_words(error))
                if len(self._lines) > _MANY:
                    return

    def _parsed(self) -> Iterator[Row | Unreadable]:
        """Rows from the place on; where one fails, the place is where it begins."""
        columns, lines, first = self._layout.columns, self._lines, self._above + 1
        width = len(columns)
        plain = width > 0 and not self._misfits and ends_in_a_byte(self._layout.encoding)
        offset = start = self.place
        parser = self._dialect.parser(islice(self._texts, offset, None))
        try:
            for cells in parser:
                end = offset + parser.line_num
                if plain and end == start + 1 and len(cells) == width and cells[0] and not self.header:
                    values = dict(zip(columns, cells, strict=True))
                    yield _row(Row, (first + start, values, lines[start].rstrip(b"\r\n")))
                elif found := self._sorted(cells, start, end):
                    yield found
                self.place = start = end
        except csv.Error:
            self._failed_at = offset + parser.line_num
            raise

    def _sorted(self, cells: list[str], start: int, end: int) -> Row | Unreadable | None:
        """A row that is not as simple as most: short, long, of several lines, blank, or the header."""
        width = len(self._layout.columns)
        if end > start + 1 and len(cells) != width and not self.header and self._are_rows(start + 1, end):
            raise csv.Error(_STRAY)
        if reason := next(
            (self._misfits[place] for place in range(start, end) if place in self._misfits), ""
        ):
            return self._bad(start, end, reason)
        if not any(cells) and not (cells and width == 1):
            return None
        if self.header:
            self.header = False
            return None
        if any(cells[width:]):
            whole = "the header has" if self._layout.header else "other rows have"
            return self._bad(start, end, f"has {len(cells)} cells, but {whole} {width}")
        values = dict(zip(self._layout.columns, cells, strict=False))
        return Row(self._above + start + 1, values, self._raw(start, end))

    def _failed(self, problem: str) -> Iterator[Unreadable]:
        """Reject the row at the place, or its first line alone if the others are rows by themselves."""
        start, end = self.place, self._failed_at
        self.place = start + 1 if self.header or self._are_rows(start + 1, end) else end
        if not self.header:
            yield self._bad(start, self.place, problem)
        self.header = False

    def _are_rows(self, start: int, end: int) -> bool:
        """Whether the lines that a failed row has swallowed are rows by themselves."""
        texts = [text for text in self._texts[start : min(end, start + _LOOKED_AT)] if text.strip()]
        widths = [_width(self._dialect, text) for text in texts]
        return widths.count(len(self._layout.columns)) > 0.8 * len(widths)

    def _decoded(self) -> list[str]:
        read = decoder(self._layout.encoding)
        try:
            return list(map(read, self._lines))
        except UnicodeDecodeError:
            return [self._decoded_anyhow(place, raw) for place, raw in enumerate(self._lines)]

    def _decoded_anyhow(self, place: int, raw: bytes) -> str:
        encoding = self._layout.encoding
        try:
            return decoder(encoding)(raw)
        except UnicodeDecodeError as error:
            self._misfits[place] = misfit(error, encoding)
            return raw.decode(encoding, "replace")

    def _bad(self, start: int, end: int, reason: str) -> Unreadable:
        return Unreadable(self._above + start + 1, reason, self._raw(start, end))

    def _raw(self, start: int, end: int) -> bytes:
        return stripped(b"".join(self._lines[start:end]), self._layout.encoding)


def _in_words(error: csv.Error) -> str:
    message = str(error)
    if "end of data" in message:
        return "a quotation mark opens here and never closes"
    if "expected after" in message:
        return "text follows a quotation mark that closes a cell"
    if "new-line" in message:
        return "a carriage return stands outside of quotation marks"
    return message


def _width(dialect: Dialect, line: str) -> int:
    try:
        return len(next(dialect.parser([line]), []))
    except csv.Error:
        return 0
