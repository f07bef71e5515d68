"""What a run learns from, what it chooses by, and what it must not have seen: read, laid out and checked.

Rows may come from several places: the run's own export, other exports with their weights, and general examples. Each
place is laid out by its own kind, labels and system prompt; what is chosen and judged by is the run's own alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from curator.errors import CuratorError
from curator.records import ClassificationRow, Kind, Row, Split, kind_of
from curator.train import preflight, runs
from curator.train.args import REPLAY, DroppedRow, Origin, Part, RunSpec
from curator.train.models.model_config import context_limit, vocabulary
from curator.train.preflight_record import Preflight
from curator.train.rows import replay
from curator.train.rows.batch import Item, Rows, render_rows, require_rows
from curator.train.rows.data import read_rows
from curator.train.rows.drawing import filled, weighted, with_replay
from curator.train.rows.render import Renderer

_NOTHING = Rows((), ())
_REMEDY = "Split again: `curator split` keeps equal records on one side."
_REMEDY_OF_MIX = (
    "Take those rows out of where they come from, or leave that out of train.mix or train.replay_from."
)


class Material(NamedTuple):
    """The rows of a run, laid out for its model."""

    tokenizer: Any
    train: Rows
    validation: Rows
    known: Preflight
    """What is told of them."""


class _Read(NamedTuple):
    """The rows of all places, as they were read."""

    own: tuple[Row, ...]
    validation: tuple[Row, ...]
    parts: tuple[tuple[Part, tuple[Row, ...]], ...]
    general: tuple[Row, ...]

    @property
    def learned(self) -> tuple[Row, ...]:
        """Every row that is learned from."""
        return (*self.own, *(row for _, rows in self.parts for row in rows), *self.general)


def gather(spec: RunSpec, tokenizer: Any) -> Material:
    """Read a run's rows, prove that none leaks and that each teaches what it should.

    Raises:
        CuratorError: the files have changed, leak, or hold rows that teach nothing.
    """
    read = _read(spec)
    renderer = Renderer.of_run(tokenizer, spec)
    layout = _Layout(spec, tokenizer)
    _refuse_long_list(renderer, spec.labels, layout.limit)
    own, validation = (render_rows(rows, renderer, layout.limit) for rows in (read.own, read.validation))
    require_rows(own, layout.limit)
    runs.require_validation(spec.train, len(validation))
    preflight.check(own, validation, renderer, layout.vocabulary)
    drawn = {Path(spec.export_path).name: layout.drawn(own, spec.weight, "")}
    for part, rows in read.parts:
        drawn[part.name] = layout.drawn(layout.part(part, rows), part.weight, part.name)
    if read.general:
        drawn[REPLAY] = layout.general(read.general, sum(map(len, drawn.values())))
    train = Rows(
        [item for rows in drawn.values() for item in rows.items],
        [row for rows in drawn.values() for row in rows.dropped],
    )
    origins = [Origin(name=name, rows=len(rows), learned=rows.trained_tokens) for name, rows in drawn.items()]
    drawn_ids = {item.id for item in train.items}
    rows_used = [row for row in read.learned if row.id in drawn_ids]
    known = preflight.describe(rows_used, train, validation, renderer, layout.limit, origins)
    return Material(tokenizer, train, validation, known)


class _Layout:
    """Lays out and draws what does not come from the run's own export."""

    def __init__(self, spec: RunSpec, tokenizer: Any) -> None:
        self._spec = spec
        self._tokenizer = tokenizer
        self.limit = min(spec.train.max_length, context_limit(spec.model_path) or spec.train.max_length)
        self.vocabulary = vocabulary(spec.model_path)

    def part(self, part: Part, rows: Sequence[Row]) -> Rows:
        """The rows of another export; they are no records of the project, so nothing is remembered of them."""
        renderer = self._renderer(part.kind, part.system, part.labels)
        _refuse_long_list(renderer, part.labels, self.limit)
        laid = self._checked(render_rows(rows, renderer, self.limit), renderer)
        require_rows(laid, self.limit)
        return laid

    def drawn(self, rows: Rows, weight: float, name: str) -> Rows:
        """As often as their weight says."""
        return Rows(weighted(rows.items, weight, f"{self._spec.train.seed}/{name}"), rows.dropped)

    def general(self, rows: Sequence[Row], others: int) -> Rows:
        """As many general examples as make up their share, in an order that the seed decides.

        Raises:
            CuratorError: each of them is too long.
        """
        settings, source = self._spec.train, self._spec.replay
        wanted = with_replay(others, settings.replay) - others
        order = Random(f"{settings.seed}/{REPLAY}").sample(rows, len(rows))
        renderers: dict[Kind, Renderer] = {}
        items: list[Item] = []
        dropped: list[DroppedRow] = []
        for row in order:
            if len(items) == wanted:
                break
            kind = kind_of(row)
            if kind not in renderers and source is not None:
                renderers[kind] = self._renderer(kind, source.system, source.labels)
            laid = self._checked(render_rows([row], renderers[kind], self.limit), renderers[kind])
            items += laid.items
            dropped += laid.dropped
        if wanted:
            require_rows(Rows(items, dropped), self.limit)
        return Rows(filled(items, wanted), dropped)

    def _renderer(self, kind: Kind, system: str, labels: Sequence[str]) -> Renderer:
        coded = labels if kind == "classification" and self._spec.train.label_codes else ()
        return Renderer(self._tokenizer, kind, system, coded)

    def _checked(self, rows: Rows, renderer: Renderer) -> Rows:
        preflight.check(rows, _NOTHING, renderer, self.vocabulary)
        return Rows([item._replace(content="") for item in rows.items], rows.dropped)


def _read(spec: RunSpec) -> _Read:
    """The rows of all places, once it is proved that no test row of any of them is learned.

    Raises:
        CuratorError: a file has changed, or leaks.
    """
    runs.verify_export(spec)
    export = Path(spec.export_path)
    own, validation, test = (read_rows(export, spec.kind, side) for side in ("train", "validation", "test"))
    for part in spec.parts:
        runs.verify_files(Path(part.path), part.sha256, spec.name)
    parts = tuple((part, _named(part, "train")) for part in spec.parts)
    general = () if spec.replay is None else replay.rows(spec.replay, spec.name)
    read = _Read(own, validation, parts, general)
    tests = (*test, *(row for part in spec.parts for row in _named(part, "test")))
    preflight.refuse_leaks(
        (*read.learned, *validation), tests, _REMEDY_OF_MIX if parts or general else _REMEDY
    )
    return read


def _named(part: Part, side: Split) -> tuple[Row, ...]:
    """The rows of one side, with the name of their export in front of their ids."""
    rows = read_rows(Path(part.path), part.kind, side)
    return tuple(row.model_copy(update={"id": f"{part.name}/{row.id}"}) for row in rows)


def _refuse_long_list(renderer: Renderer, labels: Sequence[str], limit: int) -> None:
    """The list of codes stands in every prompt, and must leave room for a text.

    Raises:
        CuratorError: it leaves none.
    """
    if renderer.codes is None:
        return
    row = ClassificationRow(id="list", text="?", label=labels[0])
    needed = len(renderer.render(row).ids)
    if needed >= limit:
        raise CuratorError(
            f"The list of {len(labels):,} labels and codes takes {needed:,} tokens, and a row may have {limit:,}.",
            "Leave train.label_codes off, or raise train.max_length if the model's context allows it.",
        )
