"""Which column of a file holds which field of a record."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from curator.errors import CuratorError
from curator.records import Kind, field_names
from curator.text import nearest, storable

Mapped = Mapping[str, str]
"""Field to column."""

ALIASES: Mapping[Kind, Mapping[str, tuple[str, ...]]] = {
    "classification": {
        "text": (
            "text", "message", "sentence", "utterance", "query", "review", "comment", "body", "content", "tweet",
            "document", "question", "description", "текст", "сообщение", "обращение", "отзыв", "вопрос", "описание",
        ),
        "label": (
            "label", "category", "class", "intent", "target", "topic", "sentiment", "tag", "label_text",
            "метка", "категория", "класс", "тема", "тональность", "рубрика",
        ),
    },
    "instruction": {
        "instruction": ("instruction", "prompt", "question", "query", "инструкция", "вопрос", "запрос", "задание"),
        "answer": ("answer", "output", "response", "completion", "reply", "target", "ответ", "результат", "вывод"),
        "input": ("input", "context", "ввод", "контекст"),
        "system": ("system", "system_prompt", "система"),
        "history": ("history", "история"),
    },
    "text": {
        "text": ("text", "content", "document", "body", "article", "story", "текст", "содержание", "документ"),
    },
}  # fmt: skip
"""The usual column names, the likeliest first."""


def resolve(kind: Kind, columns: Sequence[str], wanted: Mapping[str, str], name: str) -> dict[str, str]:
    """Find a column for every field: what the user said, else a column with a usual name.

    Raises:
        CuratorError: the user named a field or column that does not exist, or no column can hold the main field.
    """
    _check(kind, columns, wanted, name)
    by_name = {column.strip().casefold(): column for column in reversed(columns)}
    mapping = dict(wanted)
    for field, aliases in ALIASES[kind].items():
        free = [alias for alias in aliases if alias in by_name and by_name[alias] not in mapping.values()]
        if field not in mapping and free:
            mapping[field] = by_name[free[0]]
    main = field_names(kind)[0]
    if main not in mapping:
        listed = ", ".join(columns) or "none"
        raise CuratorError(
            f"{name}: no column for the field {main} (columns: {listed}).", f"Name it: --map {main}=COLUMN."
        )
    return mapping


def split_row(
    kind: Kind, mapping: Mapped, values: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A row's fields and the rest of its columns; absent and null values make no field."""
    fields = {
        field: _converted(kind, field, values[mapping[field]])
        for field in field_names(kind)
        if field in mapping and not _is_absent(field, values.get(mapping[field]))
    }
    used = set(mapping.values())
    return fields, {column: value for column, value in values.items() if column not in used}


def parse_assignments(pairs: Iterable[str]) -> dict[str, str]:
    """`--map text=message` as {"text": "message"}.

    Raises:
        CuratorError: a pair without an equals sign.
    """
    wanted = {}
    for pair in pairs:
        field, sign, column = pair.partition("=")
        if not sign or not field or not column:
            raise CuratorError(
                f"Cannot read --map {pair}.", "Write --map field=column, such as --map text=message."
            )
        wanted[field] = column
    return wanted


def _check(kind: Kind, columns: Sequence[str], wanted: Mapping[str, str], name: str) -> None:
    for field, column in wanted.items():
        if field not in field_names(kind):
            raise CuratorError(
                f"A record of kind {kind} has no field {field!r}.", nearest(field, field_names(kind))
            )
        if column not in columns:
            raise CuratorError(f"{name} has no column {column!r}.", nearest(column, columns))


def _is_absent(field: str, value: Any) -> bool:
    """An empty cell means "not labelled yet" or "no input", but an empty text is a defect that stays visible."""
    return value is None or (field in ("label", "input", "system", "history") and value in ("", [], ()))


def _converted(kind: Kind, field: str, value: Any) -> Any:
    if kind == "classification" and field == "label" and not isinstance(value, (list, dict)):
        return storable(value if isinstance(value, str) else json.dumps(value))
    if field == "history" and isinstance(value, list):
        return _messages(value)
    return value


def _messages(history: list[Any]) -> list[Any]:
    """Alpaca keeps earlier turns as [question, answer] pairs; records keep messages."""
    if not all(isinstance(turn, (list, tuple)) and len(turn) == 2 for turn in history):
        return history
    roles = ("user", "assistant")
    return [
        {"role": role, "content": text} for turn in history for role, text in zip(roles, turn, strict=True)
    ]
