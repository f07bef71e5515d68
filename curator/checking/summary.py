"""What the checks said about the records of an export."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from curator.checking.planning import Planner
from curator.checks.base import Check
from curator.export.manifest import CheckEntry, Checks
from curator.query import Query
from curator.store import suppressions
from curator.store.findings import SEVERITIES
from curator.store.search import condition

_USED = "status IN ('new', 'accepted') AND split IS NOT NULL"
_REASONS = 5
"""Reasons that are told of one check."""


def summary(
    connection: sqlite3.Connection, planner: Planner, checks: Sequence[Check], query: Query
) -> Checks:
    """Counts over the records that a query fits and that an export takes."""
    due = [check.id for check in checks if (plan := planner.plan(check)).chosen is None or plan.chosen]
    where, parameters = condition(query)
    rows = connection.execute(
        f"""SELECT check_id, severity,
                count(DISTINCT CASE WHEN NOT suppressed THEN coalesce(record_id, -rowid) END), sum(suppressed)
            FROM findings
            WHERE record_id IS NULL OR record_id IN (SELECT id FROM records WHERE {where} AND {_USED})
            GROUP BY check_id, severity""",
        parameters,
    ).fetchall()
    ran = {check.id for check in checks} - set(due)
    entries = {
        check_id: CheckEntry(
            severity=severity,
            found=found,
            suppressed=suppressed,
            reasons=_reasons(connection, check_id) if suppressed else (),
        )
        for check_id, severity, found, suppressed in sorted(rows, key=_rank)
        if check_id in ran
    }
    return Checks(total=len(ran), found=entries, not_run=tuple(due))


def _rank(row: tuple[str, str, int, int]) -> tuple[int, int, str]:
    check_id, severity, found, _ = row
    return SEVERITIES.index(severity), -found, check_id


def _reasons(connection: sqlite3.Connection, check_id: str) -> tuple[str, ...]:
    whole = suppressions.of_project(connection).get(check_id)
    rows = connection.execute(
        "SELECT DISTINCT reason FROM suppressions WHERE check_id = ? ORDER BY reason LIMIT ?",
        (check_id, _REASONS),
    )
    return (*([whole] if whole else []), *(reason for (reason,) in rows))[:_REASONS]
