"""What a classifier would say of the records that nobody has decided about."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from curator.store.connection import transaction

_AT_ONCE, _PAUSE = 250, 0.01
"""Rows of one transaction, which take some milliseconds, and seconds that the project is left alone after it: whoever
waits for it asks again after one, two, five and ten milliseconds."""


class Suggestion(NamedTuple):
    """A label for one record."""

    label: str
    confidence: float
    """The classifier's probability, from 0 to 1."""


def put_all(connection: sqlite3.Connection, found: Iterable[tuple[int, Suggestion]]) -> None:
    """Take these in the place of all earlier ones, in small transactions: whoever decides meanwhile is not held up."""
    rows = {record_id: (record_id, told.label, told.confidence) for record_id, told in found}
    known = connection.execute("SELECT record_id FROM suggestions").fetchall()
    gone = [(record_id,) for (record_id,) in known if record_id not in rows]
    _in_steps(connection, "DELETE FROM suggestions WHERE record_id = ?", gone)
    _in_steps(connection, "INSERT OR REPLACE INTO suggestions VALUES (?, ?, ?)", list(rows.values()))


def _in_steps(connection: sqlite3.Connection, statement: str, values: Sequence[tuple[object, ...]]) -> None:
    for start in range(0, len(values), _AT_ONCE):
        time.sleep(_PAUSE if start else 0)
        with transaction(connection):
            connection.executemany(statement, values[start : start + _AT_ONCE])


def of_record(connection: sqlite3.Connection, record_id: int) -> Suggestion | None:
    """What is suggested for a record, if anything is."""
    row = connection.execute(
        "SELECT label, confidence FROM suggestions WHERE record_id = ?", (record_id,)
    ).fetchone()
    return None if row is None else Suggestion(*row)
