"""Records of one split that give away the answers of another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from curator.checks.base import Check, Context
from curator.records import input_text, target_text
from curator.store.findings import SPLIT_LEAK as LEAK
from curator.store.findings import Finding
from curator.store.records import group_of, input_key

if TYPE_CHECKING:
    from curator.splitting.crossings import Crossing
    from curator.splitting.items import Ints


SAME_INPUT = "the same input"
NEAR_INPUT = "nearly the same input"
NEAR_WHOLE = "nearly the same input and target"


class Placed(NamedTuple):
    """A record that has a side."""

    id: int
    split: str

    @property
    def where(self) -> str:
        """Its side in words."""
        return "cut inside" if self.split == "blocks" else f"in {self.split}"


def message(record: Placed, other: Placed, tie: str, similarity: float = 1.0) -> str:
    """A leak in words: `is in train, but has nearly the same input as record 7 in test (similarity 0.87)`."""
    nearness = f" (similarity {similarity:.2f})" if tie in (NEAR_INPUT, NEAR_WHOLE) else ""
    return f"is {record.where}, but has {tie} as record {other.id} {other.where}{nearness}"


def tie(kind: int, group: str) -> str:
    """What a column of `Links.keys` says, in words."""
    return (SAME_INPUT, f"the same {group}", NEAR_INPUT, NEAR_WHOLE)[kind]


def _find_leaks(context: Context) -> Iterator[Finding]:
    from curator.splitting.crossings import crossings
    from curator.splitting.links import Collector

    collector = Collector(context.near_duplicates)
    placed: list[Placed] = []
    documents: list[str] = []
    for record in context.records():
        if record.split:
            fields = record.fields
            asked, given = input_text(context.kind, fields), target_text(context.kind, fields)
            collector.add(input_key(context.kind, fields), group_of(record, context.group), asked, given)
            placed.append(Placed(record.id, record.split))
            documents.append(asked if record.split == "blocks" else "")
    told: set[int] = set()
    for crossing in crossings(collector.links(), _sides(placed, documents)):
        if crossing.inner not in told:
            told.add(crossing.inner)
            yield _finding(context, placed, crossing)


def _sides(placed: list[Placed], documents: list[str]) -> Ints:
    """Each document that is cut inside has a side of its own, shared by those that are the same to the letter."""
    import numpy as np

    from curator.splitting.items import BLOCKS, SIDES

    numbers = {text: BLOCKS + number for number, text in enumerate(dict.fromkeys(documents))}
    sides = {side: number for number, side in enumerate(SIDES)}
    found = (
        numbers[text] if record.split == "blocks" else sides[record.split]
        for record, text in zip(placed, documents, strict=True)
    )
    return np.fromiter(found, np.int64, len(placed))


def _finding(context: Context, placed: list[Placed], crossing: Crossing) -> Finding:
    record, other = placed[crossing.inner], placed[crossing.outer]
    return Finding(
        check_id=LEAK,
        record_id=record.id,
        severity=SPLIT_LEAK.severity,
        message=message(record, other, tie(crossing.kind, context.group), crossing.similarity),
        related=other.id,
    )


SPLIT_LEAK = Check(
    id=LEAK,
    title="The same input or group, or a near duplicate, on two sides of the split",
    harm="The score is too good to be true: the model has seen the question.",
    severity="error",
    find=_find_leaks,
)

CHECKS = (SPLIT_LEAK,)
