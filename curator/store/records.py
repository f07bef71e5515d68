"""Reading and writing the rows of `records`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from curator.errors import NotFound
from curator.query import Query
from curator.records import Frozen, Kind
from curator.store import findings, grams, suppressions, words
from curator.store.derived import decoded, derived, dump, input_key
from curator.store.original import Sources
from curator.store.search import condition

__all__ = ["Patch", "StoredRecord", "dump", "input_key"]

PAGE = 1000
Patch = dict[str, Any]
"""New values of some of what can change: fields, status, split, tags, hidden, suppressed (check to reason)."""


class StoredRecord(Frozen):
    """A record as the project holds it."""

    id: int
    """Number within the project; never used twice."""
    fields: dict[str, Any]
    """The fields of its kind, as they are now; they may still be invalid."""
    meta: dict[str, Any]
    """Columns of the source that are no field of the kind."""
    original: dict[str, Any]
    """The row as it came in."""
    status: str
    """new, accepted, rejected, flagged or deleted."""
    split: str | None
    """train, validation, test, blocks (a document cut inside), or not assigned."""
    source: str
    """The file it came from."""
    line: int
    """Its line or row in that file, from 1."""
    tags: tuple[str, ...]
    """Free marks."""
    findings: tuple[str, ...]
    """Ids of the checks that found something in it that is not suppressed."""


_COLUMNS = """records.id, fields, meta, original, CASE hidden WHEN 1 THEN 'deleted' ELSE status END, split,
    source_id, line, tags, {findings}"""
_WITH_FINDINGS = _COLUMNS.format(
    findings="""(SELECT json_group_array(DISTINCT check_id) FROM findings
        WHERE record_id = records.id AND NOT suppressed)"""
)
_WITHOUT_FINDINGS = _COLUMNS.format(findings="'[]'")


def update(connection: sqlite3.Connection, kind: Kind, record_id: int, patch: Patch) -> None:
    """Write some columns of one record, and what is derived from them, inside the caller's transaction."""
    values: dict[str, Any] = dict(patch)
    if (suppressed := values.pop("suppressed", None)) is not None:
        suppressions.write(connection, record_id, suppressed)
    if "fields" in patch:
        names = ("input_key", "length", "search")
        values |= dict(zip(names, derived(kind, patch["fields"]), strict=True))
        values["fields"] = dump(patch["fields"])
        grams.grow(connection, record_id, (values["fields"], values["search"]))
        values |= _kept_original(connection, record_id)
        words.forget(connection, record_id)
    if "tags" in patch:
        values["tags"] = dump(list(patch["tags"]))
    if values:
        assignments = ", ".join(f"{name} = ?" for name in values)
        connection.execute(f"UPDATE records SET {assignments} WHERE id = ?", (*values.values(), record_id))
    findings.invalidate(connection, record_id, patch.keys())


def get(connection: sqlite3.Connection, record_id: int) -> StoredRecord:
    """One record, deleted or not.

    Raises:
        NotFound: there is no such record.
    """
    row = connection.execute(
        f"SELECT {_WITH_FINDINGS} FROM records WHERE id = ? AND hidden != 2", (record_id,)
    ).fetchone()
    if row is None:
        raise NotFound(f"There is no record {record_id}.", "`curator list` shows the records.")
    return _stored(row, Sources(connection))


def columns(connection: sqlite3.Connection, record_id: int) -> Patch:
    """The changeable columns of one record, deleted or not.

    Raises:
        NotFound: there is no such record.
    """
    row = connection.execute(
        "SELECT fields, status, split, tags, hidden FROM records WHERE id = ? AND hidden != 2", (record_id,)
    ).fetchone()
    if row is None:
        raise NotFound(
            f"There is no record {record_id}.", "`curator list` shows the records; nothing was changed."
        )
    fields, status, split, tags, hidden = row
    return {
        "fields": json.loads(fields),
        "status": status,
        "split": split,
        "tags": json.loads(tags),
        "hidden": hidden,
        "suppressed": suppressions.of_record(connection, record_id),
    }


