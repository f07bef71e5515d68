"""Making an export of a project: its rows, its windows, and what is said about them."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from curator import windows
from curator.config import Config
from curator.errors import CuratorError
from curator.export import folder, formats, rows, writing
from curator.export.manifest import CANONICAL, Checks, Manifest
from curator.query import Query
from curator.store import records


def plan(config: Config) -> rows.Plan:
    """What the settings say about the rows of an export."""
    return rows.Plan(kind=config.kind, labels=config.labels, split=config.split, windows=config.windows)


def require_format(name: str, config: Config) -> formats.Format:
    """A format in which this project can be exported.

    Raises:
        CuratorError: there is none of that name, or it cannot hold this kind.
    """
    return formats.require(name, config.kind, config.system)


class Cutter:
    """Cuts the documents of a text project as its settings say."""

    def __init__(self, config: Config) -> None:
        self._config = config

    @cached_property
    def units(self) -> windows.UnitsOf:
        """Finds the units of a text.

        Raises:
            CuratorError: they are tokens, and the model cannot be found.
        """
        if self._config.kind != "text" or self._config.windows.unit == "word":
            return windows.word_spans
        from curator.train.runs import resolve_model

        return windows.token_spans(Path(resolve_model(self._config.model)))

    def parts(self, text: str) -> Mapping[str, str]:
        """The parts of a document that is cut inside, by side."""
        try:
            units = self.units
        except CuratorError:
            # Without the model its tokens cannot be counted; blocks of words are nearly the same.
            units = windows.word_spans
        return windows.parts(text, units, self._config.windows, rows.shares(self._config.split))


def write(
    connection: sqlite3.Connection,
    config: Config,
    place: folder.Place,
    query: tuple[str, Query],
    checks: Checks,
    format_name: str = CANONICAL,
    progress: writing.Progress = lambda _: None,
) -> folder.Export:
    """Write the split records that a query (as text and parsed) fits as files.

    Raises:
        CuratorError: nothing to export, the place is taken by something else, or the disk does not want it.
    """
    chosen = require_format(format_name, config)
    text, parsed = query
    laid_out, held = plan(config), Counter[str]()
    placed = rows.collect(records.iterate(connection, parsed), laid_out, Cutter(config).units, held)
    manifest = Manifest(
        name=place.name,
        kind=config.kind,
        format=format_name,
        columns=dict(chosen.mapping.get(config.kind, {})),
        labels=config.labels if config.kind == "classification" else (),
        system=config.system,
        files={},
        query=text,
        split=laid_out.split,
        windows=laid_out.windows if config.kind == "text" else None,
        checks=checks,
    )
    return folder.write(place, placed, manifest, held, progress)
