"""A row as it came in, told again from the record that it became: most rows need not be kept twice."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from curator.store.derived import decoded


class Told:
    """How the columns of a source became fields."""

    def __init__(self, columns: Sequence[str], mapping: Mapping[str, str]) -> None:
        """The columns of the source in their order, and field to column."""
        self.columns = columns
        self.mapping = mapping
        self.field_of = {column: field for field, column in mapping.items()}


def rebuilt(told: Told, fields: Mapping[str, Any], meta: Mapping[str, Any]) -> dict[str, Any]:
    """The row behind a record that has not been edited; a mapped column without a field was blank."""
    field_of = told.field_of
    row: dict[str, Any] = {}
    for column in told.columns:
        if field := field_of.get(column):
            row[column] = fields.get(field, "")
        elif column in meta:
            row[column] = meta[column]
    return row


def is_told(
    told: Told, values: Mapping[str, Any], fields: Mapping[str, Any], meta: Mapping[str, Any]
) -> bool:
    """Whether `rebuilt` would give exactly these values; quick, for every row of an import asks it."""
    mapping = told.mapping
    if len(values) != len(mapping) + len(meta):
        return False
    for field, column in mapping.items():
        value = values.get(column)
        if value is not fields.get(field, "") and (
            value.__class__ is not str or value != fields.get(field, "")
        ):
            return False
    return not meta or all(column in values and values[column] is meta[column] for column in meta)


class _Source(NamedTuple):
    name: str
    told: Told


class Sources:
    """Where records came from; each source is looked up once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[int, _Source] = {}

    def name(self, source_id: int) -> str:
        """How the source is called."""
        return self._of(source_id).name

    def original(
        self, source_id: int, stored: str, fields: Mapping[str, Any], meta: Mapping[str, Any]
    ) -> dict[str, Any]:
        """A row as it came in: what was stored of it, or what fields and meta tell."""
        if stored:
            return dict(decoded(stored))
        return rebuilt(self._of(source_id).told, fields, meta)

    def _of(self, source_id: int) -> _Source:
        if source_id not in self._known:
            row = self._connection.execute("SELECT name, plan FROM sources WHERE id = ?", (source_id,))
            name, plan = row.fetchone()
            found = json.loads(plan)
            self._known[source_id] = _Source(name, Told(found["columns"], found["mapping"]))
        return self._known[source_id]
