"""The quick way for the rows that most files are full of: a column a field, every value a text.

It gives what `mapping.converter` and `intake.prepared` give, or nothing, and then those are asked. One function
does the work of five, because half of an import's time went into calling them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from curator.records import Kind, field_names
from curator.store.derived import ascii_key, derived, dump, fingerprint, sorted_keys, strictly_encoded
from curator.store.intake import NewRecord
from curator.validation import TARGETS

Lane = Callable[[int, Mapping[str, Any]], NewRecord | None]
"""From a line and its values to a sound record, or to nothing when the row takes the general way."""

Make = Callable[[type[NewRecord], tuple[Any, ...]], NewRecord]
"""What makes a record of its columns; `tuple.__new__` does it in half the time of calling the class."""

_MAY_BE_BLANK = ("label", "input", "system")


def _is_usual(kind: Kind, mapping: Mapping[str, str]) -> bool:
    """A column for each field, among them the main one, and no whole shapes."""
    fields = set(field_names(kind)) - {"history"}
    return (
        field_names(kind)[0] in mapping
        and fields.issuperset(mapping)
        and len(set(mapping.values())) == len(mapping)
    )


def lane(  # noqa: C901 - one function, because calls are what it saves
    kind: Kind, mapping: Mapping[str, str], step_id: int, source_id: int, new: Make = tuple.__new__
) -> Lane | None:
    """The quick way for the rows of one source, if its mapping has one."""
    columns = [(field, mapping[field]) for field in field_names(kind) if field in mapping]
    if not _is_usual(kind, mapping):
        return None
    required = tuple((field, column) for field, column in columns if field not in _MAY_BE_BLANK)
    optional = tuple((field, column) for field, column in columns if field in _MAY_BE_BLANK)
    asked = tuple(name for name in ("system", "instruction", "input", "text") if name in mapping)
    used, width, target = frozenset(mapping.values()), len(mapping), TARGETS[kind]

    def make(line: int, values: Mapping[str, Any]) -> NewRecord | None:
        fields: dict[str, str] = {}
        length = 0
        for field, column in required:
            value = values.get(column)
            if value.__class__ is not str or not value or value.isspace():
                return None
            fields[field] = value
            length += len(value)
        for field, column in optional:
            value = values.get(column)
            if value.__class__ is not str or (field == target and value.isspace()):
                return None
            if value:
                fields[field] = value
                length += len(value)
        try:
            text = strictly_encoded(fields)
        except UnicodeEncodeError:
            return None
        meta, row_hash = "{}", fingerprint(text)
        if len(values) != width:
            rest = {column: values[column] for column in values if column not in used}
            meta, row_hash = dump(rest), fingerprint(text + sorted_keys(rest))
        if text.isascii():
            key, search = ascii_key("\n".join([fields[name] for name in asked if name in fields])), ""
        else:
            key, length, search = derived(kind, fields)
        shown = text.decode("utf-8")
        return new(NewRecord, (step_id, source_id, line, shown, meta, "", row_hash, key, length, search))

    return make
