"""Indexes that an import can do without: made when checks first need them."""

from __future__ import annotations

import sqlite3

from curator.store.connection import transaction

BY_STATE, BY_LABEL = "records_by_state", "records_by_label"
_STATEMENTS = {
    BY_STATE: f"CREATE INDEX IF NOT EXISTS {BY_STATE} ON records (hidden, status, split)",
    BY_LABEL: f"CREATE INDEX IF NOT EXISTS {BY_LABEL} ON records (label, hidden, status, split)",
}


def ensure(connection: sqlite3.Connection) -> None:
    """Make those that are missing: with them, questions about all records need not read what the records say."""
    found = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    missing = [statement for name, statement in _STATEMENTS.items() if name not in found]
    if missing:
        with transaction(connection):
            for statement in missing:
                connection.execute(statement)
