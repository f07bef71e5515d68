"""Which column of a file holds which field of a record, and how its rows become records."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from curator.errors import CuratorError
from curator.formats import shapes
from curator.formats.aliases import ALIASES, SHAPE_FIELDS
from curator.formats.chats import chat, labelled_chat, preference, with_rejected, with_tools
from curator.formats.columns import Columns
from curator.formats.nested import nested
from curator.formats.outcomes import Converter, Example, Outcome, Refused
from curator.formats.plain import plain
from curator.formats.verdicts import judged_answer, judged_label
from curator.records import Kind, field_names
from curator.text import nearest, visible_line

__all__ = [
    "ALIASES",
    "Converter",
    "Example",
    "Outcome",
    "Refused",
    "converter",
    "parse_assignments",
    "resolve",
]

_EXCLUSIVE = (
    ("messages", ("instruction", "input", "history", "instances", "text")),
    ("instances", ("chosen", "rejected")),
    ("chosen", ("answer",)),
)
"""Fields that hold what others would hold too."""
_LISTED = 20


def resolve(
    kind: Kind,
    columns: Sequence[str],
    wanted: Mapping[str, str],
    name: str,
    sample: Sequence[Mapping[str, Any]] = (),
) -> dict[str, str]:
    """Find a column for every field, or for the shape that the rows have.

    What the user said comes first, then usual names whose values fit, then values that leave no other reading.

    Args:
        kind: What the columns shall become.
        columns: All columns of the file.
        wanted: Field or pseudo-field (`SHAPE_FIELDS`) to column, or to nothing when no column holds it; what this
            function found earlier will do.
        name: What the file is called in errors.
        sample: Its first rows; without them names alone decide.

    Raises:
        CuratorError: the user named a field or column that does not exist, or no column can hold the main field.
    """
    _check(kind, columns, {field: column for field, column in wanted.items() if column}, name)
    known = Columns(columns, sample)
    mapping = shapes.by_name(kind, known, wanted)
    if not shapes.is_mapped(kind, known, _filled(mapping)) or _belied(kind, known, mapping, wanted):
        _refuse_other_kind(kind, known, name)
    mapping = _filled(shapes.by_values(kind, known, mapping))
    if not shapes.is_mapped(kind, known, mapping):
        raise _no_column(kind, columns, sample, name)
    order = (*field_names(kind), *SHAPE_FIELDS[kind])
    return {field: mapping[field] for field in order if field in mapping}


def _filled(mapping: Mapping[str, str]) -> dict[str, str]:
    """Without the fields that no column shall hold."""
    return {field: column for field, column in mapping.items() if column}


def converter(kind: Kind, mapping: Mapping[str, str]) -> Converter:
    """What turns the rows of a source into examples of a kind; made once for a mapping, called for every row."""
    if kind != "instruction":
        return _labelling(mapping) if kind == "classification" else plain(kind, mapping)
    if "messages" in mapping:
        convert = chat(mapping)
    elif "chosen" in mapping:
        convert = preference(mapping)
    elif "instances" in mapping:
        convert = nested(mapping)
    else:
        convert = plain(kind, mapping, [mapping["rejected"]] if "rejected" in mapping else ())
    if "rejected" in mapping:
        convert = with_rejected(convert, mapping["rejected"])
    if "tools" in mapping:
        convert = with_tools(convert, mapping["tools"])
    return judged_answer(convert, mapping["verdict"]) if "verdict" in mapping else convert


@lru_cache(maxsize=64)
def _cached(kind: Kind, mapping: tuple[tuple[str, str], ...]) -> Converter:
    return converter(kind, dict(mapping))


def split_row(
    kind: Kind, mapping: Mapping[str, str], values: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A row's fields and the rest of its columns; absent and null values make no field."""
    found = _cached(kind, tuple(mapping.items()))(values)[0]
    return (found.fields, found.meta) if isinstance(found, Example) else ({}, {})


def parse_assignments(pairs: Iterable[str]) -> dict[str, str]:
    """`--map text=message` as {"text": "message"}, and `--map label=` as {"label": ""}: no column holds it.

    Raises:
        CuratorError: a pair without a field or an equals sign.
    """
    wanted = {}
    for pair in pairs:
        field, sign, column = pair.partition("=")
        if not sign or not field:
            raise CuratorError(
                f"Cannot read --map {pair}.", "Write --map field=column, such as --map text=message."
            )
        wanted[field] = column
    return wanted


def _labelling(mapping: Mapping[str, str]) -> Converter:
    if "messages" in mapping:
        convert = labelled_chat(mapping)
        return judged_answer(convert, mapping["verdict"]) if "verdict" in mapping else convert
    convert = plain("classification", mapping)
    if "verdict" not in mapping:
        return convert
    unlabelled = {field: column for field, column in mapping.items() if field != "label"}
    return judged_label(convert, plain("classification", unlabelled), mapping["verdict"])


def _check(kind: Kind, columns: Sequence[str], wanted: Mapping[str, str], name: str) -> None:
    fields = (*field_names(kind), *SHAPE_FIELDS[kind])
    for field, column in wanted.items():
        if field not in fields:
            raise CuratorError(f"A record of kind {kind} has no field {field!r}.", nearest(field, fields))
        if column not in columns:
            raise CuratorError(f"{name} has no column {column!r}.", nearest(column, columns))
    for whole, parts in _EXCLUSIVE:
        if whole in wanted and (part := next((part for part in parts if part in wanted), "")):
            raise CuratorError(
                f"A column for {whole} and one for {part} exclude each other.",
                f"Leave --map {part} away: {whole} holds it too.",
            )


def _belied(kind: Kind, known: Columns, mapping: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether the text to classify is but a part of an instruction, or the question of rows with answers."""
    if kind != "classification" or "text" in wanted or "text" not in mapping:
        return False
    other = shapes.by_name("instruction", known, {})
    asked = mapping["text"] == other.get("instruction") and "label" not in mapping
    return (asked or mapping["text"] == other.get("input")) and ("answer" in other or "chosen" in other)


def _refuse_other_kind(kind: Kind, known: Columns, name: str) -> None:
    """Stop if the rows are clearly of another kind."""
    others: tuple[Kind, ...] = ("instruction", "classification")
    for other in others:
        if other != kind and (rows := shapes.looks_like(other, known)):
            main = field_names(kind)[0]
            raise CuratorError(
                f"{name}: no column for the field {main}; these look like {visible_line(rows, 200)}, and this project "
                f"is of kind {kind}.",
                f"Make a project for them (curator init DIR --kind {other}), or name a column: --map {main}=COLUMN.",
            )


def _no_column(
    kind: Kind, columns: Sequence[str], sample: Sequence[Mapping[str, Any]], name: str
) -> CuratorError:
    """The columns with an example each, so that the user sees which is meant."""
    main = field_names(kind)[0]
    shown = [_with_example(column, sample) for column in columns[:_LISTED]]
    listed = ", ".join(shown) + (", …" if len(columns) > _LISTED else "")
    more = ", and --map label=COLUMN if there is one" if kind == "classification" else ""
    return CuratorError(
        f"{name}: no column for the field {main} (columns: {listed or 'none'}).",
        f"Name it: --map {main}=COLUMN{more}.",
    )


def _with_example(column: str, sample: Sequence[Mapping[str, Any]]) -> str:
    values = (row.get(column) for row in sample)
    example = next((value for value in values if value not in (None, "", [], {})), None)
    shown = visible_line(column, 40)
    if example is None:
        return shown
    return f"{shown}: {visible_line(example if isinstance(example, str) else reprlib.repr(example), 30)}"
