"""Repairs: what they would change, and the change as one step that can be undone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from curator.checks.base import Check, Context
from curator.checks.item import Item
from curator.edits import Editor, Effect
from curator.errors import CuratorError
from curator.records import Frozen, Kind
from curator.store import findings, records
from curator.store.records import Patch
from curator.store.search import LIVE


class Repair(Frozen):
    """What a repair does to one record."""

    record_id: int
    before: dict[str, Any]
    """The fields, or the status, that change, as they are."""
    after: dict[str, Any]
    """The same as they become; a field that is taken away is missing."""


def require_fixes(checks: Sequence[Check]) -> None:
    """Refuse checks for which there is no safe repair.

    Raises:
        CuratorError: there is none.
    """
    for check in checks:
        if check.fix is None:
            raise CuratorError(
                f"What {check.id} finds cannot be repaired safely by a rule.",
                f"Look at the records with `curator list issue:{check.id}`; edit or reject them.",
            )


class Fixer:
    """Repairs the records in which some checks have found something."""

    def __init__(
        self, connection: sqlite3.Connection, kind: Kind, context: Context, checks: Sequence[Check]
    ) -> None:
        """The checks must have run; their repairs are made in this order."""
        self._connection = connection
        self._kind: Kind = kind
        self._context = context
        self._checks = checks
        self._found = {check.id: frozenset(findings.records_with(connection, check.id)) for check in checks}

    def preview(self, among: Iterable[int] | None) -> Iterator[Repair]:
        """What `apply` would do, record by record."""
        effect = self._effect()
        for record_id in self._chosen(among):
            now = records.columns(self._connection, record_id)
            if now["hidden"] != LIVE:
                continue
            after = {name: value for name, value in effect(record_id, now).items() if now[name] != value}
            if after:
                yield _repair(record_id, now, after)

    def apply(self, editor: Editor, among: Iterable[int] | None) -> int:
        """Repair them as one step; the number of records that changed."""
        summary = "fix " + ", ".join(check.id for check in self._checks)
        chosen = [
            record_id
            for record_id in self._chosen(among)
            if records.columns(self._connection, record_id)["hidden"] == LIVE
        ]
        return editor.change("fix", summary, chosen, self._effect())

    def _chosen(self, among: Iterable[int] | None) -> list[int]:
        found = frozenset().union(*self._found.values())
        return sorted(found if among is None else found & frozenset(among))

    def _effect(self) -> Effect:
        def effect(record_id: int, now: Patch) -> Patch:
            item = Item(self._kind, record_id, now["fields"], now["split"], now["status"])
            patch: Patch = {}
            for check in self._checks:
                if check.fix is not None and record_id in self._found[check.id]:
                    patch |= check.fix(item, self._context)
                    fields, status = patch.get("fields", item.fields), patch.get("status", item.status)
                    item = Item(self._kind, record_id, fields, item.split, status)
            return patch

        return effect


def _repair(record_id: int, now: Patch, after: Patch) -> Repair:
    """Only what differs."""
    was: dict[str, Any] = now["fields"]
    becomes: dict[str, Any] = after.get("fields", was)
    names = [name for name in {**was, **becomes} if was.get(name) != becomes.get(name)]
    before = {name: was[name] for name in names if name in was}
    then = {name: becomes[name] for name in names if name in becomes}
    if "status" in after:
        before, then = {**before, "status": now["status"]}, {**then, "status": after["status"]}
    return Repair(record_id=record_id, before=before, after=then)
