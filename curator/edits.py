"""Every change to a project's records: each is one journal step with its inverse."""

from __future__ import annotations

import getpass
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from pydantic import TypeAdapter, ValidationError

from curator.errors import CuratorError
from curator.records import MODELS, Kind, field_names
from curator.store import journal, records, suppressions
from curator.store.connection import transaction
from curator.store.journal import Step
from curator.store.records import Patch
from curator.store.search import DELETED, LIVE
from curator.text import nearest, plural

Effect = Callable[[int, Patch], Patch]
"""From a record's id and its columns as they are to the columns that an edit sets."""


class Editor:
    """Applies edits to one project; each method returns the number of records it really changed."""

    def __init__(
        self, connection: sqlite3.Connection, kind: Kind, labels: Sequence[str], actor: str = ""
    ) -> None:
        """`actor` is who is written down; by default the user who is logged in."""
        self._connection = connection
        self._kind: Kind = kind
        self._labels = labels
        self.actor = actor or _login()

    def set_fields(self, record_ids: Sequence[int], values: Mapping[str, Any]) -> int:
        """Set some fields; None takes a field away.

        Raises:
            CuratorError: a field does not exist, or a value cannot stand in it.
        """
        for name, value in values.items():
            check_field(self._kind, self._labels, name, value)
        summary = "set " + ", ".join(values)
        return self._apply(
            "edit", summary, record_ids, lambda _, now: {"fields": _merged(now["fields"], values)}
        )

    def label(self, record_ids: Sequence[int], label: str) -> int:
        """Put records under a label and accept them: a decision is made once."""
        if self._kind != "classification":
            raise CuratorError(
                f"A project of kind {self._kind} has no labels.", "Use `curator edit` to change a field."
            )
        check_field(self._kind, self._labels, "label", label)
        return self._apply(
            "label",
            f"label {label}",
            record_ids,
            lambda _, now: {"fields": _merged(now["fields"], {"label": label}), "status": "accepted"},
        )

    def set_status(self, record_ids: Sequence[int], status: str) -> int:
        """Accept, reject or flag records."""
        verb = {"accepted": "accept", "rejected": "reject", "flagged": "flag", "new": "reset"}[status]
        return self._apply(verb, verb, record_ids, lambda *_: {"status": status})

    def tag(self, record_ids: Sequence[int], add: Sequence[str] = (), remove: Sequence[str] = ()) -> int:
        """Put free marks on records, or take them off.

        Raises:
            CuratorError: a tag is empty, or `none`, which queries need.
        """
        for name in (*add, *remove):
            if not name.strip() or name == "none":
                raise CuratorError(f"{name!r} cannot be a tag.", "Give it a word of its own.")
        summary = ", ".join([f"+{name}" for name in add] + [f"-{name}" for name in remove])

        def effect(_: int, now: Patch) -> Patch:
            kept = [name for name in now["tags"] if name not in remove]
            return {"tags": list(dict.fromkeys((*kept, *add)))}

        return self._apply("tag", f"tag {summary}", record_ids, effect)

    def delete(self, record_ids: Sequence[int]) -> int:
        """Take records out of sight; `restore` brings them back as they were."""
        return self._apply("delete", "delete", record_ids, lambda *_: {"hidden": DELETED})

    def restore(self, record_ids: Sequence[int]) -> int:
        """Bring deleted records back."""
        return self._apply("restore", "restore", record_ids, lambda *_: {"hidden": LIVE})

    def assign_splits(self, splits: Mapping[int, str | None]) -> int:
        """Write a split (record → split) as one step."""
        return self._apply("split", "split", list(splits), lambda i, _: {"split": splits[i]})

    def change(self, verb: str, summary: str, record_ids: Sequence[int], effect: Effect) -> int:
        """Work out for each record, from what it is now, which columns to set; one step."""
        return self._apply(verb, summary, record_ids, effect)

    def suppress(self, record_ids: Sequence[int], check_id: str, reason: str) -> int:
        """Say of some records that what a check finds there is no fault; without a reason it counts again."""

        def effect(_: int, now: Patch) -> Patch:
            others = {check: why for check, why in now["suppressed"].items() if check != check_id}
            return {"suppressed": {**others, check_id: reason} if reason else others}

        return self._apply(*_suppressing(check_id, reason), record_ids, effect)

    def suppress_check(self, check_id: str, reason: str) -> bool:
        """The same of a whole check; whether anything changed."""
        with suppress(_NothingChanged), transaction(self._connection):
            step_id = journal.begin(self._connection, self.actor, *_suppressing(check_id, reason))
            if not journal.write_fact(self._connection, step_id, suppressions.fact(check_id), reason or None):
                raise _NothingChanged
            return True
        return False

    def undo(self, steps: int = 1) -> list[Step]:
        """Take back the newest steps; fewer than asked when there are no more."""
        return self._repeat(journal.undo, steps)

    def redo(self, steps: int = 1) -> list[Step]:
        """Do undone steps again."""
        return self._repeat(journal.redo, steps)

    def _repeat(self, turn: Callable[[sqlite3.Connection, Kind, str], Step | None], steps: int) -> list[Step]:
        done: list[Step] = []
        for _ in range(steps):
            with transaction(self._connection):
                step = turn(self._connection, self._kind, self.actor)
            if step is None:
                break
            done.append(step)
        return done

    def _apply(self, verb: str, summary: str, record_ids: Sequence[int], effect: Effect) -> int:
        """One transaction: read, compute, write the records and the journal; durable when it returns."""
        with suppress(_NothingChanged), transaction(self._connection):
            step_id = journal.begin(self._connection, self.actor, verb, summary)
            number = journal.write(self._connection, self._kind, step_id, self._changes(record_ids, effect))
            if not number:
                raise _NothingChanged
            return number
        return 0

    def _changes(self, record_ids: Iterable[int], effect: Effect) -> Iterable[tuple[int, Patch, Patch]]:
        for record_id in record_ids:
            now = records.columns(self._connection, record_id)
            after = {name: value for name, value in effect(record_id, now).items() if now[name] != value}
            if now["hidden"] == DELETED and "hidden" not in after:
                raise CuratorError(
                    f"Record {record_id} is deleted.", "Bring it back with `curator restore` first."
                )
            if after:
                yield record_id, {name: now[name] for name in after}, after


