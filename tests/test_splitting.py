"""Splits that cannot leak and do not move."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.splitting import Item, assign
from curator.windows import block_ranges

SHARES = {"train": 0.7, "validation": 0.1, "test": 0.2}


def items(count, labels=3, groups=None, current=None):
    return [
        Item(
            i,
            (f"input {i}", *((f"group {groups[i]}",) if groups else ())),
            str(i % labels),
            1,
            (current or {}).get(i),
        )
        for i in range(count)
    ]


def test_shares_hold_in_every_label():
    splits = assign(items(300), SHARES, 0).splits
    for label in range(3):
        counts = Counter(splits[i] for i in range(300) if i % 3 == label)
        assert counts == {"train": 70, "validation": 10, "test": 20}


def test_the_same_data_in_another_order_give_the_same_split():
    data = items(100)
    shuffled = random.Random(1).sample(data, 100)
    assert assign(data, SHARES, 0).splits == assign(shuffled, SHARES, 0).splits
    assert assign(data, SHARES, 0).splits != assign(data, SHARES, 1).splits


@settings(max_examples=60)
@given(st.integers(1, 60), st.integers(0, 40), st.integers(0, 5), st.integers(1, 12))
def test_nothing_moves_when_others_come(first, more, seed, groups):
    rng = random.Random(seed)
    group_of = [rng.randrange(groups) for _ in range(first + more)]
    before = assign(items(first, groups=group_of), SHARES, seed).splits
    after = assign(items(first + more, groups=group_of, current=before), SHARES, seed).splits
    assert all(after[i] == before[i] for i in range(first))


@settings(max_examples=60)
@given(st.integers(1, 80), st.integers(0, 1000), st.integers(1, 20))
def test_records_that_share_a_key_stay_together(count, seed, groups):
    rng = random.Random(seed)
    group_of = [rng.randrange(groups) for _ in range(count)]
    splits = assign(items(count, groups=group_of), SHARES, seed).splits
    sides: dict[int, set[str | None]] = {}
    for i, group in enumerate(group_of):
        sides.setdefault(group, set()).add(splits[i])
    assert all(len(found) == 1 for found in sides.values())


def test_a_record_that_would_bridge_two_sides_is_held_back():
    bridge = Item(3, ("input b", "group g"), "", 1, None)
    data = [Item(1, ("input a", "group g"), "", 1, "train"), Item(2, ("input b",), "", 1, "test"), bridge]
    result = assign(data, SHARES, 0)
    assert result.splits == {1: "train", 2: "test", 3: None}
    assert result.leaks == 1


def test_nothing_new_comes_into_a_frozen_test():
    before = assign(items(50), SHARES, 0).splits
    after = assign(items(100, current=before), SHARES, 0, frozen_test=True).splits
    assert {i for i, side in after.items() if side == "test"} == {
        i for i, side in before.items() if side == "test"
    }


@given(st.integers(1, 5000), st.integers(0, 200))
def test_blocks_keep_their_gap(units, gap):
    ranges = list(block_ranges(units, SHARES, gap).values())
    assert ranges[0][0] == 0
    assert ranges[-1][1] == units
    for (start, end), (following, _) in pairwise(ranges):
        assert end > start - 1
        assert following - end == gap


@pytest.mark.parametrize("test_share", [0.0, 0.5])
def test_a_side_without_a_share_stays_empty(test_share):
    splits = assign(items(40), {"train": 1 - test_share, "validation": 0.0, "test": test_share}, 0).splits
    assert ("validation" in splits.values()) is False
    assert ("test" in splits.values()) is (test_share > 0)


@pytest.mark.parametrize(("labels", "each"), [(100, 2), (200, 1), (7, 3)])
def test_shares_hold_over_all_even_when_every_label_is_too_small_to_divide(labels, each):
    data = [Item(i, (f"input {i}",), str(i % labels), 1, None) for i in range(labels * each)]
    counts = Counter(assign(data, SHARES, 0).splits.values())
    for side, share in SHARES.items():
        assert abs(counts[side] - share * labels * each) <= 2
