from __future__ import annotations

import numpy as np
import pytest

from curator.label_quality.confusions import Confusion, confusable
from curator.label_quality.suspicion import Suspicions


def judged(labels, better: dict[int, int]) -> Suspicions:
    """Suspicions by which only these rows are likelier another label."""
    rows = len(labels)
    suggested, probability = (np.array(labels) + 1) % 4, np.full(rows, 0.1)
    for row, label in better.items():
        suggested[row], probability[row] = label, 0.9
    return Suspicions(np.zeros(rows), np.zeros(rows, np.bool_), suggested, probability, 1 - probability)


LABELS = np.repeat(np.arange(4), 50)


def test_a_pair_is_counted_from_both_sides():
    found = judged(LABELS, {0: 2, 1: 2, 2: 2, 100: 0, 101: 0})
    assert confusable(LABELS, found, 4) == [Confusion(0, 2, 5, 0.05)]


def test_the_most_confused_pair_comes_first():
    found = judged(LABELS, {**dict.fromkeys(range(6), 1), **dict.fromkeys(range(150, 162), 2)})
    assert confusable(LABELS, found, 4) == [Confusion(2, 3, 12, 0.12), Confusion(0, 1, 6, 0.06)]


@pytest.mark.parametrize(
    ("size", "confused", "matters"),
    [(50, 1, False), (50, 4, False), (50, 6, True), (3, 1, False), (3, 2, False), (10, 3, True)],
)
def test_a_few_rows_may_be_chance(size, confused, matters):
    labels = np.repeat([0, 1], size)
    found = judged(labels, dict.fromkeys(range(confused), 1))
    assert bool(confusable(labels, found, 4)) is matters


def test_without_rows_there_are_none():
    labels = np.zeros(0, np.int64)
    assert confusable(labels, judged(labels, {}), 4) == []
