"""What a change of records has done to a split that is there already.

An import changes no side: what it brings is divided by the next split.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from curator.checks import frozen as frozen_check
from curator.checks import leaks as leaks_check
from curator.checks.leaks import Placed
from curator.dividing import frozen_test
from curator.export.rows import Plan
from curator.query import parse
from curator.records import input_text, target_text
from curator.store import records
from curator.store.findings import SPLIT_LEAK, Finding

MOST_PLACED = 50_000
"""In a larger split only the check looks for near duplicates: after every edit it would take too long."""
MOST_CHANGED = 100
"""After a larger change only the check looks for leaks."""


class _Other(NamedTuple):
    """A record of the split, to be compared."""

    placed: Placed
    asked: str
    given: str


def of_change(
    connection: sqlite3.Connection, plan: Plan, record_ids: Sequence[int], texts_changed: bool
) -> list[Finding]:
    """How a frozen test set differs because of some records; if their texts changed, the leaks they are part of."""
    found = [*_frozen(connection, plan, record_ids)]
    if not texts_changed or not record_ids:
        return found
    if len(record_ids) > MOST_CHANGED:
        told = (
            f"was changed together with {len(record_ids) - 1:,} others: only `curator check` looks for leaks"
        )
        return [*found, _note(record_ids[0], told)] if _count_placed(connection) else found
    changed = [record_id for record_id in record_ids if _is_placed(connection, record_id)]
    leaks = [leak for record_id in changed for leak in _equal_inputs(connection, record_id)]
    if not changed or not plan.split.near_duplicates:
        return [*found, *leaks]
    if _count_placed(connection) > MOST_PLACED:
        told = "was not compared with all others for near duplicates: `curator check` does that"
        return [*found, *leaks, _note(changed[0], told)]
    known = {(leak.record_id, leak.related) for leak in leaks}
    near = _near_duplicates(connection, plan, changed)
    return [*found, *leaks, *(leak for leak in near if (leak.record_id, leak.related) not in known)]


def count_equal_inputs(connection: sqlite3.Connection) -> int:
    """Inputs that stand on more than one side of the split."""
    row = connection.execute(
        """SELECT count(*) FROM (SELECT 1 FROM records WHERE hidden = 0 AND split IS NOT NULL
           GROUP BY input_key HAVING count(DISTINCT split) > 1)"""
    ).fetchone()
    return int(row[0])


def _frozen(connection: sqlite3.Connection, plan: Plan, record_ids: Sequence[int]) -> Iterator[Finding]:
    then = frozen_test.read(connection)
    if then is None:
        return
    concerned = then.records.keys() | set(records.ids(connection, parse(frozen_test.HELD_OUT)))
    for record_id in record_ids:
        if record_id in concerned:
            record = records.get(connection, record_id)
            if told := frozen_check.difference(plan.kind, plan.labels, then, record):
                yield frozen_check.FROZEN_TEST.finding(record.id, told)


def _is_placed(connection: sqlite3.Connection, record_id: int) -> bool:
    row = connection.execute(
        "SELECT 1 FROM records WHERE id = ? AND hidden = 0 AND split IS NOT NULL", (record_id,)
    ).fetchone()
    return row is not None


def _count_placed(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT count(*) FROM records WHERE hidden = 0 AND split IS NOT NULL").fetchone()
    return int(row[0])


def _equal_inputs(connection: sqlite3.Connection, record_id: int) -> list[Finding]:
    rows = connection.execute(
        """SELECT me.split, other.id, other.split
           FROM records AS me JOIN records AS other ON other.input_key = me.input_key
           WHERE me.id = ? AND other.hidden = 0 AND other.split != me.split ORDER BY other.id""",
        (record_id,),
    )
    return [
        _leak(Placed(record_id, mine), Placed(other_id, side), leaks_check.SAME_INPUT)
        for mine, other_id, side in rows
    ]


def _near_duplicates(connection: sqlite3.Connection, plan: Plan, changed: Sequence[int]) -> Iterator[Finding]:
    """Both as `curator check` sees them: the input alone, and with the target as one text."""
    from curator.near_duplicates import Index

    others = list(_placed(connection, plan))
    wanted = set(changed)
    mine = [number for number, other in enumerate(others) if other.placed.id in wanted]
    joins = [(leaks_check.NEAR_INPUT, [other.asked for other in others])]
    if any(other.given for other in others):
        joins.append((leaks_check.NEAR_WHOLE, [f"{other.asked}\n{other.given}" for other in others]))
    for tie, texts in joins:
        index = Index(texts, plan.split.near_duplicates)
        for number in mine:
            for position, similarity in index.near(texts[number]):
                if _are_apart(others[number], others[position]):
                    yield _leak(others[number].placed, others[position].placed, tie, similarity)


def _are_apart(one: _Other, other: _Other) -> bool:
    """On two sides; documents that are cut inside share theirs only if they are the same to the letter."""
    if one.placed.split == other.placed.split == "blocks":
        return one.asked != other.asked
    return one.placed.split != other.placed.split


def _placed(connection: sqlite3.Connection, plan: Plan) -> Iterator[_Other]:
    rows = connection.execute(
        "SELECT id, split, fields FROM records WHERE hidden = 0 AND split IS NOT NULL ORDER BY id"
    )
    for record_id, split, text in rows:
        fields = json.loads(text)
        yield _Other(Placed(record_id, split), input_text(plan.kind, fields), target_text(plan.kind, fields))


def _note(record_id: int, told: str) -> Finding:
    return Finding(check_id=SPLIT_LEAK, record_id=record_id, severity="info", message=told)


def _leak(record: Placed, other: Placed, tie: str, similarity: float = 1.0) -> Finding:
    return Finding(
        check_id=SPLIT_LEAK,
        record_id=record.id,
        severity="error",
        message=leaks_check.message(record, other, tie, similarity),
        related=other.id,
    )
