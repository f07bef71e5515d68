"""What each check has seen: with which settings it ran, up to which step of the journal, and what it learned."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, NamedTuple

from curator.store.changes import Moment


class CheckState(NamedTuple):
    """The last run of a check."""

    signature: str
    """Equal as long as the same check with the same settings would find the same."""
    moment: Moment
    """Up to where it has seen the records."""
    learned: Moment
    """When it last learned about the set as a whole."""
    profile: Any
    """What it learned, as JSON values."""


def of(connection: sqlite3.Connection, check_id: str) -> CheckState | None:
    """The last run of a check; None before the first."""
    row = connection.execute(
        """SELECT signature, step_id, record_id, learned_step, learned_record, profile
           FROM check_states WHERE check_id = ?""",
        (check_id,),
    ).fetchone()
    if row is None:
        return None
    return CheckState(row[0], Moment(row[1], row[2]), Moment(row[3], row[4]), json.loads(row[5]))


def put(connection: sqlite3.Connection, check_id: str, state: CheckState) -> None:
    """Note a run, inside the caller's transaction."""
    connection.execute(
        "INSERT OR REPLACE INTO check_states VALUES (?, ?, ?, ?, ?, ?, ?)",
        (check_id, state.signature, *state.moment, *state.learned, json.dumps(state.profile)),
    )


def advance(connection: sqlite3.Connection, check_id: str, moment: Moment) -> None:
    """Note that a check has nothing new to look at up to a moment."""
    connection.execute(
        "UPDATE check_states SET step_id = ?, record_id = ? WHERE check_id = ?", (*moment, check_id)
    )
