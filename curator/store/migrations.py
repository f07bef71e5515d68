"""The tables, as numbered steps; each is applied once, in a transaction, and recorded by name."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

Migration = Callable[[sqlite3.Connection], None]

_MIGRATIONS: list[Migration] = []


def migration(function: Migration) -> Migration:
    """Register the next step; steps are never edited once released, only followed by another."""
    _MIGRATIONS.append(function)
    return function


def apply(connection: sqlite3.Connection) -> None:
    """Bring a database up to date; safe when two processes open it at once."""
    if _pending(connection):
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL)"
            )
            for step in _pending(connection):
                step(connection)
                connection.execute("INSERT INTO migrations VALUES (?, datetime('now'))", (step.__name__,))
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def _pending(connection: sqlite3.Connection) -> list[Migration]:
    exists = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'migrations'").fetchone()
    done = {name for (name,) in connection.execute("SELECT name FROM migrations")} if exists else set()
    return [step for step in _MIGRATIONS if step.__name__ not in done]


def _run(connection: sqlite3.Connection, script: str) -> None:
    """`executescript` would commit the surrounding transaction, so each statement is run by itself."""
    for statement in script.split(";\n"):
        if statement.strip():
            connection.execute(statement)


_INITIAL = """
CREATE TABLE steps (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    verb TEXT NOT NULL,
    summary TEXT NOT NULL,
    count INTEGER NOT NULL,
    reverses INTEGER REFERENCES steps (id)
);
CREATE TABLE stacks (
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    step_id INTEGER NOT NULL REFERENCES steps (id),
    PRIMARY KEY (name, position)
) WITHOUT ROWID;
CREATE TABLE sources (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    step_id INTEGER NOT NULL REFERENCES steps (id),
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    plan TEXT NOT NULL
);
CREATE TABLE records (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    step_id INTEGER NOT NULL REFERENCES steps (id),
    source_id INTEGER NOT NULL REFERENCES sources (id),
    line INTEGER NOT NULL,
    fields TEXT NOT NULL,
    meta TEXT NOT NULL,
    original TEXT NOT NULL DEFAULT '',
    row_hash INTEGER NOT NULL,
    status TEXT NOT NULL DEFAULT 'new',
    split TEXT,
    tags TEXT NOT NULL DEFAULT '[]',
    hidden INTEGER NOT NULL DEFAULT 0,
    input_key INTEGER NOT NULL,
    length INTEGER NOT NULL,
    search TEXT NOT NULL DEFAULT '',
    label TEXT GENERATED ALWAYS AS (json_extract(fields, '$.label')) VIRTUAL
);
CREATE INDEX records_by_content ON records (input_key, row_hash);
CREATE TABLE changes (
    step_id INTEGER NOT NULL REFERENCES steps (id),
    record_id INTEGER NOT NULL REFERENCES records (id),
    before TEXT NOT NULL,
    after TEXT NOT NULL
);
CREATE INDEX changes_by_step ON changes (step_id);
CREATE INDEX changes_by_record ON changes (record_id);
CREATE TABLE rejects (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    step_id INTEGER NOT NULL REFERENCES steps (id),
    source_id INTEGER NOT NULL REFERENCES sources (id),
    line INTEGER NOT NULL,
    reason TEXT NOT NULL,
    raw BLOB NOT NULL,
    settled_by INTEGER REFERENCES steps (id),
    hidden INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE findings (
    check_id TEXT NOT NULL,
    record_id INTEGER NOT NULL REFERENCES records (id),
    severity TEXT NOT NULL,
    field TEXT NOT NULL,
    message TEXT NOT NULL,
    related INTEGER
);
CREATE INDEX findings_by_record ON findings (record_id);
CREATE INDEX findings_by_related ON findings (related);
CREATE INDEX findings_by_check ON findings (check_id);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


@migration
def m001_initial(connection: sqlite3.Connection) -> None:
    """Records with where they came from, the journal of changes, rejects and findings."""
    _run(connection, _INITIAL)


_CHECKS = """
DROP TABLE findings;
CREATE TABLE findings (
    check_id TEXT NOT NULL,
    record_id INTEGER REFERENCES records (id),
    severity TEXT NOT NULL,
    message TEXT NOT NULL,
    field TEXT NOT NULL,
    span_start INTEGER,
    span_end INTEGER,
    related INTEGER,
    score REAL,
    suppressed INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX findings_by_record ON findings (record_id);
CREATE INDEX findings_by_related ON findings (related);
CREATE INDEX findings_by_check ON findings (check_id, record_id);
CREATE TABLE stale (
    check_id TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    PRIMARY KEY (check_id, record_id)
) WITHOUT ROWID;
CREATE TABLE check_states (
    check_id TEXT PRIMARY KEY,
    signature TEXT NOT NULL,
    step_id INTEGER NOT NULL,
    record_id INTEGER NOT NULL,
    learned_step INTEGER NOT NULL,
    learned_record INTEGER NOT NULL,
    profile TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE suppressions (
    record_id INTEGER NOT NULL REFERENCES records (id),
    check_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (record_id, check_id)
) WITHOUT ROWID;
CREATE TABLE fact_changes (
    step_id INTEGER NOT NULL REFERENCES steps (id),
    name TEXT NOT NULL,
    before TEXT,
    after TEXT
);
CREATE INDEX fact_changes_by_step ON fact_changes (step_id);
CREATE TABLE words (
    chunk INTEGER PRIMARY KEY,
    upto INTEGER NOT NULL,
    ids BLOB NOT NULL,
    counts BLOB NOT NULL,
    hashes BLOB NOT NULL
);
"""


@migration
def m002_checks(connection: sqlite3.Connection) -> None:
    """Findings with a place and a score, what each check has seen, suppressions, and the words of the records."""
    _run(connection, _CHECKS)


_SUGGESTIONS = """
CREATE TABLE suggestions (
    record_id INTEGER PRIMARY KEY,
    label TEXT NOT NULL,
    confidence REAL NOT NULL
);
CREATE INDEX suggestions_by_confidence ON suggestions (confidence);
"""


@migration
def m003_suggestions(connection: sqlite3.Connection) -> None:
    """What a classifier would say of records that nobody has decided about."""
    _run(connection, _SUGGESTIONS)


@migration
def m004_grams(connection: sqlite3.Connection) -> None:
    """In which stretches of records runs of three bytes occur."""
    connection.execute("CREATE TABLE grams (place INTEGER PRIMARY KEY, stretches BLOB NOT NULL)")
