"""Reading rejects again: with another mapping, or a newer version that can do more."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Mapping
from contextlib import suppress

from curator.errors import CuratorError
from curator.formats import mapping, reading
from curator.formats.base import Layout, Row
from curator.formats.outcomes import Example
from curator.records import Kind
from curator.store import intake, journal, sources
from curator.store.connection import transaction
from curator.store.intake import NewRecord
from curator.store.sources import StoredReject
from curator.text import plural


def retry(
    connection: sqlite3.Connection, kind: Kind, wanted: Mapping[str, str], actor: str
) -> tuple[int, int]:
    """Read the rejects again, with a new mapping perhaps, as one step; returns (records added, rejects left)."""
    kept = sources.rejects(connection)
    added = settled = 0
    with suppress(_NothingRead), transaction(connection):
        step_id = journal.begin(connection, actor, "retry", "retry " + plural(len(kept), "reject"))
        for reject in kept:
            if found := _again(connection, kind, reject, wanted, step_id):
                intake.insert(connection, found)
                sources.settle(connection, reject.id, step_id)
                added += len(found)
                settled += 1
        journal.add_count(connection, step_id, added)
        if not added:
            raise _NothingRead
    return added, len(kept) - settled


def shared_header(connection: sqlite3.Connection) -> bytes:
    """The header of the tables that the rejects come from, as bytes of a line; empty unless they share one."""
    plans = [sources.plan_of(connection, reject.id)[1] for reject in sources.rejects(connection)]
    layouts = {Layout.model_validate(plan["layout"]) for plan in plans}
    if len(layouts) != 1 or (layout := layouts.pop()).format != "csv" or not layout.header:
        return b""
    text = io.StringIO()
    csv.writer(text, delimiter=layout.delimiter, lineterminator="\n").writerow(layout.columns)
    return text.getvalue().encode(layout.encoding)


class _NothingRead(Exception):
    """Rolls back a retry that would have changed nothing."""


def _again(
    connection: sqlite3.Connection, kind: Kind, reject: StoredReject, wanted: Mapping[str, str], step_id: int
) -> list[NewRecord]:
    """The records that a reject holds; none unless all of it can be read."""
    source_id, plan = sources.plan_of(connection, reject.id)
    layout = Layout.model_validate(plan["layout"])
    rows = list(reading.rows_of_reject(reject.raw, layout))
    if len(rows) != 1 or not isinstance(rows[0], Row):
        return []
    values = rows[0].values
    columns: Mapping[str, str] = plan["mapping"]
    if wanted:
        others = {f: c for f, c in columns.items() if c in values and c not in wanted.values()}
        # Where this one has other columns than those the user has in mind now, its old ones stay.
        with suppress(CuratorError):
            columns = mapping.resolve(kind, list(values), {**others, **wanted}, reject.place, [values])
    made = mapping.converter(kind, columns)(values)
    if not all(isinstance(one, Example) for one in made):
        return []
    return [
        intake.prepared(kind, step_id, source_id, reject.line, one.fields, one.meta, values)
        for one in made
        if isinstance(one, Example)
    ]