def page(
    connection: sqlite3.Connection, query: Query, after: int = 0, limit: int = PAGE
) -> list[StoredRecord]:
    """The next records of a query in the order of their ids, beginning behind `after` (keyset paging)."""
    return _page(connection, query, after, limit, _WITH_FINDINGS, Sources(connection))


def some(connection: sqlite3.Connection, record_ids: Sequence[int]) -> list[StoredRecord]:
    """Records by their ids, in this order; those that are gone are left out."""
    sources = Sources(connection)
    found: list[StoredRecord] = []
    for start in range(0, len(record_ids), PAGE):
        wanted = list(record_ids[start : start + PAGE])
        marks = ", ".join("?" * len(wanted))
        rows = connection.execute(
            f"SELECT {_WITH_FINDINGS} FROM records WHERE id IN ({marks}) AND hidden != 2", wanted
        )
        known = {row[0]: _stored(row, sources) for row in rows.fetchall()}
        found += [known[record_id] for record_id in wanted if record_id in known]
    return found


def iterate(connection: sqlite3.Connection, query: Query | None = None) -> Iterator[StoredRecord]:
    """Every record of a query without its findings, page by page, so that writers are not held up."""
    after, sources = 0, Sources(connection)
    while batch := _page(connection, query or Query(), after, PAGE, _WITHOUT_FINDINGS, sources):
        yield from batch
        after = batch[-1].id


def _page(
    connection: sqlite3.Connection, query: Query, after: int, limit: int, columns: str, sources: Sources
) -> list[StoredRecord]:
    where, parameters = condition(query)
    rows = connection.execute(
        f"SELECT {columns} FROM records WHERE {where} AND id > ? ORDER BY id LIMIT ?",
        (*parameters, after, limit),
    )
    return [_stored(row, sources) for row in rows.fetchall()]


def ids(connection: sqlite3.Connection, query: Query) -> list[int]:
    """The ids of a query's records, in order."""
    where, parameters = condition(query)
    return [i for (i,) in connection.execute(f"SELECT id FROM records WHERE {where} ORDER BY id", parameters)]


def count(connection: sqlite3.Connection, query: Query) -> int:
    """How many records a query fits."""
    where, parameters = condition(query)
    return int(connection.execute(f"SELECT count(*) FROM records WHERE {where}", parameters).fetchone()[0])


def tally(
    connection: sqlite3.Connection, column: str, query: Query, text_only: bool = False
) -> dict[str, int]:
    """Records per value of `status`, `split` or `label`; records without a value count as `none`.

    `text_only` leaves out labels that are lists or objects.
    """
    where, parameters = condition(query)
    if text_only:
        where += " AND json_type(fields, '$.label') = 'text'"
    rows = connection.execute(
        f"SELECT coalesce({column}, 'none'), count(*) FROM records WHERE {where} GROUP BY 1 ORDER BY 1",
        parameters,
    )
    return {str(value): number for value, number in rows}


def group_of(record: StoredRecord, column: str) -> str:
    """The record's value in a column of the user's, as it came in or as it is now; empty when there is none."""
    for values in (record.meta, record.fields, record.original) if column else ():
        if values.get(column) is not None:
            return str(values[column])
    return ""


def _kept_original(connection: sqlite3.Connection, record_id: int) -> Patch:
    """Before a record's fields change for the first time, the row that they came from is written down."""
    source_id, original, fields, meta = connection.execute(
        "SELECT source_id, original, fields, meta FROM records WHERE id = ?", (record_id,)
    ).fetchone()
    if original:
        return {}
    came = Sources(connection).original(source_id, "", json.loads(fields), json.loads(meta))
    return {"original": dump(came)}


def _stored(row: tuple[Any, ...], sources: Sources) -> StoredRecord:
    fields, meta = decoded(row[1]), decoded(row[2])
    return StoredRecord.model_construct(
        id=row[0],
        fields=fields,
        meta=meta,
        original=sources.original(row[6], row[3], fields, meta),
        status=row[4],
        split=row[5],
        source=sources.name(row[6]),
        line=row[7],
        tags=tuple(decoded(row[8])),
        findings=tuple(sorted(decoded(row[9]))),
    )