class _NothingChanged(Exception):
    """Rolls back a step that would have changed nothing, so that neither journal nor redo is touched."""


def check_field(kind: Kind, labels: Sequence[str], name: str, value: Any) -> None:
    """Refuse a value that its field cannot hold.

    Raises:
        CuratorError: no such field, a value of the wrong type, or a label that is not in the list.
    """
    field = MODELS[kind].model_fields.get(name)
    if field is None:
        raise CuratorError(
            f"A record of kind {kind} has no field {name!r}.", nearest(name, field_names(kind))
        )
    if value is None and field.is_required():
        raise CuratorError(f"The field {name} cannot be empty.", "Delete or reject the record instead.")
    if name == "label" and value not in labels:
        raise CuratorError(f"There is no label {value!r} in this project.", nearest(str(value), labels))
    try:
        TypeAdapter(field.rebuild_annotation()).validate_python(value)
    except ValidationError as error:
        raise CuratorError(
            f"{name}: {error.errors()[0]['msg']}.", "See `curator schema` for what it may hold."
        ) from error


def _suppressing(check_id: str, reason: str) -> tuple[str, str]:
    """Verb and summary of the step."""
    return (
        ("suppress", f"suppress {check_id}: {reason}") if reason else ("lift", f"let {check_id} count again")
    )


def describe(steps: Sequence[Step]) -> str:
    """Journal steps in words: `undo: label refund (3 records)`."""
    return "\n".join(f"{s.verb}: {s.summary} ({plural(s.count, 'record')})" for s in steps)


def _merged(fields: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**fields, **values}.items() if value is not None}


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
