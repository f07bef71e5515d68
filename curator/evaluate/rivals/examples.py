"""Which train rows are shown as examples: the same for every row, or the most similar ones for each."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from curator.evaluate.rivals.classical import nearest
from curator.records import ClassificationRow, InstructionRow

Asked = InstructionRow | ClassificationRow

_Row = TypeVar("_Row", bound=Asked)


def spread(train: Sequence[_Row], k: int, seed: int) -> list[_Row]:
    """`k` rows drawn by chance, in chance order; of labelled ones no label twice before each has come once."""
    drawn = random.Random(seed)
    rows = list(train)
    drawn.shuffle(rows)
    piles: dict[str, list[_Row]] = {}
    for row in rows:
        piles.setdefault(row.label if isinstance(row, ClassificationRow) else "", []).append(row)
    return [row for row, _ in zip(_in_turns(list(piles.values())), range(k), strict=False)]


def most_similar(train: Sequence[_Row], test: Sequence[Asked], k: int) -> Mapping[str, list[_Row]]:
    """Id of each test row to the `k` train rows whose questions are most similar, the nearest last."""
    places = nearest(train, test, k)
    return {row.id: [train[place] for place in found[::-1]] for row, found in zip(test, places, strict=True)}


def _in_turns(piles: Sequence[Sequence[_Row]]) -> Iterator[_Row]:
    """The first of each pile, the second of each, and so on."""
    for place in range(max(map(len, piles), default=0)):
        yield from (pile[place] for pile in piles if place < len(pile))
