"""What each check has seen: with which settings it ran, up to which step of the journal, and what it learned."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from typing import Any, NamedTuple

from curator.store.changes import Moment


class CheckState(NamedTuple):
    """The last run of a check."""

    signature: str
    """Equal as long as the same check with the same settings would find the same."""
    moment: Moment
    """Up to where it has seen the records."""
    at: str
    """When, ISO 8601 (UTC)."""
    profile: Any
    """What it learned about the set as a whole, as JSON values."""


def of(connection: sqlite3.Connection, check_id: str) -> CheckState | None:
    """The last run of a check; None before the first."""
    row = connection.execute(
        "SELECT signature, step_id, record_id, at, profile FROM check_states WHERE check_id = ?", (check_id,)
    ).fetchone()
    return None if row is None else CheckState(row[0], Moment(row[1], row[2]), row[3], json.loads(row[4]))


def put(connection: sqlite3.Connection, check_id: str, signature: str, moment: Moment, profile: Any) -> None:
    """Note a run, inside the caller's transaction."""
    connection.execute(
        "INSERT OR REPLACE INTO check_states VALUES (?, ?, ?, ?, ?, ?)",
        (
            check_id,
            signature,
            *moment,
            datetime.now(UTC).isoformat(timespec="seconds"),
            json.dumps(profile),
        ),
    )


def advance(connection: sqlite3.Connection, check_id: str, moment: Moment) -> None:
    """Note that a check has nothing new to look at up to a moment."""
    connection.execute(
        "UPDATE check_states SET step_id = ?, record_id = ? WHERE check_id = ?", (*moment, check_id)
    )


def last(connection: sqlite3.Connection) -> str:
    """When a check last looked at something, ISO 8601; empty before the first."""
    return str(connection.execute("SELECT coalesce(max(at), '') FROM check_states").fetchone()[0])
