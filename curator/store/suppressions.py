"""Checks that do not count, for one record or for the whole project, each with the reason that somebody gave."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from curator.store import findings
from curator.store.findings import SUPPRESSED_FACT


def fact(check_id: str) -> str:
    """The name of the fact that a whole check is suppressed."""
    return f"{SUPPRESSED_FACT}{check_id}"


def settle(connection: sqlite3.Connection, name: str) -> None:
    """After a fact has changed: if it is that a check is suppressed, tell its findings."""
    if name.startswith(SUPPRESSED_FACT):
        findings.settle(connection, "check", name.removeprefix(SUPPRESSED_FACT))


def of_record(connection: sqlite3.Connection, record_id: int) -> dict[str, str]:
    """Check to reason."""
    rows = connection.execute("SELECT check_id, reason FROM suppressions WHERE record_id = ?", (record_id,))
    return dict(rows.fetchall())


def write(connection: sqlite3.Connection, record_id: int, suppressed: Mapping[str, str]) -> None:
    """Set what is suppressed in a record, inside the caller's transaction."""
    connection.execute("DELETE FROM suppressions WHERE record_id = ?", (record_id,))
    connection.executemany(
        "INSERT INTO suppressions VALUES (?, ?, ?)",
        [(record_id, check_id, reason) for check_id, reason in suppressed.items()],
    )
    findings.settle(connection, "record", record_id)


def of_project(connection: sqlite3.Connection) -> dict[str, str]:
    """The checks that are suppressed as a whole, with the reasons."""
    rows = connection.execute(
        "SELECT substr(name, ?), value FROM facts WHERE name GLOB ? ORDER BY name",
        (len(SUPPRESSED_FACT) + 1, f"{SUPPRESSED_FACT}*"),
    )
    return dict(rows.fetchall())
