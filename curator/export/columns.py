"""The columns of a format and their types: for Parquet and Arrow, and for the card that tells the hub."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pyarrow

Column = Literal["text", "turns", "weighted", "flagged", "tagged", "pairs"]
"""A text; a list of turns, in four dialects; a list of lists of texts."""

Columns = Mapping[str, Column]
"""Name to type, in their order."""

_TURNS: Mapping[Column, Mapping[str, str]] = {
    "turns": {"role": "string", "content": "string"},
    "weighted": {"role": "string", "content": "string", "weight": "int64"},
    "flagged": {"role": "string", "content": "string", "train": "bool"},
    "tagged": {"from": "string", "value": "string"},
}
"""The keys of a turn with their types."""


def features(columns: Columns) -> list[dict[str, Any]]:
    """The columns as `dataset_info.features` in the head of a card."""
    return [{"name": name, **_feature(column)} for name, column in columns.items()]


def schema(columns: Columns) -> pyarrow.Schema:
    """The columns as an Arrow schema."""
    import pyarrow

    return pyarrow.schema([(name, _arrow_type(column)) for name, column in columns.items()])


def description(columns: Columns) -> dict[str, Any]:
    """The columns as `datasets` keeps them in a folder that it saved."""
    return {name: _described(column) for name, column in columns.items()}


def _feature(column: Column) -> dict[str, Any]:
    if column == "text":
        return {"dtype": "string"}
    if column == "pairs":
        return {"list": {"list": "string"}}
    return {"list": [{"name": key, "dtype": type_} for key, type_ in _TURNS[column].items()]}


def _arrow_type(column: Column) -> Any:
    import pyarrow

    if column == "text":
        return pyarrow.string()
    if column == "pairs":
        return pyarrow.list_(pyarrow.list_(pyarrow.string()))
    keys = [(key, pyarrow.type_for_alias(type_)) for key, type_ in _TURNS[column].items()]
    return pyarrow.list_(pyarrow.struct(keys))


def _described(column: Column) -> dict[str, Any]:
    if column == "text":
        return {"dtype": "string", "_type": "Value"}
    if column == "pairs":
        return {
            "feature": {"feature": {"dtype": "string", "_type": "Value"}, "_type": "List"},
            "_type": "List",
        }
    keys = {key: {"dtype": type_, "_type": "Value"} for key, type_ in _TURNS[column].items()}
    return {"feature": keys, "_type": "List"}
