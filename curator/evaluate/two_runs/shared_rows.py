"""The test rows that two runs share: all of them where the test set is the same, else those of the same content."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from curator.errors import CuratorError
from curator.evaluate.evaluation import Evaluation, reference
from curator.evaluate.rivals.gathering import kept_from
from curator.evaluate.scores import RowScore
from curator.records import ROWS, Kind, Row, input_text
from curator.train import runs
from curator.train.args import RunSpec
from curator.train.rows.data import read_rows

_TEST = "test.jsonl"
_OF_ITS_OWN_BASE = "preferred"
"""A judge compared each tuned model with its own base: that says nothing of the two."""


class Side(NamedTuple):
    """One of the two runs."""

    spec: RunSpec
    found: Evaluation

    @property
    def name(self) -> str:
        """Name of the run."""
        return self.spec.name


class Shared(NamedTuple):
    """The rows of both, in one order."""

    rows: tuple[Row, ...]
    """As the first run has them."""
    first: tuple[RowScore, ...]
    """What the first run's tuned model scored."""
    second: tuple[RowScore, ...]
    """What the second's did."""
    same_test: bool
    """Whether both have the very same test file."""
    left_out: tuple[int, int]
    """Test rows of each that the other does not have."""
    answered_anew: int
    """Of these, the rows of the first that the second has with another reference."""


def shared_rows(first: Side, second: Side) -> Shared:
    """The rows that both runs were scored on, and what both tuned models scored.

    Raises:
        CuratorError: the runs are of different kinds, share no row, or their test rows cannot be read.
    """
    if first.spec.kind != second.spec.kind:
        raise CuratorError(
            f"{first.name} is about {first.spec.kind}, {second.name} about {second.spec.kind}: they have no figure "
            "in common.",
            "Compare runs of one kind.",
        )
    if first.spec.export_sha256[_TEST] == second.spec.export_sha256[_TEST]:
        rows = _either(first, second)
        every = range(len(rows))
        return _shared(first, second, rows, [(place, place) for place in every], (0, 0), 0, same_test=True)
    one, other = (_rows(side) for side in (first, second))
    pairs = _pairs(first.spec.kind, one, other)
    if not pairs:
        raise CuratorError(
            f"{first.name} and {second.name} share no test row, so nothing can be compared.",
            "Evaluate both on one test set: freeze it with `curator split --freeze` before the next run.",
        )
    left = (len(one) - len(pairs), len(other) - len(pairs))
    anew = _answered_anew(first.spec.kind, one, other, {place for place, _ in pairs})
    return _shared(first, second, one, pairs, left, anew, same_test=False)


def _shared(
    first: Side,
    second: Side,
    rows: Sequence[Row],
    pairs: Sequence[tuple[int, int]],
    left_out: tuple[int, int],
    anew: int,
    *,
    same_test: bool,
) -> Shared:
    one, other = (_scores(side) for side in (first, second))
    chosen = tuple(rows[place] for place, _ in pairs)
    # Where ids differ, the rows of the first run name both.
    seconds = (
        other[place].model_copy(update={"id": row.id}) for row, (_, place) in zip(chosen, pairs, strict=True)
    )
    return Shared(chosen, tuple(one[place] for place, _ in pairs), tuple(seconds), same_test, left_out, anew)


def _scores(side: Side) -> list[RowScore]:
    """The tuned model's scores, without what is to be measured anew by one rule for both."""
    found = side.found
    kept = kept_from(found.scores, found.systems, found.titles).systems["tuned"]
    return [
        score.model_copy(
            update={"values": {name: v for name, v in score.values.items() if name != _OF_ITS_OWN_BASE}}
        )
        for score in kept
    ]


def _either(first: Side, second: Side) -> tuple[Row, ...]:
    """The rows of a test set that both have; one of the two exports is enough."""
    try:
        return _rows(first)
    except CuratorError:
        return _rows(second)


def _rows(side: Side) -> tuple[Row, ...]:
    """The test rows of a run, which are those that it was scored on.

    Raises:
        CuratorError: the export is gone, has changed, or is not what was scored.
    """
    runs.verify_export(side.spec)
    rows = read_rows(Path(side.spec.export_path), side.spec.kind, "test")
    if [row.id for row in rows] != [score.id for score in side.found.scores["tuned"]]:
        raise CuratorError(
            f"{side.name} was not scored on the rows of its test set.",
            f"Score it anew: curator evaluate {side.name} --again",
        )
    return rows


def _pairs(kind: Kind, one: Sequence[Row], other: Sequence[Row]) -> list[tuple[int, int]]:
    """Places of rows with the same content; of equal rows each is taken once."""
    waiting: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for place in range(len(other) - 1, -1, -1):
        waiting[_content(kind, other[place])].append(place)
    found = []
    for place, row in enumerate(one):
        same = waiting.get(_content(kind, row))
        if same:
            found.append((place, same.pop()))
    return found


def _answered_anew(kind: Kind, one: Sequence[Row], other: Sequence[Row], paired: set[int]) -> int:
    asked = {_content(kind, row)[0] for row in other}
    return sum(_content(kind, row)[0] in asked for place, row in enumerate(one) if place not in paired)


def _content(kind: Kind, row: Row) -> tuple[str, str]:
    """What is asked, and what should be answered."""
    assert isinstance(row, ROWS[kind])
    return input_text(kind, row.model_dump()), reference(row)
