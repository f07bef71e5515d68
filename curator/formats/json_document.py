"""JSON documents: an array of rows, an object that holds such arrays, a table by columns, objects one after another."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import IO, Any

from curator.formats.base import Layout, Row, Unreadable
from curator.formats.json_scan import Piece, Scanner
from curator.formats.json_values import NotJson, value_of, values_of

TEXT = "text"
"""The column of a row that is a bare value."""
SPLIT = "@split"
"""The column that tells from which of several arrays a row is."""
KEY = "@key"
"""The column that tells under which key a row stood."""

SHAPES = ("", "table", "splits", "keyed", "columns")
"""How rows lie in a document.

The elements of an array, or objects one after another; the array under the key `Layout.table` of an object; all arrays
of an object; all values of an object; columns under their names. What else an object holds describes the document and
makes no row.
"""

_HEAD_ROWS = 100
_NO_OBJECT = "is no object with named fields"
_NOTHING: Mapping[str, str] = {}


def read(stream: IO[bytes], layout: Layout) -> Iterator[Row | Unreadable]:
    """Every row of the document, and whatever in it is broken."""
    reader = _Reader(Scanner(stream, layout), layout)
    if layout.shape == "columns":
        yield from reader.columns()
    elif layout.shape:
        yield from reader.members()
    yield from reader.values("stands behind the end of the object" if layout.shape else "")


def is_named(stream: IO[bytes], layout: Layout) -> bool:
    """Whether the first rows tell that a bare value is no row: most are objects, none with a name that it would get."""
    if layout.shape == "columns":
        return False
    rows = [row for row in islice(read(stream, layout), _HEAD_ROWS) if isinstance(row, Row)]
    objects = [row for row in rows if row.values.keys() - {TEXT, SPLIT, KEY}]
    return 2 * len(objects) >= len(rows) > 0 and not any(TEXT in row.values for row in objects)


def read_bare(stream: IO[bytes], layout: Layout) -> Iterator[Row | Unreadable]:
    """A row by itself, without the array around it."""
    reader = _Reader(Scanner(stream, layout), layout)
    yield reader.element(reader.text.take(), _NOTHING)
    yield from reader.values("stands behind the end of the row")


class _Reader:
    """Reads from a place in a document onwards."""

    def __init__(self, text: Scanner, layout: Layout) -> None:
        self.text = text
        self._layout = layout
        self._header = bool(layout.columns) and layout.header
        self._singly = 0
        """Elements that are read one by one, since something is wrong with one of them."""

    def values(self, over: str) -> Iterator[Row | Unreadable]:
        """The values of the outermost level; `over` says why there should be none."""
        first = True
        while byte := self.text.peek():
            if over:
                yield self._bad(self.text.take(), over)
            elif byte == b"[" and first:
                yield from self.elements(_NOTHING)
                over = "stands behind the end of the array"
            elif byte == b"{" or first:
                row = self.row(self.text.take(), _NOTHING)
                if row.raw != b"{}" or not first or self.text.peek():
                    yield row
                over = "" if byte == b"{" else "stands behind the end of the value"
            else:
                yield self._bad(self.text.take(), _NO_OBJECT)
            first = False

    def elements(self, constants: Mapping[str, str]) -> Iterator[Row | Unreadable]:
        """The rows of the array that begins here."""
        opening = self.text.step()
        comma: Piece | None = None
        value_may_come, comma_may_come = True, False
        while (byte := self.text.peek()) not in (b"", b"]"):
            if byte == b",":
                comma = self.text.step()
                if not comma_may_come:
                    yield self._bad(comma, "a comma without a value before it")
                value_may_come, comma_may_come = True, False
                continue
            if value_may_come and not self._header and (rows := self._run(constants)):
                yield from rows
                comma, comma_may_come = Piece(self.text.line, b","), False
                continue
            piece = self.text.take()
            row = (
                self.element(piece, constants)
                if value_may_come
                else self._bad(piece, "lacks a comma before it")
            )
            if not self._header:
                yield row
            self._header = False
            # Behind something broken nobody knows what should come.
            comma, value_may_come, comma_may_come = None, isinstance(row, Unreadable), True
        if byte:
            self.text.step()
            if comma:
                yield self._bad(comma, "a comma without a value behind it")
        else:
            yield self._bad(opening, "an array opens here and never closes")

    def _run(self, constants: Mapping[str, str]) -> Iterable[Row]:
        """Rows that lie ahead, if all is well with them."""
        if self._singly:
            self._singly -= 1
            return ()
        pieces = self.text.run()
        values = values_of([piece.raw for piece in pieces]) if pieces else ()
        if not values:
            self._singly = len(pieces)
            return ()
        self.text.pass_run()
        original, named = self.text.original, self._named
        return [
            Row(piece.line, {**named(value), **constants} if constants else named(value), original(piece.raw))
            for piece, value in zip(pieces, values, strict=True)
        ]

    def members(self) -> Iterator[Row | Unreadable]:
        """The rows in the object that begins here."""
        opening = self.text.step()
        while (byte := self.text.peek()) not in (b"", b"}"):
            if byte == b",":
                self.text.step()
                continue
            name = self.text.take()
            if byte != b'"' or self.text.peek() != b":":
                yield self._bad(name, "is no key with a value")
                continue
            self.text.step()
            yield from self._member(name)
        if byte:
            self.text.step()
        else:
            yield self._bad(opening, "an object opens here and never closes")

    def columns(self) -> Iterator[Row | Unreadable]:
        """The rows of a table whose columns stand one after another; it is read as a whole."""
        piece = self.text.take()
        try:
            table = value_of(piece.raw)
        except (NotJson, UnicodeDecodeError) as error:
            yield self._unreadable(piece, error)
            return
        for values in _across(table):
            raw = json.dumps(values).encode(self._layout.encoding)
            yield Row(piece.line, values, raw)

    def row(self, piece: Piece, constants: Mapping[str, str]) -> Row | Unreadable:
        """A value as a row."""
        try:
            value = value_of(piece.raw)
        except (NotJson, UnicodeDecodeError) as error:
            return self._unreadable(piece, error)
        return Row(piece.line, {**self._named(value), **constants}, self.text.original(piece.raw))

    def element(self, piece: Piece, constants: Mapping[str, str]) -> Row | Unreadable:
        """An element of an array as a row; a bare value is none where rows have named fields."""
        row = self.row(piece, constants)
        is_bare = isinstance(row, Row) and piece.raw[:1] not in (b"{", b"[")
        return self._bad(piece, _NO_OBJECT) if is_bare and self._layout.named else row

    def _member(self, name: Piece) -> Iterator[Row | Unreadable]:
        try:
            key = value_of(name.raw)
        except (NotJson, UnicodeDecodeError) as error:
            yield self._unreadable(name, error)
            key = ""
        shape, is_array = self._layout.shape, self.text.peek() == b"["
        if is_array and shape == "splits":
            yield from self.elements({SPLIT: key})
        elif is_array and shape == "table" and key == self._layout.table:
            yield from self.elements(_NOTHING)
        else:
            row = self.row(self.text.take(), {KEY: key})
            if shape == "keyed" or isinstance(row, Unreadable):
                yield row

    def _named(self, value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        if not isinstance(value, list):
            return {TEXT: value}
        named = self._layout.columns[: len(value)]
        names = (*named, *(f"column_{number}" for number in range(len(named) + 1, len(value) + 1)))
        return dict(zip(names, value, strict=True))

    def _unreadable(self, piece: Piece, error: Exception) -> Unreadable:
        reason = str(error)
        if isinstance(error, UnicodeDecodeError):
            reason = f"has bytes that are not {self._layout.encoding}; name the encoding with --encoding"
        return self._bad(piece, reason)

    def _bad(self, piece: Piece, reason: str) -> Unreadable:
        return Unreadable(piece.line, reason, self.text.original(piece.raw))


def _across(table: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of columns that are lists, or objects with the names of the rows as keys."""
    columns = {
        name: dict(enumerate(column)) if isinstance(column, list) else column
        for name, column in table.items()
    }
    places = dict.fromkeys(place for column in columns.values() for place in column)
    for place in places:
        yield {name: column[place] for name, column in columns.items() if place in column}
