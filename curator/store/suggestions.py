"""What a classifier would say of the records that nobody has decided about."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from curator.store.connection import transaction


class Suggestion(NamedTuple):
    """A label for one record."""

    label: str
    confidence: float
    """The classifier's probability, from 0 to 1."""


def put_all(connection: sqlite3.Connection, found: Iterable[tuple[int, Suggestion]]) -> None:
    """Take these in the place of all earlier ones."""
    rows = [(record_id, told.label, told.confidence) for record_id, told in found]
    with transaction(connection):
        connection.execute("DELETE FROM suggestions")
        connection.executemany("INSERT INTO suggestions VALUES (?, ?, ?)", rows)


def of_record(connection: sqlite3.Connection, record_id: int) -> Suggestion | None:
    """What is suggested for a record, if anything is."""
    row = connection.execute(
        "SELECT label, confidence FROM suggestions WHERE record_id = ?", (record_id,)
    ).fetchone()
    return None if row is None else Suggestion(*row)
