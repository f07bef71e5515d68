"""Dividing a project's records: who takes part, what stays where it is, and what came of it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from itertools import islice

import numpy as np

from curator.dividing import frozen_test
from curator.dividing.participants import Participants
from curator.dividing.report import SplitReport, report
from curator.edits import Editor
from curator.errors import CuratorError
from curator.export.rows import Plan, shares, usable
from curator.splitting.assigning import assign, assign_inside
from curator.splitting.items import BLOCKS, NOWHERE, SIDES, Assignment, Items, Rules
from curator.splitting.links import Links
from curator.store import records
from curator.store.records import group_of
from curator.text import nearest

ENOUGH_DOCUMENTS = 8
"""Fewer documents than this cannot be dealt out whole: they are cut inside."""


def divide(
    connection: sqlite3.Connection, plan: Plan, editor: Editor, fresh: bool, freeze: bool
) -> SplitReport:
    """Give every usable record a side.

    Args:
        connection: The project's database.
        plan: Kind, labels, shares, the columns of groups and dates.
        editor: Writes the sides, as one step.
        fresh: Forget the sides there are; a frozen test set stays all the same.
        freeze: From now on nothing comes into the test set or leaves it.

    Raises:
        CuratorError: a column does not exist, a date cannot be read, or there is no test set to freeze.
    """
    for column in (plan.split.group, plan.split.date):
        _check_column(connection, column)
    frozen = frozen_test.read(connection) is not None
    if not frozen:
        # The split to come would make a test set that an earlier freeze, undone with its split, must not close.
        frozen_test.forget(connection)
    held: Counter[str] = Counter()
    changes: dict[int, str | None] = {}
    taking_part = _gather(connection, plan, _keeper(fresh, frozen), held, changes)
    items = taking_part.items()
    links = taking_part.links()
    outcome = _assign(taking_part, items, links, plan, frozen)
    held.update(outcome.held.values())
    names = (*SIDES, None)
    sides = (names[number] for number in outcome.side.tolist())
    rows = zip(taking_part.ids, taking_part.before, sides, strict=True)
    changes |= {record_id: side for record_id, before, side in rows if before != side}
    changed = editor.assign_splits(changes)
    if freeze:
        frozen_test.freeze(connection, plan)
    return report(connection, plan, taking_part, items, links, outcome, changed, held)


def _gather(
    connection: sqlite3.Connection,
    plan: Plan,
    kept: Callable[[str | None], str | None],
    held: Counter[str],
    changes: dict[int, str | None],
) -> Participants:
    """The records that can be used, or have a side to keep; `held` counts the others, `changes` takes their side."""
    taking_part = Participants(plan)
    for record in records.iterate(connection):
        reason, side = usable(record, plan), kept(record.split)
        if reason:
            held[reason] += 1
        if not reason or side:
            taking_part.add(record, side, not reason)
        elif record.split:
            changes[record.id] = None
    return taking_part


def _keeper(fresh: bool, frozen: bool) -> Callable[[str | None], str | None]:
    """From the side that a record has to the one that it keeps."""
    stays = ("test", SIDES[BLOCKS]) if frozen else ()
    return lambda side: side if not fresh or side in stays else None


def _assign(taking_part: Participants, items: Items, links: Links, plan: Plan, frozen: bool) -> Assignment:
    """Documents are dealt out whole or cut inside, all of a project alike; once decided it stays so."""
    kept = items.side[items.side != NOWHERE]
    few = plan.kind == "text" and not len(kept) and sum(taking_part.usable) < ENOUGH_DOCUMENTS
    if plan.split.date and BLOCKS in kept:
        raise CuratorError(
            "The documents are cut inside, so they cannot be divided by date.",
            "Draw a new split with --fresh, or set split.date to nothing.",
        )
    if BLOCKS in kept or (few and not plan.split.date):
        inside = assign_inside(items, links, taking_part.inside(), frozen)
        return inside._replace(side=np.minimum(inside.side, BLOCKS))
    of_side = shares(plan.split)
    rules = Rules((of_side["train"], of_side["validation"], of_side["test"]), frozen)
    return assign(items, links, rules)


def _check_column(connection: sqlite3.Connection, column: str) -> None:
    if not column or any(group_of(record, column) for record in records.iterate(connection)):
        return
    seen = list(islice(records.iterate(connection), 1000))
    if seen:
        names = dict.fromkeys(name for r in seen for name in (*r.meta, *r.fields, *r.original))
        raise CuratorError(f"No record has a value in the column {column!r}.", nearest(column, names))
