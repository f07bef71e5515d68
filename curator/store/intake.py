"""Bringing records in by the hundred thousand: rows made ready, counted against earlier imports, inserted in blocks."""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from curator.records import Kind
from curator.store.connection import BUSY_SECONDS, transaction
from curator.store.derived import derived, dump, encoded, fingerprint, sorted_keys

_BLOCK = 100
"""Rows of one INSERT: the interpreter is asked once for all of them."""
_CACHE_KIB = 64 * 1024
_INDEXES = ("records_by_content",)


class NewRecord(NamedTuple):
    """A row on its way into the store, in the order of the columns it fills; sqlite3 binds str and int quickest."""

    step_id: int
    source_id: int
    line: int
    fields: str
    """JSON."""
    meta: str
    """JSON."""
    original: str
    """JSON of the row as it came; empty when fields and meta tell it (`original.rebuilt`)."""
    row_hash: int
    """Equal for rows that would become the same record."""
    input_key: int
    length: int
    search: str


def prepared(
    kind: Kind,
    step_id: int,
    source_id: int,
    line: int,
    fields: Mapping[str, Any],
    meta: Mapping[str, Any],
    original: Mapping[str, Any] | None,
) -> NewRecord:
    """Everything that the store keeps of a new record."""
    fields_json = encoded(fields)
    meta_json = encoded(meta) if meta else b"{}"
    came = "" if original is None else dump(original)
    row_hash = fingerprint(fields_json + sorted_keys(meta) if meta else fields_json)
    key, length, search = derived(kind, fields)
    texts = (fields_json.decode("utf-8"), meta_json.decode("utf-8"), came)
    return NewRecord(step_id, source_id, line, *texts, row_hash, key, length, search)


def insert(connection: sqlite3.Connection, records: Sequence[NewRecord]) -> None:
    """Add records inside the caller's transaction."""
    whole = len(records) - len(records) % _BLOCK
    for start in range(0, whole, _BLOCK):
        block = records[start : start + _BLOCK]
        connection.execute(_statement(_BLOCK), list(chain.from_iterable(block)))
    for record in records[whole:]:
        connection.execute(_statement(1), record)


def occurrences(
    connection: sqlite3.Connection, records: Iterable[NewRecord], before_step: int
) -> dict[int, int]:
    """How many records each of some incoming rows (by its `row_hash`) has become in imports before a step."""
    keys = list({(record.input_key, record.row_hash) for record in records})
    found: dict[int, int] = {}
    for start in range(0, len(keys), _BLOCK):
        block = keys[start : start + _BLOCK]
        rows = connection.execute(
            f"""WITH incoming (key, hash) AS (VALUES {", ".join(["(?, ?)"] * len(block))})
                SELECT row_hash, count(*) FROM incoming CROSS JOIN records
                WHERE input_key = key AND row_hash = hash AND hidden != 2 AND step_id < ? GROUP BY row_hash""",
            (*chain.from_iterable(block), before_step),
        )
        found.update(rows.fetchall())
    return found


@contextmanager
def bulk(connection: sqlite3.Connection) -> Iterator[bool]:
    """A transaction for an import; as durable as any other, but quicker into an empty project.

    There every page is new. A rollback journal has then next to nothing to keep (sqlite.org/lockingv3.html), while
    the write-ahead log would write each page twice; and an index is built faster from all its keys than key by key.

    Yields:
        Whether the project is empty.
    """
    empty = connection.execute("SELECT NOT EXISTS (SELECT 1 FROM records)").fetchone()[0]
    with _no_collection(), _rollback_journal(connection) if empty else nullcontext():
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        with transaction(connection):
            # Another import may have come first while this one waited for its turn.
            empty = empty and not connection.execute("SELECT EXISTS (SELECT 1 FROM records)").fetchone()[0]
            late = _drop_indexes(connection) if empty else []
            yield bool(empty)
            for statement in late:
                connection.execute(statement)


@contextmanager
def _rollback_journal(connection: sqlite3.Connection) -> Iterator[None]:
    """Where another program has the project open the mode cannot change, and does not."""
    with suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA busy_timeout = 0")
        connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute(f"PRAGMA busy_timeout = {int(1000 * BUSY_SECONDS)}")
    try:
        yield
    finally:
        # Whoever opens the project next would see to it.
        with suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode = WAL")


@contextmanager
def _no_collection() -> Iterator[None]:
    """Rows hold no cycles: looking for some among millions of them took a tenth of an import."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _drop_indexes(connection: sqlite3.Connection) -> list[str]:
    """The statements that make them again."""
    statements = []
    for name in _INDEXES:
        (statement,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE type = 'index' AND name = ?", (name,)
        ).fetchone()
        statements.append(str(statement))
        connection.execute(f"DROP INDEX {name}")
    return statements


@lru_cache(maxsize=2)
def _statement(rows: int) -> str:
    one = f"({', '.join('?' * len(NewRecord._fields))})"
    return f"INSERT INTO records ({', '.join(NewRecord._fields)}) VALUES " + ", ".join([one] * rows)
