"""What a run learns from, what it chooses by, and what it must not have seen: read, laid out and checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from curator.errors import CuratorError
from curator.records import ClassificationRow, Row
from curator.train import preflight, runs
from curator.train.args import RunSpec
from curator.train.batch import Rows, render_rows, require_rows
from curator.train.data import read_rows
from curator.train.model_config import context_limit, vocabulary
from curator.train.render import Renderer


class Material(NamedTuple):
    """The rows of a run, laid out for its model."""

    renderer: Renderer
    """Lays out the run's own rows."""
    limit: int
    """Longest row that is used, in tokens."""
    rows: tuple[Row, ...]
    """The training rows as they were read."""
    train: Rows
    validation: Rows


def gather(spec: RunSpec, tokenizer: Any) -> Material:
    """Read a run's rows, prove that none leaks and that each teaches what it should.

    Raises:
        CuratorError: the files have changed, leak, or hold rows that teach nothing.
    """
    runs.verify_export(spec)
    export = Path(spec.export_path)
    train, validation, test = (read_rows(export, spec.kind, side) for side in ("train", "validation", "test"))
    preflight.refuse_leaks((*train, *validation), test, spec.kind)
    renderer = Renderer.of_run(tokenizer, spec)
    limit = min(spec.train.max_length, context_limit(spec.model_path) or spec.train.max_length)
    _refuse_long_list(renderer, spec.labels, limit)
    learned, checked = (render_rows(rows, renderer, limit) for rows in (train, validation))
    require_rows(learned, limit)
    preflight.check(learned, checked, renderer, vocabulary(spec.model_path))
    return Material(renderer, limit, train, learned, checked)


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
