"""Opening project.db, and transactions whose failures are told in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from curator.errors import CuratorError
from curator.store import migrations

BUSY_SECONDS = 30.0
PAGE_BYTES = 8192
"""Of a new database; most records then fit into a page without overflow."""

_REASONS = {
    "disk is full": ("the disk is full", "Free some space and repeat the command; nothing was lost."),
    "disk I/O error": (
        "the disk is full, or a file size limit or quota is reached",
        "Free some space or raise the limit, and repeat the command; nothing was lost.",
    ),
    "locked": (
        "another program has been writing to it for too long",
        "Wait for it to end and repeat the command.",
    ),
    "readonly": ("it may not be written", "Change the permissions of the project folder."),
    "unable to open": (
        "the folder may not be written or does not exist",
        "Check the folder and its permissions.",
    ),
    "not a database": (
        "it is not a database of Curator",
        "Restore the file from a copy, or start a new project.",
    ),
    "malformed": (
        "it is damaged",
        "Restore the file from a copy; `sqlite3 project.db .recover` may save the rest.",
    ),
}


def connect(path: Path) -> sqlite3.Connection:
    """Open a project's database and bring its tables up to date.

    Write-ahead logging lets two processes work at once; `synchronous=FULL` makes every commit durable
    before it returns (sqlite.org/pragma.html#pragma_synchronous).

    Raises:
        CuratorError: the file cannot be opened, written, or is no database.
    """
    with explained(path):
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        migrations.apply(connection)
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log, unless another program's first import holds the file: it will switch back."""
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing: commit at the end of the block, roll back when it raises."""
    with explained():
        connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        with explained():
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        _roll_back(connection)
        raise _in_words(error) from error
    except BaseException:
        _roll_back(connection)
        raise


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


@contextmanager
def explained(path: Path | None = None) -> Iterator[None]:
    """Turn SQLite's errors inside the block into errors that say what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise _in_words(error, path) from error


def _in_words(error: sqlite3.Error, path: Path | None = None) -> CuratorError:
    name = str(path) if path else "the project's database"
    for sign, (reason, remedy) in _REASONS.items():
        if sign in str(error):
            return CuratorError(f"Cannot use {name}: {reason}.", remedy)
    return CuratorError(f"Cannot use {name}: {error}.", "Run the command again with --debug to see where.")
