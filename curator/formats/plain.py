"""Rows whose columns hold a field each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from curator.formats.outcomes import Converter, Example, Outcome, Refused, Row
from curator.formats.turns import NoChat, parsed, read_turns
from curator.records import Kind, field_names
from curator.text import storable

SEVERAL_ANSWERS = "several answers in one row make a record each"

_BLANK: tuple[Any, ...] = ("", [], ())
_OPTIONAL = ("label", "input", "system", "history")


def plain(kind: Kind, mapping: Mapping[str, str], also_used: Sequence[str] = ()) -> Converter:
    """A converter for rows with a column for every field of the mapping.

    A null makes no field. A blank one neither where it means "not labelled yet" or "no input"; a blank text stays,
    for it is a defect. A value of the wrong type stays too, and the checks report it.
    """
    columns = [(field, mapping[field]) for field in field_names(kind) if field in mapping]
    required = tuple((field, column) for field, column in columns if field not in _OPTIONAL)
    optional = tuple(
        (field, column, _reading(field, column)) for field, column in columns if field in _OPTIONAL
    )
    used = frozenset((*(column for _, column in columns), *also_used))
    main = mapping.get(field_names(kind)[0], field_names(kind)[0])
    nothing = Refused(f"has no {main!r}, so there is nothing to make a record of")
    apart = len({column for _, column in columns}) == len(columns)
    new = tuple.__new__  # half the time of calling Example, which every row would pay

    def convert(row: Row) -> list[Outcome]:
        get = row.get
        fields: dict[str, Any] = {}
        for field, column in required:
            value = get(column)
            if value is not None:
                fields[field] = value
        for field, column, reading in optional:
            value = get(column)
            if value or (value is not None and value not in _BLANK):
                made = reading(value) if reading else value
                if made is not None:
                    fields[field] = made
        if not fields:
            return [nothing]
        meta = {} if apart and len(fields) == len(row) else {c: row[c] for c in row if c not in used}
        return [new(Example, (fields, meta, ()))]

    return _answering(convert, mapping["answer"], nothing) if "answer" in mapping else convert


def label(value: Any) -> Any:
    """A label as its text, from a number or a truth value; lists and objects stay, for checks to report."""
    if isinstance(value, str):
        return value if value.isascii() else storable(value)
    return value if isinstance(value, (list, dict)) else json.dumps(value, default=str)


def choice(value: Any) -> Any:
    """A label from the list of what an annotator chose; one choice is a label, several stay for checks to report."""
    if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], (list, dict)):
        return None if value[0] in (None, "") else label(value[0])
    return label(value)


def history(value: Any) -> Any:
    """Earlier turns as messages: [question, answer] pairs, turns of other dialects, or either as JSON in a cell."""
    try:
        turns = read_turns(value)
    except NoChat:
        found = parsed(value) if isinstance(value, str) else value
        return None if found in ([], "null") else value
    if not all(turn.plain for turn in turns):
        return value
    return [{"role": turn.role, "content": turn.text} for turn in turns]


_CHOSEN = "accept"
"""The column in which Prodigy keeps what was chosen among several labels."""


def _reading(field: str, column: str) -> Callable[[Any], Any] | None:
    """What makes a field's value of a cell, where that is not the cell itself."""
    if field == "label":
        return choice if column == _CHOSEN else label
    return history if field == "history" else None


def _answering(convert: Converter, column: str, nothing: Refused) -> Converter:
    """The same, but a row with several answers, as a list of texts, makes a record for each."""

    def each(row: Row) -> list[Outcome]:
        answer = row.get(column)
        if answer.__class__ is str or answer is None:
            return convert(row)
        texts = answer["text"] if isinstance(answer, dict) and "text" in answer else answer
        if not isinstance(texts, (list, tuple)) or not all(isinstance(text, str) for text in texts):
            return convert(row)
        rest = {name: value for name, value in row.items() if name != column}
        # Beside its texts an object says where they stand, and that belongs to the row.
        kept = {column: answer} if isinstance(answer, dict) else {}
        notes = (SEVERAL_ANSWERS,) if len(texts) > 1 else ()
        made = [convert({**rest, column: text})[0] for text in texts] or convert(rest)
        return [_with(outcome, kept, notes) for outcome in made]

    return each


def _with(outcome: Outcome, kept: Mapping[str, Any], notes: tuple[str, ...]) -> Outcome:
    if isinstance(outcome, Refused):
        return outcome
    return Example(outcome.fields, {**outcome.meta, **kept}, notes)
