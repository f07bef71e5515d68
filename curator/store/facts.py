"""Small facts about the project that belong to its data, not to the user's settings."""

from __future__ import annotations

import sqlite3

FROZEN_TEST = "frozen_test"
"""Present when the test split was frozen; its value is the time."""


def get(connection: sqlite3.Connection, name: str) -> str | None:
    """A fact's value, or None."""
    row = connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def forget(connection: sqlite3.Connection, name: str) -> None:
    """Take a fact back."""
    connection.execute("DELETE FROM facts WHERE name = ?", (name,))


def put(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Note a fact."""
    connection.execute(
        "INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def write(connection: sqlite3.Connection, name: str, value: str | None) -> None:
    """Note a fact, or take it back (None)."""
    if value is None:
        forget(connection, name)
    else:
        put(connection, name, value)
