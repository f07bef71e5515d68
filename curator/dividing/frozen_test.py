"""Freezing the test set of a project, and knowing what it was."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from curator.checks.frozen import FROZEN_TEST
from curator.errors import CuratorError
from curator.query import parse
from curator.records import input_text, target_text
from curator.splitting.frozen import RECORDS, FrozenTest, content_key, dump, load
from curator.store import facts, findings, records
from curator.store.connection import transaction

if TYPE_CHECKING:
    from curator.export.rows import Plan

HELD_OUT = "split:test,blocks"
"""The records of the test set, whole or in part."""


def read(connection: sqlite3.Connection) -> FrozenTest | None:
    """The frozen test set; None when it is not frozen, or was undone together with its split."""
    at = facts.get(connection, facts.FROZEN_TEST)
    if at is None or not records.count(connection, parse(HELD_OUT)):
        return None
    return load(at, facts.get(connection, RECORDS) or "{}")


def forget(connection: sqlite3.Connection) -> None:
    """Let records come into the test set again."""
    with transaction(connection):
        facts.forget(connection, facts.FROZEN_TEST)
        facts.forget(connection, RECORDS)


def freeze(connection: sqlite3.Connection, plan: Plan) -> None:
    """Write down which records the test set has, and what they say.

    Raises:
        CuratorError: there is no test set.
    """
    from curator.export.rows import usable

    contents = {
        record.id: content_key(input_text(plan.kind, record.fields), target_text(plan.kind, record.fields))
        for record in records.iterate(connection, parse(HELD_OUT))
        if not usable(record, plan)
    }
    if not contents:
        raise CuratorError(
            "There is no test set to freeze.", "Import more records, or raise the share: --test .2"
        )
    with transaction(connection):
        facts.put(connection, facts.FROZEN_TEST, datetime.now(UTC).isoformat(timespec="seconds"))
        facts.put(connection, RECORDS, dump(contents))
        findings.forget(connection, [FROZEN_TEST.id])
