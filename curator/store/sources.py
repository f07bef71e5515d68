"""Where records came from, and what could not be read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from curator.records import Frozen
from curator.store.derived import dump


class StoredReject(Frozen):
    """A row that could not become a record: nothing of it is lost."""

    id: int
    source: str
    """The file it stands in."""
    path: str
    """The file's full path at the time of the import."""
    line: int
    """Its line or row, from 1."""
    reason: str
    """What is wrong with it, and what would mend it."""
    raw: bytes
    """Its bytes as they stand in the file."""

    @property
    def place(self) -> str:
        """`file:line`, as editors and grep write it."""
        return f"{self.source}:{self.line}"


def add(connection: sqlite3.Connection, step_id: int, name: str, path: str, plan: Mapping[str, Any]) -> int:
    """Note a file of an import and how it is read (layout and mapping); returns the source's number."""
    cursor = connection.execute(
        "INSERT INTO sources (step_id, name, path, plan) VALUES (?, ?, ?, ?)",
        (step_id, name, path, dump(dict(plan))),
    )
    return int(cursor.lastrowid or 0)


def waiting(connection: sqlite3.Connection, path: str, step_id: int) -> dict[bytes, list[int]]:
    """What imports before this step had to reject of a file: raw bytes to the numbers of the rejects."""
    rows = connection.execute(
        """SELECT r.raw, r.id FROM rejects r JOIN sources s ON s.id = r.source_id
           WHERE r.hidden = 0 AND r.step_id != ? AND s.path = ?
             AND NOT EXISTS (SELECT 1 FROM stacks WHERE name = 'undo' AND step_id = r.settled_by)
           ORDER BY r.id""",
        (step_id, path),
    )
    found: dict[bytes, list[int]] = {}
    for raw, reject_id in rows:
        found.setdefault(raw, []).append(reject_id)
    return found


def reject(
    connection: sqlite3.Connection, step_id: int, source_id: int, rows: Iterable[tuple[int, str, bytes]]
) -> None:
    """Keep (line, reason, raw) rows."""
    connection.executemany(
        "INSERT INTO rejects (step_id, source_id, line, reason, raw) VALUES (?, ?, ?, ?, ?)",
        ((step_id, source_id, line, reason, raw) for line, reason, raw in rows),
    )


def rejects(connection: sqlite3.Connection) -> list[StoredReject]:
    """What could not be read and has not been read since, in order of arrival."""
    rows = connection.execute(
        """SELECT r.id, s.name, s.path, r.line, r.reason, r.raw FROM rejects r
           JOIN sources s ON s.id = r.source_id WHERE r.hidden = 0
             AND NOT EXISTS (SELECT 1 FROM stacks WHERE name = 'undo' AND step_id = r.settled_by)
           ORDER BY r.id"""
    )
    return [StoredReject(**dict(zip(StoredReject.model_fields, row, strict=True))) for row in rows]


def change_plan(connection: sqlite3.Connection, source_id: int, plan: Mapping[str, Any]) -> None:
    """Note that a source turned out to have more columns than its first rows showed."""
    connection.execute("UPDATE sources SET plan = ? WHERE id = ?", (dump(dict(plan)), source_id))


def plan_of(connection: sqlite3.Connection, reject_id: int) -> tuple[int, dict[str, Any]]:
    """The source of a reject, and how it was read then (layout and mapping)."""
    row = connection.execute(
        "SELECT s.id, s.plan FROM rejects r JOIN sources s ON s.id = r.source_id WHERE r.id = ?", (reject_id,)
    ).fetchone()
    return int(row[0]), dict(json.loads(row[1]))


def settle(connection: sqlite3.Connection, reject_id: int, step_id: int) -> None:
    """A reject that a later step could read is gone, until that step is undone."""
    connection.execute("UPDATE rejects SET settled_by = ? WHERE id = ?", (step_id, reject_id))


def of_records(connection: sqlite3.Connection, record_ids: Iterable[int]) -> dict[int, str]:
    """The name of the file that each of some records came from."""
    wanted = set(record_ids)
    rows = connection.execute(
        "SELECT records.id, sources.name FROM records JOIN sources ON sources.id = records.source_id"
    )
    return {record_id: name for record_id, name in rows if record_id in wanted}
