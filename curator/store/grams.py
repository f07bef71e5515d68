"""Where some characters can stand at all, so that a search reads few records of a million.

A signature file kept by bits (Zobel, Moffat and Ramamohanarao, "Inverted files versus signature files", 1998): each
run of two or three bytes is a bit of 32,768, and for each bit it is kept in which stretches of 128 records it occurs.
Words can only stand where all their bits do. Full segments of 32,768 records are taken in when somebody asks for it
(`extend`); whatever comes behind them, and all of a small project, is read as it stands. A bit is never taken back: a
stretch may be read for nothing, but none that holds the words is left out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from curator.query import TEXT_KEY, Query, Term
from curator.store.connection import transaction

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Part = tuple[int, int]
"""Numbers of records: behind the first, up to the second."""

_BITS = 15
_STRETCH = 128
"""Records that share their bits."""
_SEGMENT = 1 << 15
"""Records that are taken in at once."""
_STRETCHES = _SEGMENT // _STRETCH
_WIDTH = _STRETCHES // 8
"""Bytes that tell in which stretches of a segment a bit occurs."""
_IN_A_ROW = 32
"""Bits kept in one row of the table: a row then fills a quarter of a page."""
_ROWS = (1 << _BITS) // _IN_A_ROW
_FACTOR, _WORD = 2_654_435_761, (1 << 32) - 1
"""Multiplicative hashing (Knuth, The Art of Computer Programming, volume 3, section 6.4)."""


def is_behind(connection: sqlite3.Connection) -> bool:
    """Whether there are full segments that have not been taken in."""
    return _segments(connection) < _full(connection)


def extend(connection: sqlite3.Connection) -> None:
    """Take in every full segment, one after another, so that nobody who decides meanwhile waits for more than one."""
    for segment in range(_segments(connection), _full(connection)):
        seen = _newest_step(connection)
        slices = _slices(connection, segment)
        with transaction(connection):
            if _segments(connection) != segment:
                return  # Another program was quicker.
            connection.executemany(
                "INSERT INTO grams VALUES (?, ?)",
                ((segment * _ROWS + row, slices[row].tobytes()) for row in range(_ROWS)),
            )
            for record_id, *texts in _changed(connection, segment, seen):
                grow(connection, record_id, texts)


def _full(connection: sqlite3.Connection) -> int:
    last = connection.execute("SELECT coalesce(max(id), 0) FROM records").fetchone()[0]
    return int(last) // _SEGMENT


def _newest_step(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(id), 0) FROM steps").fetchone()[0])


def _changed(connection: sqlite3.Connection, segment: int, after: int) -> list[tuple[int, str, str]]:
    """Records of a segment that have changed after a step of the journal, as they are now."""
    return connection.execute(
        """SELECT DISTINCT id, fields, search FROM changes JOIN records ON id = record_id
        WHERE changes.step_id > ? AND id > ? AND id <= ?""",
        (after, segment * _SEGMENT, (segment + 1) * _SEGMENT),
    ).fetchall()


def grow(connection: sqlite3.Connection, record_id: int, texts: Iterable[str]) -> None:
    """A record says something else now: JSON of its fields and its text for searches."""
    segment, place = divmod(record_id - 1, _SEGMENT)
    if segment >= _segments(connection):
        return
    byte, bit = divmod(place // _STRETCH, 8)
    wanted = sorted(set().union(*(_bits(text) for text in texts)))
    for row, bits in groupby(wanted, lambda number: number // _IN_A_ROW):
        key = segment * _ROWS + row
        kept = connection.execute("SELECT stretches FROM grams WHERE place = ?", (key,)).fetchone()[0]
        grown = bytearray(kept)
        for number in bits:
            grown[number % _IN_A_ROW * _WIDTH + byte] |= 128 >> bit
        if grown != kept:
            connection.execute("UPDATE grams SET stretches = ? WHERE place = ?", (bytes(grown), key))


def places(connection: sqlite3.Connection, query: Query) -> list[Part] | None:
    """Where all records that fit a query are, in order; nothing if it names no text that narrows them down."""
    wanted: set[int] = set().union(*(_runs(value) for value in _narrowing(query.terms)))
    segments = _segments(connection) if wanted else 0
    if not segments:
        return None
    found: list[Part] = []
    for segment in range(segments):
        stretches = reduce(int.__and__, (_stretches(connection, segment, bit) for bit in wanted))
        found += _together(segment * _SEGMENT, stretches)
    last = connection.execute("SELECT coalesce(max(id), 0) FROM records").fetchone()[0]
    return [*found, (segments * _SEGMENT, last)]


def _narrowing(terms: Iterable[Term]) -> Iterator[str]:
    """Texts that must stand in a record as they are written; JSON writes some signs in another way."""
    for term in terms:
        if term.key == TEXT_KEY and not term.negated and len(term.values) == 1:
            value = term.values[0].casefold()
            if value.isprintable() and not any(sign in value for sign in '"\\'):
                yield value


def _segments(connection: sqlite3.Connection) -> int:
    newest = connection.execute("SELECT max(place) FROM grams").fetchone()[0]
    return 0 if newest is None else int(newest) // _ROWS + 1


def _stretches(connection: sqlite3.Connection, segment: int, bit: int) -> int:
    """The stretches of a segment in which a bit occurs, the first as the highest of 256 bits."""
    row, place = divmod(bit, _IN_A_ROW)
    (part,) = connection.execute(
        "SELECT substr(stretches, ?, ?) FROM grams WHERE place = ?",
        (place * _WIDTH + 1, _WIDTH, segment * _ROWS + row),
    ).fetchone()
    return int.from_bytes(part, "big")


def _together(start: int, stretches: int) -> Iterator[Part]:
    """Neighbouring stretches as one part."""
    behind = start
    for is_wanted, group in groupby(f"{stretches:0{_STRETCHES}b}"):
        upto = behind + _STRETCH * len(list(group))
        if is_wanted == "1":
            yield behind, upto
        behind = upto


def _bits(text: str) -> set[int]:
    """The bits of everything that may be looked for in a text."""
    return _runs(text) | _runs(text, 2)


def _runs(text: str, length: int = 3) -> set[int]:
    """The bits of the runs of bytes in a text; of the shorter ones where it has no others."""
    data = text.encode("utf-8", "surrogatepass").lower()
    if min(length, len(data)) < 3:
        runs = {first << 8 | second for first, second in pairwise(data)}
    else:
        runs = {
            first << 16 | second << 8 | third
            for first, second, third in zip(data, data[1:], data[2:], strict=False)
        }
    return {(run * _FACTOR & _WORD) >> (32 - _BITS) for run in runs}


def _slices(connection: sqlite3.Connection, segment: int) -> NDArray[np.uint8]:
    """The rows of a segment, [rows, bytes], out of its records."""
    import numpy as np

    marks = np.zeros((_STRETCHES, 1 << _BITS), np.bool_)
    rows = connection.execute(
        "SELECT id, fields, search FROM records WHERE id > ? AND id <= ? ORDER BY id",
        (segment * _SEGMENT, (segment + 1) * _SEGMENT),
    )
    for stretch, group in groupby(rows, lambda row: (row[0] - 1) % _SEGMENT // _STRETCH):
        text = "\0".join(part for _, *parts in group for part in parts)
        data = np.frombuffer(text.encode("utf-8", "surrogatepass").lower(), np.uint8).astype(np.uint32)
        pairs = data[:-1] << 8 | data[1:]
        for runs in (pairs, pairs[:-1] << 8 | data[2:]):
            marks[stretch, runs * np.uint32(_FACTOR) >> np.uint32(32 - _BITS)] = True
    return np.packbits(marks.T, axis=1).reshape(_ROWS, _IN_A_ROW * _WIDTH)
