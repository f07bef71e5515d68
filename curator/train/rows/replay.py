"""General examples that are learned along, so that a model forgets less of what it knew.

A few old examples among the new ones keep most of what fine-tuning would undo (experience replay; for language models
Scialom et al. 2022, arXiv 2205.12393). The bundled texts are passages in English and Russian about all sorts of things;
none of them is among those that forgetting is measured on (`curator.evaluate.scoring.forgetting`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from curator.config import explain
from curator.errors import CuratorError, explained
from curator.records import ROWS, Kind, Row, WindowRow
from curator.train.args import REPLAY, Replay

_TEXT = "replay.txt"
_SENTENCES = 2
"""Sentences of a bundled window: not much longer than the rows of most projects, which it shares its steps with."""
_PLACES = ("id", "group")
"""What an exported row says of its export, which is nothing here."""


def content(path: str) -> bytes:
    """The bytes of a file of general examples; of the bundled texts, without a path.

    Raises:
        CuratorError: it cannot be read.
    """
    if not path:
        return (files("curator.train.rows") / _TEXT).read_bytes()
    with explained("read", Path(path)):
        return Path(path).read_bytes()


def source(path: str, labels: tuple[str, ...] = (), system: str = "") -> Replay:
    """A file of general examples as a run notes it.

    Raises:
        CuratorError: it cannot be read.
    """
    digest = hashlib.sha256(content(path)).hexdigest()
    return Replay(path=path, sha256=digest, labels=labels, system=system)


def rows(replay: Replay, run: str) -> tuple[Row, ...]:
    """The general examples of a run, called by their numbers in the file: `replay-12`.

    Raises:
        CuratorError: the file has changed, or a line is no row.
    """
    raw = content(replay.path)
    if hashlib.sha256(raw).hexdigest() != replay.sha256:
        raise CuratorError(
            f"{replay.path or 'The bundled general text'} is not what the run {run} was made for.",
            "Start a new run.",
        )
    return tuple(_from_lines(replay.path, raw) if replay.path else _windows(raw.decode("utf-8")))


def _windows(text: str) -> Iterator[Row]:
    number = 0
    for passage in text.split("\n\n"):
        sentences = re.split(r"(?<=[.!?])\s+", passage.strip())
        for start in range(0, len(sentences), _SENTENCES):
            number += 1
            yield WindowRow(id=f"{REPLAY}-{number}", text=" ".join(sentences[start : start + _SENTENCES]))


def _from_lines(path: str, raw: bytes) -> Iterator[Row]:
    for number, line in enumerate(raw.split(b"\n"), 1):
        if line.strip():
            yield _row(f"{path}, line {number}", f"{REPLAY}-{number}", line)


def _row(place: str, row_id: str, line: bytes) -> Row:
    try:
        fields = json.loads(line)
    except ValueError as error:
        raise CuratorError(f"{place}: is not JSON.", _ROWS) from error
    if not isinstance(fields, dict):
        raise CuratorError(f"{place}: is no object.", _ROWS)
    model = ROWS[_kind(fields)]
    given = {name: value for name, value in fields.items() if name not in _PLACES}
    try:
        return model.model_validate({**given, "id": row_id})
    except ValidationError as error:
        raise CuratorError(f"{place}: {explain(error, model)}", _ROWS) from error


def _kind(fields: Mapping[str, Any]) -> Kind:
    if "label" in fields:
        return "classification"
    return "instruction" if "instruction" in fields or "answer" in fields else "text"


_ROWS = (
    "General examples are rows as `curator export` writes them: text; text and label; instruction and answer."
)
