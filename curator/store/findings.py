"""What the checks found, until a record changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import Literal

from curator.records import Frozen

Severity = Literal["error", "warning", "info"]
SPLIT_LEAK = "split-leak"
ABOUT_THE_SPLIT = (SPLIT_LEAK, "frozen-test", "contaminated")
"""The checks whose findings depend on the split."""
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


class Finding(Frozen):
    """One thing that is wrong with one record."""

    check_id: str
    """Which check found it."""
    record_id: int
    """Where."""
    severity: Severity
    """error: the record cannot be used; warning: it will do harm; info: worth a look."""
    field: str = ""
    """The field it is about, if it is about one."""
    message: str
    """What is wrong, in words."""
    related: int | None = None
    """The other record that belongs to the finding (the first of the duplicates, the contradicting one)."""


def replace(connection: sqlite3.Connection, check_ids: Sequence[str], found: Iterable[Finding]) -> None:
    """Store the findings of some checks in place of their earlier ones, inside the caller's transaction."""
    connection.executemany("DELETE FROM findings WHERE check_id = ?", [(check_id,) for check_id in check_ids])
    connection.executemany(
        "INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?)",
        ((f.check_id, f.record_id, f.severity, f.field, f.message, f.related) for f in found),
    )


def invalidate(connection: sqlite3.Connection, record_id: int, changed: Collection[str]) -> None:
    """Forget what a change of some columns of a record has made untrue.

    New fields end the record's own findings. Fields, status and visibility end what was found in others
    because of it. A new side of the split ends what was found about the split alone.
    """
    if "fields" in changed:
        connection.execute("DELETE FROM findings WHERE record_id = ?", (record_id,))
    if {"fields", "status", "hidden"} & set(changed):
        connection.execute("DELETE FROM findings WHERE related = ?", (record_id,))
    if "split" in changed:
        marks = ", ".join("?" * len(ABOUT_THE_SPLIT))
        connection.execute(
            f"DELETE FROM findings WHERE (record_id = ? OR related = ?) AND check_id IN ({marks})",
            (record_id, record_id, *ABOUT_THE_SPLIT),
        )


def of_record(connection: sqlite3.Connection, record_id: int) -> list[Finding]:
    """The findings of one record."""
    rows = connection.execute("SELECT * FROM findings WHERE record_id = ? ORDER BY check_id", (record_id,))
    return [
        Finding(
            check_id=row[0], record_id=row[1], severity=row[2], field=row[3], message=row[4],
            related=row[5],
        )
        for row in rows
    ]  # fmt: skip
