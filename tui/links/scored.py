"""The screens' only link to the scores of a run; read in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from curator.errors import CuratorError

if TYPE_CHECKING:
    from curator.evaluate.evaluation import Evaluation
    from curator.evaluate.reporting.ranking import RankedRow
    from curator.records import Row

Filter = Literal["regressed", "gained", "wrong", "all"]
FILTERS: tuple[Filter, ...] = ("regressed", "gained", "wrong", "all")


class Scored(NamedTuple):
    """What is known about a scored run."""

    evaluation: Evaluation
    rows: dict[Filter, list[RankedRow]]
    """The test rows, ranked; none if they cannot be read any more."""
    problem: str = ""
    """Why the rows cannot be read."""
    remedy: str = ""
    """What to do about it."""


def load(folder: Path) -> Scored:
    """Read the scores of a run and the rows that it was scored on.

    Raises:
        CuratorError: the run was not scored, or the files are damaged.
    """
    from curator.evaluate import keeping
    from curator.evaluate.reporting.ranking import rows
    from curator.train import runs
    from curator.train.rows.data import read_rows

    found = keeping.load(folder)
    spec = runs.load(folder)
    try:
        runs.verify_export(spec)
        test: Sequence[Row] = read_rows(Path(spec.export_path), spec.kind, "test")
    except CuratorError as error:
        return Scored(found, {}, error.problem, error.remedy)
    return Scored(found, {name: rows(found, test, name, len(test)) for name in FILTERS})


def record_of(row_id: str) -> str:
    """The number of the record that a row was made from; a window carries its own after a colon."""
    return row_id.partition(":")[0]


def confusions(labels: Sequence[str], matrix: Sequence[Sequence[int]]) -> list[tuple[int, str, str]]:
    """(rows, reference, answer) of each confusion, the most frequent first."""
    found = [
        (count, labels[there], labels[said])
        for there, line in enumerate(matrix)
        for said, count in enumerate(line)
        if count and there != said
    ]
    return sorted(found, key=lambda entry: -entry[0])
