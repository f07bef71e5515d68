"""The three kinds of record, and what each of their fields is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Kind = Literal["instruction", "classification", "text"]
Split = Literal["train", "validation", "test"]

KINDS: tuple[Kind, ...] = ("instruction", "classification", "text")
SPLITS: tuple[Split, ...] = ("train", "validation", "test")

NonEmpty = Annotated[str, StringConstraints(strict=True, pattern=r"\S")]
Text = Annotated[str, StringConstraints(strict=True, min_length=0)]
"""Pydantic finds half a character only where it has to measure a text."""


class Frozen(BaseModel):
    """Base of everything that crosses a boundary: immutable, and no unknown field."""

    # What is only read back needs no schema until then; building them all would take most of the start of a command.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Published(Frozen):
    """Base of what has a published schema: the docstrings of its fields are their descriptions."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Message(Published):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    """Who speaks."""
    content: NonEmpty
    """What is said."""


class InstructionRecord(Published):
    """A prompt and the answer that the model shall learn to give."""

    instruction: NonEmpty
    """What is asked."""
    answer: NonEmpty
    """What the model shall answer; the loss is taken on this field only."""
    input: Text | None = None
    """Material that the instruction is about; shown to the model after it."""
    system: Text | None = None
    """The system prompt of this record; the project's own is used when it is absent."""
    history: tuple[Message, ...] = ()
    """Earlier turns of the same conversation, oldest first."""


class ClassificationRecord(Published):
    """A text and the one label of the project's closed list that it belongs to."""

    text: NonEmpty
    """What is to be classified."""
    label: NonEmpty
    """One of the project's labels."""


class TextRecord(Published):
    """A document for self-supervised learning; it is cut into windows after the split."""

    text: NonEmpty
    """The document."""


Record = InstructionRecord | ClassificationRecord | TextRecord

MODELS: Mapping[Kind, type[Record]] = {
    "instruction": InstructionRecord,
    "classification": ClassificationRecord,
    "text": TextRecord,
}


def field_names(kind: Kind) -> tuple[str, ...]:
    """The fields of a kind, the required ones first."""
    return tuple(MODELS[kind].model_fields)


_INPUTS: Mapping[Kind, tuple[str, ...]] = {
    "instruction": ("system", "history", "instruction", "input"),
    "classification": ("text",),
    "text": ("text",),
}


FIELD_ORDER: Mapping[Kind, tuple[str, ...]] = {
    "instruction": (*_INPUTS["instruction"], "answer"),
    "classification": (*_INPUTS["classification"], "label"),
    "text": (*_INPUTS["text"], ""),
}
"""The fields in the order in which the model gets to see them, the target last (`text` has none)."""


def texts_of(value: Any) -> list[str]:
    """The texts in the value of a field, whatever it is."""
    return _strings(value)


def input_parts(kind: Kind, fields: Mapping[str, Any]) -> list[str]:
    """The texts that the model gets to see, in their order."""
    parts: list[str] = []
    for name in _INPUTS[kind]:
        value = fields.get(name)
        if value.__class__ is str:
            parts.append(value)
        elif value is not None:
            parts += _strings(value)
    return parts


def input_text(kind: Kind, fields: Mapping[str, Any]) -> str:
    """What the model gets to see, as one text: the key for duplicates, conflicts and leaks."""
    return "\n".join(input_parts(kind, fields))


def target_text(kind: Kind, fields: Mapping[str, Any]) -> str:
    """What the model shall produce: the answer, the label, or nothing."""
    return "\n".join(_strings(fields.get(FIELD_ORDER[kind][-1])))


def all_text(fields: Mapping[str, Any]) -> list[str]:
    """Every text in a record's fields, in their order; searched and measured."""
    texts: list[str] = []
    for value in fields.values():
        if value.__class__ is str:
            texts.append(value)
        else:
            texts += _said(value)
    return texts


def _said(value: Any) -> list[str]:
    """What the turns of a conversation say, without who says it; of other values all texts."""
    if isinstance(value, (list, tuple)):
        return [part for turn in value for part in _said(turn)]
    return _strings(value["content"] if isinstance(value, Mapping) and "content" in value else value)


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [part for inner in value.values() for part in _strings(inner)]
    if isinstance(value, (list, tuple)):
        return [part for inner in value for part in _strings(inner)]
    return [] if value is None else [str(value)]


class StoredRow(Published):
    """One line of an exported file, as trainers and scorers read it back."""

    id: Annotated[str, Field(min_length=1)]
    """Where the row came from: the record's id, for a window with its number (`12:3`)."""
    group: str = ""
    """Rows of one group are resampled together by the statistics."""


class InstructionRow(InstructionRecord, StoredRow):
    """A line of an exported instruction set."""


class ClassificationRow(ClassificationRecord, StoredRow):
    """A line of an exported classification set."""


class WindowRow(StoredRow):
    """A line of an exported text set: one window of a document."""

    text: NonEmpty
    """The window, target included."""
    target: Text | None = None
    """The last unit of the window, when only that is learned; `text` ends with it."""


Row = InstructionRow | ClassificationRow | WindowRow

ROWS: Mapping[Kind, type[Row]] = {
    "instruction": InstructionRow,
    "classification": ClassificationRow,
    "text": WindowRow,
}


def kind_of(row: Row) -> Kind:
    """The kind of a row, as its class tells."""
    return next(kind for kind, model in ROWS.items() if isinstance(row, model))
