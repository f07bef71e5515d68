"""The words of all records as hashes, kept until fields change: near duplicates and leaks are found among them.

Records are kept in chunks by their numbers, so that reading all of them takes a few hundred rows; a changed record
costs its chunk, which is read anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from curator.records import FIELD_ORDER, Kind, texts_of
from curator.store.connection import transaction
from curator.store.derived import decoded

if TYPE_CHECKING:
    from curator.similarity.pack import Pack

_Row = tuple[bytes, bytes, bytes]
"""Ids, counts and hashes of a chunk."""
_CHUNK = 512
"""Numbers of records in a chunk."""


def forget(connection: sqlite3.Connection, record_id: int) -> None:
    """A record says something else now."""
    connection.execute("DELETE FROM words WHERE chunk = ?", (record_id // _CHUNK,))


def pack(connection: sqlite3.Connection, kind: Kind) -> Pack:
    """The words of all records; chunks that changed are read anew, and kept for the next time."""
    import numpy as np

    from curator.similarity.pack import Pack

    rows = _chunks(connection, kind)
    ids = np.frombuffer(b"".join(row[0] for row in rows), np.int64)
    counts = np.frombuffer(b"".join(row[1] for row in rows), np.uint32)
    hashes = np.frombuffer(b"".join(row[2] for row in rows), np.uint32)
    return Pack(ids, counts.reshape(len(ids), len(FIELD_ORDER[kind])), hashes)


def _chunks(connection: sqlite3.Connection, kind: Kind) -> list[_Row]:
    """Every chunk in order; records are only ever added at the end, so only the last can have grown."""
    last = connection.execute("SELECT coalesce(max(id), -1) FROM records").fetchone()[0]
    stored = connection.execute("SELECT chunk, upto, ids, counts, hashes FROM words").fetchall()
    known: dict[int, _Row] = {row[0]: row[2:] for row in stored if row[1] >= _end(row[0], last)}
    return [
        known[chunk] if chunk in known else _read(connection, kind, chunk, last)
        for chunk in range(last // _CHUNK + 1)
    ]


def _end(chunk: int, last: int) -> int:
    """The highest number that a chunk can hold now."""
    return min(last, (chunk + 1) * _CHUNK - 1)


def _read(connection: sqlite3.Connection, kind: Kind, chunk: int, last: int) -> _Row:
    """A chunk out of the records; kept unless somebody changes one of them meanwhile."""
    import numpy as np

    from curator.similarity.pack import packed

    query = "SELECT id, fields FROM records WHERE id >= ? AND id <= ? ORDER BY id"
    bounds = (chunk * _CHUNK, _end(chunk, last))
    rows = connection.execute(query, bounds).fetchall()
    found = list(packed([_parts(kind, decoded(fields)) for _, fields in rows]))
    row = (
        np.array([record_id for record_id, _ in rows], np.int64).tobytes(),
        b"".join(one.counts.tobytes() for one in found),
        b"".join(one.hashes.tobytes() for one in found),
    )
    with transaction(connection):
        if connection.execute(query, bounds).fetchall() == rows:
            connection.execute(
                "INSERT OR REPLACE INTO words VALUES (?, ?, ?, ?, ?)", (chunk, bounds[1], *row)
            )
    return row


def _parts(kind: Kind, fields: Mapping[str, Any]) -> list[str]:
    return ["\n".join(texts_of(fields.get(name))) for name in FIELD_ORDER[kind]]
