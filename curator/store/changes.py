"""Which records have changed since some moment: the journal, read forwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import NamedTuple

from curator.store.journal import BRINGS_RECORDS

_TURNS = 10
"""Changes of one record that are read, in the mean."""


class Moment(NamedTuple):
    """A point in the history of a project."""

    step_id: int
    """The newest step of the journal."""
    record_id: int
    """The newest record."""


def now(connection: sqlite3.Connection) -> Moment:
    """The present."""
    row = connection.execute(
        "SELECT (SELECT coalesce(max(id), 0) FROM steps), (SELECT coalesce(max(id), 0) FROM records)"
    ).fetchone()
    return Moment(*row)


def since(
    connection: sqlite3.Connection, moment: Moment, columns: Collection[str], limit: int
) -> set[int] | None:
    """The records that came since, and those of which one of some columns changed.

    None for more than `limit` of them, and after an import was undone or redone: it is not written down by record.
    """
    new = connection.execute(
        "SELECT id FROM records WHERE id > ? LIMIT ?", (moment.record_id, limit + 1)
    ).fetchall()
    if len(new) > limit or _import_turned(connection, moment):
        return None
    touched = " OR ".join(f"json_type(after, '$.{column}') IS NOT NULL" for column in sorted(columns))
    changed = connection.execute(
        f"SELECT record_id FROM changes INDEXED BY changes_by_step WHERE step_id > ? AND ({touched}) LIMIT ?",
        (moment.step_id, _TURNS * (limit + 1)),
    ).fetchall()
    found = {i for (i,) in new} | {i for (i,) in changed}
    return found if len(found) <= limit and len(changed) <= _TURNS * limit else None


def _import_turned(connection: sqlite3.Connection, moment: Moment) -> bool:
    marks = ", ".join("?" * len(BRINGS_RECORDS))
    row = connection.execute(
        f"""SELECT 1 FROM steps AS turn JOIN steps AS turned ON turned.id = turn.reverses
            WHERE turn.id > ? AND turned.verb IN ({marks}) LIMIT 1""",
        (moment.step_id, *BRINGS_RECORDS),
    ).fetchone()
    return row is not None
