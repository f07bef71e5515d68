"""Small worlds for the tests of the split: records in a few words, and what must not be parted, by brute force."""

from __future__ import annotations

import re
from itertools import combinations
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from curator.splitting.items import NOWHERE, SIDES, Items
from curator.splitting.links import Collector, Links
from curator.text import digest

THRESHOLD = 0.8


class Given(NamedTuple):
    """A record of a small world."""

    text: str
    label: str = ""
    side: str | None = None
    group: str = ""
    date: float = 0.0
    weight: int = 1


def given_records(**fields: SearchStrategy[object]) -> SearchStrategy[Given]:
    """Records of which some fields vary; the others have their defaults."""
    fixed = {name: st.just(value) for name, value in Given._field_defaults.items()}
    return st.builds(Given, **{**fixed, **fields})


def links_of(records: list[Given], threshold: float = THRESHOLD) -> Links:
    collector = Collector(threshold)
    for record in records:
        collector.add(digest(record.text), record.group, record.text, "")
    return collector.links()


def items_of(records: list[Given], seed: int = 0, dated: bool = False) -> Items:
    labels = sorted({record.label for record in records})
    return Items(
        rank=np.array([int(digest(str(seed), r.text)[:16], 16) for r in records], np.uint64),
        stratum=np.array([labels.index(r.label) for r in records], np.int64),
        weight=np.array([r.weight for r in records], np.int64),
        side=np.array([NOWHERE if r.side is None else SIDES.index(r.side) for r in records], np.int64),
        date=np.array([r.date for r in records]) if dated else None,
    )


def similarity(one: str, other: str) -> float:
    """Jaccard similarity of the sets of three words in a row."""
    a, b = _shingles(one), _shingles(other)
    return len(a & b) / len(a | b)


def tied(records: list[Given]) -> set[tuple[int, int]]:
    """The pairs that must not be parted, each compared with each."""
    return {
        (i, j)
        for (i, one), (j, other) in combinations(enumerate(records), 2)
        if one.text == other.text
        or (one.group and one.group == other.group)
        or similarity(one.text, other.text) >= THRESHOLD
    }


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + 3]) for i in range(max(1, len(words) - 2))}
