"""Reading and writing the rows of `records`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from curator.errors import NotFound
from curator.query import Query
from curator.records import Frozen, Kind, all_text, input_text
from curator.store import findings
from curator.store.search import condition
from curator.text import digest, normalised, searchable

PAGE = 1000
Patch = dict[str, Any]
"""New values of some of the changeable columns: fields, status, split, tags, hidden."""


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
    """Ids of the checks that found something in it."""


class NewRecord(NamedTuple):
    """A validated row on its way into the store; a tuple because imports make millions."""

    source_id: int
    line: int
    fields: Mapping[str, Any]
    meta: Mapping[str, Any]
    original: Mapping[str, Any]
    row_hash: str


_COLUMNS = """records.id, fields, meta, original, CASE hidden WHEN 1 THEN 'deleted' ELSE status END, split,
    (SELECT name FROM sources WHERE sources.id = source_id), line, tags,
    (SELECT json_group_array(DISTINCT check_id) FROM findings WHERE record_id = records.id)"""


def dump(value: Any) -> str:
    """Compact JSON that UTF-8 can hold, whatever the strings inside."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text


def insert(connection: sqlite3.Connection, kind: Kind, step_id: int, records: Iterable[NewRecord]) -> None:
    """Add records inside the caller's transaction."""
    connection.executemany(
        """INSERT INTO records (step_id, source_id, line, fields, meta, original, row_hash,
               input_key, length, search) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (_as_row(kind, step_id, record) for record in records),
    )


def update(connection: sqlite3.Connection, kind: Kind, record_id: int, patch: Patch) -> None:
    """Write some columns of one record, and what is derived from them, inside the caller's transaction."""
    values: dict[str, Any] = dict(patch)
    if "fields" in patch:
        names = ("input_key", "length", "search")
        values |= dict(zip(names, _derived(kind, patch["fields"]), strict=True))
        values["fields"] = dump(patch["fields"])
    if "tags" in patch:
        values["tags"] = dump(list(patch["tags"]))
    assignments = ", ".join(f"{name} = ?" for name in values)
    connection.execute(f"UPDATE records SET {assignments} WHERE id = ?", (*values.values(), record_id))
    findings.invalidate(connection, record_id, patch.keys())


def get(connection: sqlite3.Connection, record_id: int) -> StoredRecord:
    """One record, deleted or not.

    Raises:
        NotFound: there is no such record.
    """
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM records WHERE id = ? AND hidden != 2", (record_id,)
    ).fetchone()
    if row is None:
        raise NotFound(f"There is no record {record_id}.", "`curator list` shows the records.")
    return _stored(row)


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
    }


def page(
    connection: sqlite3.Connection, query: Query, after: int = 0, limit: int = PAGE
) -> list[StoredRecord]:
    """The next records of a query in the order of their ids, beginning behind `after` (keyset paging)."""
    where, parameters = condition(query)
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM records WHERE {where} AND id > ? ORDER BY id LIMIT ?",
        (*parameters, after, limit),
    )
    return [_stored(row) for row in rows]


def iterate(connection: sqlite3.Connection, query: Query | None = None) -> Iterator[StoredRecord]:
    """Every record of a query, page by page, so that writers are not held up."""
    after = 0
    while batch := page(connection, query or Query(), after):
        yield from batch
        after = batch[-1].id


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


def occurrences(
    connection: sqlite3.Connection, row_hashes: Sequence[str], before_step: int
) -> dict[str, int]:
    """How many records each of some incoming rows has become in imports before a step."""
    marks = ",".join("?" * len(row_hashes))
    rows = connection.execute(
        f"""SELECT row_hash, count(*) FROM records
            WHERE row_hash IN ({marks}) AND hidden != 2 AND step_id < ? GROUP BY row_hash""",
        (*row_hashes, before_step),
    )
    return dict(rows.fetchall())


def group_of(record: StoredRecord, column: str) -> str:
    """The record's value in a column of the user's, as it came in or as it is now; empty when there is none."""
    for values in (record.meta, record.fields, record.original) if column else ():
        if values.get(column) is not None:
            return str(values[column])
    return ""


def input_key(kind: Kind, fields: Mapping[str, Any]) -> str:
    """Equal for records whose inputs differ in case, white space or Unicode form at most."""
    return digest(normalised(input_text(kind, fields)))


def _as_row(kind: Kind, step_id: int, r: NewRecord) -> tuple[Any, ...]:
    came = (dump(r.fields), dump(r.meta), dump(r.original), r.row_hash)
    return (step_id, r.source_id, r.line, *came, *_derived(kind, r.fields))


def _derived(kind: Kind, fields: Mapping[str, Any]) -> tuple[str, int, str]:
    texts = all_text(fields)
    return input_key(kind, fields), sum(map(len, texts)), _encodable(searchable(texts))


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _stored(row: tuple[Any, ...]) -> StoredRecord:
    return StoredRecord.model_construct(
        id=row[0],
        fields=json.loads(row[1]),
        meta=json.loads(row[2]),
        original=json.loads(row[3]),
        status=row[4],
        split=row[5],
        source=row[6],
        line=row[7],
        tags=tuple(json.loads(row[8])),
        findings=tuple(sorted(json.loads(row[9]))),
    )
