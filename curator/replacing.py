"""Find and replace in the texts of records: what would change, and the change as one step."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from curator.edits import Editor
from curator.errors import CuratorError
from curator.records import Frozen, Kind, field_names
from curator.store import records
from curator.store.journal import Change
from curator.store.records import Patch
from curator.text import nearest

LABEL = "label"
"""A label is no text: it is one of a list, and changed by labelling."""


class Replacement(Frozen):
    """What is looked for, and what stands in its place."""

    find: str
    put: str
    regex: bool = False
    r"""`find` is a regular expression (Python's `re`), and `put` may name its groups: `\1`, `\g<name>`."""
    ignore_case: bool = False
    field: str = ""
    """The one field that is looked at; without it every text of the record, earlier turns included."""


class Replacer:
    """Finds and replaces in the records of one project."""

    def __init__(self, connection: sqlite3.Connection, kind: Kind, wanted: Replacement) -> None:
        """Read what is wanted.

        Raises:
            CuratorError: there is nothing to look for, no such field, or no such expression.
        """
        self._connection = connection
        self._wanted = wanted
        self._names = _fields(kind, wanted.field)
        self._pattern = _pattern(wanted)
        self._put = wanted.put if wanted.regex else wanted.put.replace("\\", r"\\")
        self._refuse_unknown_groups()

    def preview(self, record_ids: Iterable[int]) -> Iterator[Change]:
        """What `apply` would change, record by record; deleted records are left alone."""
        for record_id in record_ids:
            now = records.columns(self._connection, record_id)
            fields: dict[str, Any] = now["fields"]
            after = {} if now["hidden"] else self._changed(fields)
            if after:
                yield Change(record_id=record_id, before={name: fields[name] for name in after}, after=after)

    def apply(self, editor: Editor, record_ids: Sequence[int]) -> int:
        """Change them as one step; the number of records that changed."""

        def effect(_: int, now: Patch) -> Patch:
            return {"fields": {**now["fields"], **self._changed(now["fields"])}}

        summary = f"replace {self._wanted.find!r} by {self._wanted.put!r}"
        chosen = [change.record_id for change in self.preview(record_ids)]
        return editor.change("replace", summary, chosen, effect)

    def _changed(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that become others; one that would become empty stays as it is."""
        found: dict[str, Any] = {}
        for name in self._names:
            value = fields.get(name)
            new = self._replaced(value)
            if new != value and (not isinstance(new, str) or new.strip()):
                found[name] = new
        return found

    def _replaced(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._pattern.sub(self._put, value)
        if isinstance(value, list):
            return [
                {**turn, "content": self._replaced(turn["content"])} if isinstance(turn, dict) and "content" in turn
                else turn
                for turn in value
            ]  # fmt: skip
        return value

    def _refuse_unknown_groups(self) -> None:
        try:
            self._pattern.sub(self._put, "")
        except (re.error, IndexError) as error:
            raise CuratorError(
                f"The replacement cannot be read: {error}.", r"Groups are \1 or \g<name>."
            ) from error


def _fields(kind: Kind, wanted: str) -> tuple[str, ...]:
    names = tuple(name for name in field_names(kind) if name != LABEL)
    if not wanted:
        return names
    if wanted not in names:
        raise CuratorError(f"There is no text field {wanted!r}.", nearest(wanted, names))
    return (wanted,)


def _pattern(wanted: Replacement) -> re.Pattern[str]:
    if not wanted.find:
        raise CuratorError("There is nothing to look for.", "Write what shall be found.")
    flags = re.IGNORECASE if wanted.ignore_case else 0
    try:
        return re.compile(wanted.find if wanted.regex else re.escape(wanted.find), flags)
    except re.error as error:
        raise CuratorError(
            f"{wanted.find!r} is no regular expression: {error}.",
            "Leave --regex out to find it as it stands.",
        ) from error
