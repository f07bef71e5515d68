"""How often rows are drawn in one pass: by weight, or until there are as many as are wanted; free of torch."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from curator.train.rows.batch import Item


def weighted(items: Sequence[Item], weight: float, seed: str) -> list[Item]:
    """Each row as often as its weight says; of what is over a whole number, the same random rows in every pass."""
    whole = int(weight)
    some = round((weight - whole) * len(items))
    if not whole and items:
        some = max(some, 1)
    chosen = sorted(Random(seed).sample(range(len(items)), some))
    return [_again(item, copy) for copy in range(1, whole + 1) for item in items] + [
        _again(items[place], whole + 1) for place in chosen
    ]


def filled(items: Sequence[Item], count: int) -> list[Item]:
    """So many rows, each once before any comes again."""
    return [_again(items[place % len(items)], place // len(items) + 1) for place in range(count)]


def with_replay(rows: int, share: float) -> int:
    """How many rows there are once general examples make up such a share of all of them."""
    return rows + round(rows * share / (1 - share))


def _again(item: Item, copy: int) -> Item:
    """A copy has an id of its own, and is nothing to remember of the record."""
    return item if copy == 1 else item._replace(id=f"{item.id}*{copy}", content="")
