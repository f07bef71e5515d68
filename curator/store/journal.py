"""Append-only journal: every change with its inverse, so that undo and redo reach back without limit."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from curator.records import Frozen, Kind
from curator.store import facts, records, suppressions
from curator.store.derived import dump
from curator.store.records import Patch
from curator.store.search import LIVE, WITHDRAWN

IMPORT = "import"
BRINGS_RECORDS = (IMPORT, "retry")
"""Verbs whose records know the step that brought them."""


class Step(Frozen):
    """One entry of the journal: who did what, when, to how many records."""

    id: int
    at: str
    """UTC, ISO 8601."""
    actor: str
    verb: str
    summary: str
    count: int
    """Records changed."""
    reverses: int | None = None
    """For undo and redo: the step that was taken back or done again."""


class Change(Frozen):
    """What a step did to one record."""

    record_id: int
    before: dict[str, Any]
    after: dict[str, Any]


def begin(connection: sqlite3.Connection, actor: str, verb: str, summary: str) -> int:
    """Open a new step that can be undone; from here on, what had been undone can no longer be redone."""
    step_id = _append(connection, actor, verb, summary, 0)
    connection.execute("DELETE FROM stacks WHERE name = 'redo'")
    _push(connection, "undo", step_id)
    return step_id


def add_count(connection: sqlite3.Connection, step_id: int, number: int) -> None:
    """Count more records into a step that is still being written."""
    connection.execute("UPDATE steps SET count = count + ? WHERE id = ?", (number, step_id))


def abandon(connection: sqlite3.Connection, step_id: int) -> None:
    """Forget a step that came to change nothing."""
    connection.execute("DELETE FROM stacks WHERE name = 'undo' AND step_id = ?", (step_id,))
    connection.execute("DELETE FROM steps WHERE id = ?", (step_id,))


def write(
    connection: sqlite3.Connection, kind: Kind, step_id: int, changes: Iterable[tuple[int, Patch, Patch]]
) -> int:
    """Apply changes (record, before, after) to the records and write them down; returns their number."""
    number = 0
    for record_id, before, after in changes:
        records.update(connection, kind, record_id, after)
        connection.execute(
            "INSERT INTO changes VALUES (?, ?, ?, ?)", (step_id, record_id, dump(before), dump(after))
        )
        number += 1
    add_count(connection, step_id, number)
    return number


def write_fact(connection: sqlite3.Connection, step_id: int, name: str, value: str | None) -> bool:
    """Set a fact of the project, or take it back (None), and write that down; whether it was different before."""
    before = facts.get(connection, name)
    if before == value:
        return False
    facts.write(connection, name, value)
    suppressions.settle(connection, name)
    connection.execute("INSERT INTO fact_changes VALUES (?, ?, ?, ?)", (step_id, name, before, value))
    return True


def undo(connection: sqlite3.Connection, kind: Kind, actor: str) -> Step | None:
    """Take back the newest step that is in force; None when there is none."""
    return _reverse(connection, kind, actor, "undo", "redo")


def redo(connection: sqlite3.Connection, kind: Kind, actor: str) -> Step | None:
    """Do the newest undone step again; None when there is none."""
    return _reverse(connection, kind, actor, "redo", "undo")


def steps(connection: sqlite3.Connection, limit: int) -> list[Step]:
    """The newest entries of the journal, newest first."""
    rows = connection.execute(
        "SELECT id, at, actor, verb, summary, count, reverses FROM steps ORDER BY id DESC LIMIT ?", (limit,)
    )
    return [Step(**dict(zip(Step.model_fields, row, strict=True))) for row in rows]


def history(connection: sqlite3.Connection, record_id: int) -> list[tuple[Step, Change]]:
    """What happened to one record since it was imported, oldest first."""
    rows = connection.execute(
        """SELECT s.id, s.at, s.actor, s.verb, s.summary, s.count, s.reverses, c.before, c.after
           FROM changes c JOIN steps s ON s.id = c.step_id WHERE c.record_id = ? ORDER BY s.id""",
        (record_id,),
    ).fetchall()
    return [
        (
            Step(**dict(zip(Step.model_fields, row[:7], strict=True))),
            Change(record_id=record_id, before=json.loads(row[7]), after=json.loads(row[8])),
        )
        for row in rows
    ]


def records_of(connection: sqlite3.Connection, step_id: int, limit: int) -> list[int]:
    """The records that a step changed, as they were written down."""
    rows = connection.execute("SELECT record_id FROM changes WHERE step_id = ? LIMIT ?", (step_id, limit))
    return [record_id for (record_id,) in rows]


def _reverse(connection: sqlite3.Connection, kind: Kind, actor: str, verb: str, other: str) -> Step | None:
    target = _pop(connection, verb)
    if target is None:
        return None
    original = connection.execute("SELECT verb, summary FROM steps WHERE id = ?", (target,)).fetchone()
    step_id = _append(connection, actor, verb, original[1], 0, target)
    count = _reverse_import(connection, target, verb) if original[0] in BRINGS_RECORDS else 0
    column = "before" if verb == "undo" else "after"
    inverse = "after" if verb == "undo" else "before"
    changes = connection.execute(
        f"SELECT record_id, {inverse}, {column} FROM changes WHERE step_id = ?", (target,)
    ).fetchall()
    write(
        connection, kind, step_id, ((i, json.loads(was), json.loads(becomes)) for i, was, becomes in changes)
    )
    add_count(connection, step_id, count)
    _reverse_facts(connection, step_id, target, column)
    _push(connection, other, target)
    return steps(connection, 1)[0]


def _reverse_facts(connection: sqlite3.Connection, step_id: int, target: int, column: str) -> None:
    rows = connection.execute(f"SELECT name, {column} FROM fact_changes WHERE step_id = ?", (target,))
    for name, value in rows.fetchall():
        write_fact(connection, step_id, name, value)


def _reverse_import(connection: sqlite3.Connection, step_id: int, verb: str) -> int:
    """Imports are not written down record by record: their rows know the step that brought them."""
    old, new = (LIVE, WITHDRAWN) if verb == "undo" else (WITHDRAWN, LIVE)
    connection.execute("UPDATE rejects SET hidden = ? WHERE step_id = ?", (new, step_id))
    return connection.execute(
        "UPDATE records SET hidden = ? WHERE step_id = ? AND hidden = ?", (new, step_id, old)
    ).rowcount


def _append(
    connection: sqlite3.Connection,
    actor: str,
    verb: str,
    summary: str,
    count: int,
    reverses: int | None = None,
) -> int:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    cursor = connection.execute(
        "INSERT INTO steps (at, actor, verb, summary, count, reverses) VALUES (?, ?, ?, ?, ?, ?)",
        (now, actor, verb, summary, count, reverses),
    )
    return int(cursor.lastrowid or 0)


def _push(connection: sqlite3.Connection, name: str, step_id: int) -> None:
    connection.execute(
        "INSERT INTO stacks SELECT ?, coalesce(max(position), 0) + 1, ? FROM stacks WHERE name = ?",
        (name, step_id, name),
    )


def _pop(connection: sqlite3.Connection, name: str) -> int | None:
    row = connection.execute(
        "SELECT position, step_id FROM stacks WHERE name = ? ORDER BY position DESC LIMIT 1", (name,)
    ).fetchone()
    if row is None:
        return None
    connection.execute("DELETE FROM stacks WHERE name = ? AND position = ?", (name, row[0]))
    return int(row[1])
