"""A record as the checks look at it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

from curator.records import FIELD_ORDER, Kind, field_names, input_text, target_text
from curator.text import normalised
from curator.validation import Problem

_HALF = re.compile("[\ud800-\udfff]")


class Part(NamedTuple):
    """One text of a record."""

    field: str
    """Where it stands; turns of a conversation are `history.0`, `history.1`, …"""
    text: str


class Item:
    """One record; what several checks ask of it is worked out once."""

    def __init__(
        self, kind: Kind, record_id: int, fields: Mapping[str, Any], split: str | None, status: str
    ) -> None:
        self.kind = kind
        self.id = record_id
        self.fields = fields
        self.split = split
        self.status = status
        self.problems: tuple[Problem, ...] | None = None
        """What keeps it from being used, once somebody has looked."""
        self.notes: dict[str, Any] = {}
        """What checks of one family leave for each other."""

    @cached_property
    def fingerprint(self) -> str:
        """What it says, as a training run wrote it down."""
        from curator.dynamics import fingerprint

        return fingerprint(self.kind, self.fields)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Every text that a model gets to see or to learn; labels are no texts."""
        return tuple(
            part
            for name in field_names(self.kind)
            if name != "label"
            for part in _parts(name, self.fields.get(name))
        )

    @cached_property
    def asked(self) -> str:
        """What the model gets to see, as one text."""
        return input_text(self.kind, self.fields)

    @cached_property
    def given(self) -> str:
        """What the model shall produce, as one text."""
        return target_text(self.kind, self.fields)

    @cached_property
    def key(self) -> tuple[str, str]:
        """Input and target; case and white space do not make two records different."""
        return normalised(self.asked), normalised(self.given)

    @property
    def answer(self) -> str:
        """The answer, if it is a text; empty otherwise."""
        value = self.fields.get("answer")
        return value if isinstance(value, str) else ""

    @property
    def label(self) -> str:
        """The label, if it is a text; empty otherwise."""
        value = self.fields.get("label")
        return value if isinstance(value, str) else ""

    @property
    def main(self) -> Part:
        """The one text that says most: the answer of an instruction, else the text."""
        name = "answer" if self.kind == "instruction" else FIELD_ORDER[self.kind][0]
        value = self.fields.get(name)
        return Part(name, value if isinstance(value, str) else "")

    @property
    def whole(self) -> bool:
        """Whether all texts can be encoded: none holds half a character."""
        return all(part.text.isascii() or not _HALF.search(part.text) for part in self.parts)


def _parts(name: str, value: Any) -> list[Part]:
    if isinstance(value, str):
        return [Part(name, value)] if value else []
    if not isinstance(value, (list, tuple)):
        return []
    return [
        Part(f"{name}.{number}", turn["content"])
        for number, turn in enumerate(value)
        if isinstance(turn, Mapping) and isinstance(turn.get("content"), str) and turn["content"]
    ]


def with_parts(fields: Mapping[str, Any], new: Mapping[str, str]) -> dict[str, Any]:
    """Fields with some of their texts (by `Part.field`) replaced."""
    changed = dict(fields)
    for place, text in new.items():
        name, _, number = place.partition(".")
        if number:
            turns = list(changed[name])
            turns[int(number)] = {**turns[int(number)], "content": text}
            changed[name] = turns
        else:
            changed[name] = text
    return changed
