"""What the checks found, until a record changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]
SPLIT_LEAK = "split-leak"
ABOUT_THE_SPLIT = (SPLIT_LEAK, "frozen-test", "contaminated")
"""The checks whose findings depend on the split."""
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
SUPPRESSED_FACT = "suppressed:"
"""Begins the name of the fact that a whole check does not count in this project; its value is the reason."""

_COLUMNS = "check_id, record_id, severity, message, field, span_start, span_end, related, score, suppressed"

_SUPPRESSED = f"""(EXISTS (SELECT 1 FROM suppressions WHERE record_id = {{record}} AND check_id = {{check}})
    OR EXISTS (SELECT 1 FROM facts WHERE name = '{SUPPRESSED_FACT}' || {{check}}))"""
"""Whether a check does not count, for a record or as a whole."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with one record, or with the set as a whole."""

    check_id: str
    """Which check found it."""
    record_id: int | None
    """Where; None for what is said of the whole set."""
    severity: Severity
    """error: the record cannot be used; warning: it will do harm; info: worth a look."""
    message: str
    """What is wrong, in words."""
    field: str = ""
    """The field it is about, if it is about one; turns of a conversation are `history.0`, `history.1`, …"""
    start: int | None = None
    """Where in the field the evidence begins, in code points."""
    end: int | None = None
    """Where it ends."""
    related: int | None = None
    """The other record that belongs to the finding (the first of the duplicates, the contradicting one)."""
    score: float | None = None
    """How strong it is, where the check measures that: a similarity, a probability, a share."""
    suppressed: bool = False
    """Whether somebody has said, with a reason, that this is no fault here."""

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as JSON shows them."""
        return asdict(self)


def forget(connection: sqlite3.Connection, check_ids: Sequence[str]) -> None:
    """Forget all findings of some checks, inside the caller's transaction."""
    connection.executemany("DELETE FROM findings WHERE check_id = ?", [(check_id,) for check_id in check_ids])


def forget_some(connection: sqlite3.Connection, check_id: str, record_ids: Iterable[int]) -> None:
    """Forget what a check found in some records, and in the set as a whole, inside the caller's transaction."""
    connection.execute("DELETE FROM findings WHERE check_id = ? AND record_id IS NULL", (check_id,))
    connection.executemany(
        "DELETE FROM findings WHERE check_id = ? AND record_id = ?", ((check_id, i) for i in record_ids)
    )


def add(connection: sqlite3.Connection, found: Iterable[Finding]) -> None:
    """Store findings, inside the caller's transaction; those that were suppressed before stay so."""
    connection.executemany(
        f"""INSERT INTO findings ({_COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
            {_SUPPRESSED.format(record="?2", check="?1")})""",
        (
            (f.check_id, f.record_id, f.severity, f.message, f.field, f.start, f.end, f.related, f.score)
            for f in found
        ),
    )


def stale(connection: sqlite3.Connection, check_id: str) -> set[int]:
    """Records that a check has to look at again because another record changed."""
    return {i for (i,) in connection.execute("SELECT record_id FROM stale WHERE check_id = ?", (check_id,))}


def refreshed(connection: sqlite3.Connection, check_id: str, record_ids: Iterable[int]) -> None:
    """Note that a check has looked at records again."""
    connection.executemany(
        "DELETE FROM stale WHERE check_id = ? AND record_id = ?", ((check_id, i) for i in record_ids)
    )


def postpone(connection: sqlite3.Connection, check_id: str, record_ids: Iterable[int]) -> None:
    """Note that a check has to look at records again."""
    connection.executemany("INSERT OR IGNORE INTO stale VALUES (?, ?)", ((check_id, i) for i in record_ids))


def score(connection: sqlite3.Connection, check_id: str, record_id: int) -> float | None:
    """How strong the finding of a check in a record is, 0 where that is not measured; None where there is none."""
    row = connection.execute(
        "SELECT max(coalesce(score, 0.0)) FROM findings WHERE check_id = ? AND record_id = ?",
        (check_id, record_id),
    ).fetchone()
    return None if row[0] is None else float(row[0])


def forget_one(connection: sqlite3.Connection, check_id: str, record_id: int) -> None:
    """Forget what a check found in one record."""
    connection.execute("DELETE FROM findings WHERE check_id = ? AND record_id = ?", (check_id, record_id))


def invalidate(connection: sqlite3.Connection, record_id: int, changed: Collection[str]) -> None:
    """Forget what a change of some columns of a record has made untrue.

    New fields end the record's own findings. Fields, status and visibility end what was found in others
    because of it. A new side of the split ends what was found about the split alone.
    """
    if "fields" in changed:
        connection.execute("DELETE FROM findings WHERE record_id = ?", (record_id,))
    if {"fields", "status", "hidden"} & set(changed):
        _end(connection, "related = ?", (record_id,))
    if "split" in changed:
        marks = ", ".join("?" * len(ABOUT_THE_SPLIT))
        _end(
            connection,
            f"(record_id = ? OR related = ?) AND check_id IN ({marks})",
            (record_id, record_id, *ABOUT_THE_SPLIT),
        )


def _end(connection: sqlite3.Connection, where: str, parameters: tuple[Any, ...]) -> None:
    """Forget findings, and note that their records have to be looked at again."""
    connection.execute(
        f"""INSERT OR IGNORE INTO stale SELECT check_id, record_id FROM findings
            WHERE record_id IS NOT NULL AND {where}""",
        parameters,
    )
    connection.execute(f"DELETE FROM findings WHERE {where}", parameters)


def settle(connection: sqlite3.Connection, where: str, value: int | str) -> None:
    """Work out again which findings are suppressed: those of one record, or of one check."""
    column = {"record": "record_id", "check": "check_id"}[where]
    flag = _SUPPRESSED.format(record="findings.record_id", check="findings.check_id")
    connection.execute(f"UPDATE findings SET suppressed = {flag} WHERE {column} = ?", (value,))


def of_record(connection: sqlite3.Connection, record_id: int) -> list[Finding]:
    """The findings of one record, suppressed ones included."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM findings WHERE record_id = ? ORDER BY check_id, rowid", (record_id,)
    )
    return [_finding(row) for row in rows]


def of_checks(connection: sqlite3.Connection, check_ids: Sequence[str], limit: int = -1) -> Iterator[Finding]:
    """The findings of some checks, check by check in this order; of each at most `limit`, the strongest first."""
    for check_id in check_ids:
        rows = connection.execute(
            f"""SELECT {_COLUMNS} FROM findings WHERE check_id = ?
                ORDER BY suppressed, record_id IS NOT NULL, score DESC, record_id, rowid LIMIT ?""",
            (check_id, limit),
        )
        yield from map(_finding, rows.fetchall())


def counts(connection: sqlite3.Connection) -> dict[str, tuple[int, int]]:
    """For each check: how many findings are open, and how many suppressed."""
    rows = connection.execute(
        "SELECT check_id, count(*) - sum(suppressed), sum(suppressed) FROM findings GROUP BY check_id"
    )
    return {check_id: (open_, suppressed) for check_id, open_, suppressed in rows}


def records_with(connection: sqlite3.Connection, check_id: str) -> list[int]:
    """The records in which a check has found something that is not suppressed, in order."""
    rows = connection.execute(
        """SELECT DISTINCT record_id FROM findings
           WHERE check_id = ? AND record_id IS NOT NULL AND NOT suppressed ORDER BY record_id""",
        (check_id,),
    )
    return [record_id for (record_id,) in rows]


def _finding(row: tuple[Any, ...]) -> Finding:
    finding = Finding(*row)
    return replace(finding, suppressed=bool(finding.suppressed))
