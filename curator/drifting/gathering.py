"""The two sides of a comparison: the training records of a project, and the rows of new files, which are not stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import numpy as np

from curator.errors import CuratorError
from curator.formats import reading, sources
from curator.formats.base import Row
from curator.formats.outcomes import Example
from curator.importing import Options, SourcePlan
from curator.importing.opening import Opened, decodable, open_source
from curator.project import Project
from curator.records import Kind, texts_of

_Item = TypeVar("_Item")

MOST = 20_000
"""Texts of each side that are looked at; of more a sample is drawn."""
LEAST = 20
"""Texts of each side below which nothing can be said."""
_READ = 20_000
"""Characters of a text that are looked at."""
_TRAINING = "split:train -status:rejected -status:flagged"
_EVERYTHING = "-status:rejected -status:flagged"


class Text(NamedTuple):
    """What a model is asked, in a training record or a new row."""

    place: str
    """Where it stands: the number of a record, or file and line."""
    text: str
    """The question, or the text: without system prompts."""
    label: str
    """Its label; empty where it has none."""


class Side(NamedTuple):
    """The texts of one side."""

    texts: tuple[Text, ...]
    """A sample of them, where they are many."""
    found: int
    """How many there are."""
    passed_over: int = 0
    """New rows that could not be read, or have no text."""
    whole: bool = False
    """Training: whether there is no split yet, so that all records count."""


def training(project: Project, seed: int) -> Side:
    """What a model of the project learns from: the train side of the split, or all records before a split.

    Raises:
        CuratorError: there are too few.
    """
    ids = project.ids(_TRAINING)
    whole = not ids
    ids = ids or project.ids(_EVERYTHING)
    chosen = _sample(ids, seed)
    texts = (_text(project.kind, str(record.id), record.fields) for record in project.rows(chosen))
    kept = tuple(one for one in texts if one.text.strip())
    _require(len(kept), "training records", "Import more records.")
    return Side(kept, len(ids), len(chosen) - len(kept), whole)


def new(
    project: Project,
    paths: Sequence[str],
    options: Options,
    seed: int,
    planned: Callable[[Sequence[SourcePlan]], None] = lambda _: None,
) -> Side:
    """The rows of new files, read as an import would read them; `planned` is told how that is, before the first row.

    Raises:
        CuratorError: a path cannot be read, its columns fit no field, or there are too few rows.
    """
    wanted = options.model_copy(update={"mapping": {**project.config.fields, **options.mapping}})
    found, _ = sources.expand(paths)
    opened = [open_source(source, project.kind, wanted) for source in found]
    planned([one.plan for one in opened])
    texts: list[Text] = []
    unreadable = 0
    for one in opened:
        some, bad = _rows(one, project.kind)
        texts += some
        unreadable += bad
    _require(len(texts), "new rows", "Gather more inputs, and compare then.")
    return Side(tuple(_sample(texts, seed)), len(texts), unreadable)


def _rows(opened: Opened, kind: Kind) -> tuple[list[Text], int]:
    texts: list[Text] = []
    unreadable = 0
    with decodable(opened.plan.name), opened.source.open() as stream:
        rows = reading.rows(stream, opened.plan.layout)
        while batch := list(islice(rows, 1000)):
            for row in batch:
                outcomes = opened.convert({**opened.constants, **row.values}) if isinstance(row, Row) else ()
                place = f"{opened.plan.name}:{row.line}"
                made = [_text(kind, place, one.fields) for one in outcomes if isinstance(one, Example)]
                kept = [one for one in made if one.text.strip()]
                texts += kept
                unreadable += max(len(outcomes), 1) - len(kept)
    return texts, unreadable


def _text(kind: Kind, place: str, fields: Mapping[str, Any]) -> Text:
    if kind != "instruction":
        label = fields.get("label") if kind == "classification" else None
        return Text(place, _joined([fields.get("text")]), label if isinstance(label, str) else "")
    history = fields.get("history")
    turns = [turn for turn in history if isinstance(turn, Mapping)] if isinstance(history, Sequence) else []
    said = [turn.get("content") for turn in turns if turn.get("role") != "system"]
    return Text(place, _joined([*said, fields.get("instruction"), fields.get("input")]), "")


def _joined(values: Sequence[Any]) -> str:
    return "\n".join(part for value in values for part in texts_of(value) if part)[:_READ]


def _sample(items: Sequence[_Item], seed: int) -> list[_Item]:
    if len(items) <= MOST:
        return list(items)
    chosen = np.random.default_rng(seed).choice(len(items), MOST, replace=False)
    return [items[place] for place in sorted(chosen.tolist())]


def _require(count: int, what: str, remedy: str) -> None:
    if count < LEAST:
        raise CuratorError(
            f"There are {count} {what} with a text; from {LEAST} on they can be compared.", remedy
        )
