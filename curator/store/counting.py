"""Counts of everything in a project."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from curator.query import Query, Term, parse
from curator.records import Frozen, Kind
from curator.store import records, sources


class Stats(Frozen):
    """Counts of everything."""

    records: int
    status: dict[str, int]
    split: dict[str, int]
    label: dict[str, int]
    issues: dict[str, int]
    """Records per check that found something in them."""
    rejects: int


def stats(connection: sqlite3.Connection, kind: Kind) -> Stats:
    """Counts by status, split, label and finding."""
    everything = Query()
    rows = connection.execute(
        """SELECT check_id, count(DISTINCT record_id) FROM findings JOIN records ON records.id = record_id
           WHERE hidden = 0 AND NOT suppressed GROUP BY 1 ORDER BY 1"""
    ).fetchall()
    return Stats(
        records=records.count(connection, everything),
        status=records.tally(connection, "status", everything),
        split=records.tally(connection, "split", everything),
        label=records.tally(connection, "label", everything) if kind == "classification" else {},
        issues=dict(rows),
        rejects=len(sources.rejects(connection)),
    )


def unlisted(connection: sqlite3.Connection, labels: Sequence[str]) -> int:
    """Records whose label is not in a list."""
    listed = sum(
        records.count(connection, Query(terms=(Term(key="label", values=(label,), literal=True),)))
        for label in labels
    )
    return records.count(connection, parse("-label:none")) - listed
