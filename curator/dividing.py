"""Dividing a project's records: who takes part, what stays where it is, and what came of it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from curator import splitting
from curator.edits import Editor
from curator.errors import CuratorError
from curator.export.rows import Plan, shares, usable
from curator.query import parse
from curator.records import Frozen
from curator.splitting import Item
from curator.store import facts, records
from curator.store.connection import transaction
from curator.store.records import StoredRecord, group_of
from curator.text import nearest
from curator.windows import BLOCKS


class SplitReport(Frozen):
    """What a split came to."""

    counts: dict[str, int]
    """Records per side."""
    labels: dict[str, dict[str, int]]
    """Label to records per side."""
    leaks: int
    """Clusters of equal inputs or one group that stand on more than one side."""
    changed: int
    """Records that were given another side now."""
    held_back: dict[str, int]
    """Records that cannot be used, by reason; those that have a side keep it."""
    ungrouped: int = 0
    """Records without a value in the group column."""


def divide(
    connection: sqlite3.Connection, plan: Plan, editor: Editor, fresh: bool, freeze: bool
) -> SplitReport:
    """Give every usable record a side.

    Args:
        connection: The project's database.
        plan: Kind, labels, shares, group column.
        editor: Writes the sides, as one step.
        fresh: Forget the sides there are; a frozen test set stays all the same.
        freeze: From now on nothing comes into the test set or leaves it.

    Raises:
        CuratorError: the group column does not exist, or there is no test set to freeze.
    """
    found = list(records.iterate(connection))
    _check_group(found, plan.split.group)
    frozen = _frozen(connection)
    reasons = {record.id: usable(record, plan) for record in found}
    kept = {r.id: None if fresh and not (frozen and r.split in ("test", BLOCKS)) else r.split for r in found}
    taking_part = [record for record in found if not reasons[record.id] or kept[record.id]]
    items = [_item(record, plan, kept[record.id]) for record in taking_part]
    splits, leaks = _assign(items, plan, frozen, sum(not reason for reason in reasons.values()))
    wanted = {record.id: splits.get(record.id, kept[record.id]) for record in found}
    changed = editor.assign_splits({r.id: wanted[r.id] for r in found if r.split != wanted[r.id]})
    held = Counter(reason for reason in reasons.values() if reason)
    held["would leak"] += sum(not reasons[record_id] and side is None for record_id, side in splits.items())
    if freeze:
        _freeze(connection)
    ungrouped = sum(not group_of(record, plan.split.group) for record in found) if plan.split.group else 0
    return _report(connection, plan, leaks, changed, +held, ungrouped)


def same_input_elsewhere(connection: sqlite3.Connection, record_id: int) -> list[int]:
    """Records on other sides of the split that have the same input as this one."""
    rows = connection.execute(
        """SELECT other.id FROM records AS me JOIN records AS other ON other.input_key = me.input_key
           WHERE me.id = ? AND other.hidden = 0 AND me.split IS NOT NULL AND other.split != me.split""",
        (record_id,),
    )
    return [i for (i,) in rows]


def count_leaks(connection: sqlite3.Connection) -> int:
    """Inputs that stand on more than one side of the split."""
    row = connection.execute(
        """SELECT count(*) FROM (SELECT 1 FROM records WHERE hidden = 0 AND split IS NOT NULL
           GROUP BY input_key HAVING count(DISTINCT split) > 1)"""
    ).fetchone()
    return int(row[0])


def _assign(
    items: Sequence[Item], plan: Plan, frozen: bool, usable_count: int
) -> tuple[dict[int, str | None], int]:
    """Documents are dealt out whole or cut inside, all of a project alike; once decided it stays so."""
    sides = {item.current for item in items if item.current}
    inside = plan.kind == "text" and (
        BLOCKS in sides or (not sides and usable_count < splitting.ENOUGH_DOCUMENTS)
    )
    if inside:
        return {item.id: BLOCKS for item in items}, 0
    return splitting.assign(items, shares(plan.split), plan.split.seed, frozen)


def _item(record: StoredRecord, plan: Plan, current: str | None) -> Item:
    group = group_of(record, plan.split.group)
    keys = (f"input {records.input_key(plan.kind, record.fields)}", *((f"group {group}",) if group else ()))
    weight = len(str(record.fields.get("text"))) if plan.kind == "text" else 1
    stratum = str(record.fields.get("label")) if plan.kind == "classification" else ""
    return Item(record.id, keys, stratum, weight, current)


def _check_group(found: Sequence[StoredRecord], column: str) -> None:
    if not column or not found or any(group_of(record, column) for record in found):
        return
    columns = dict.fromkeys(name for r in found[:1000] for name in (*r.meta, *r.fields, *r.original))
    raise CuratorError(f"No record has a value in the column {column!r}.", nearest(column, columns))


def _frozen(connection: sqlite3.Connection) -> bool:
    """Frozen holds as long as there is a test set; a split that was undone takes it along."""
    if facts.get(connection, facts.FROZEN_TEST) is None:
        return False
    if records.count(connection, parse("split:test,blocks")):
        return True
    with transaction(connection):
        facts.forget(connection, facts.FROZEN_TEST)
    return False


def _freeze(connection: sqlite3.Connection) -> None:
    if not records.count(connection, parse("split:test,blocks")):
        raise CuratorError(
            "There is no test set to freeze.", "Import more records, or raise the share: --test .2"
        )
    with transaction(connection):
        facts.put(connection, facts.FROZEN_TEST, datetime.now(UTC).isoformat(timespec="seconds"))


def _report(
    connection: sqlite3.Connection, plan: Plan, leaks: int, changed: int, held: Counter[str], ungrouped: int
) -> SplitReport:
    labels: dict[str, dict[str, int]] = {}
    if plan.kind == "classification":
        rows = connection.execute(
            """SELECT label, split, count(*) FROM records
               WHERE hidden = 0 AND split IS NOT NULL AND label IS NOT NULL
               GROUP BY label, split ORDER BY label, split"""
        )
        for label, side, number in rows:
            labels.setdefault(str(label), {})[side] = number
    return SplitReport(
        counts=records.tally(connection, "split", parse("-split:none")),
        labels=labels,
        leaks=max(leaks, count_leaks(connection)),
        changed=changed,
        held_back=dict(held),
        ungrouped=ungrouped,
    )
