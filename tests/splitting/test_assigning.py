"""Sides that cannot leak and do not move."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.splitting.assigning import assign, assign_inside
from curator.splitting.items import BLOCKS, CLOSED, LEAKS, NOWHERE, SIDES, Rules
from tests.splitting.builders import Given, given_records, items_of, links_of, tied

SHARES = (0.7, 0.1, 0.2)
WORDS = [f"w{i}" for i in range(12)]
BASES = [" ".join(random.Random(n).choices(WORDS, k=16)) for n in range(3)]


def edited(base, place, word):
    words = base.split()
    return " ".join([*words[:place], word, *words[place:]])


texts = st.builds(edited, st.sampled_from(BASES), st.integers(0, 16), st.sampled_from(["x", "y", "z"]))
records = given_records(
    text=texts | st.sampled_from(BASES) | st.text("abc ", min_size=5, max_size=12),
    label=st.sampled_from("kl"),
    side=st.sampled_from([None, None, None, *SIDES[:BLOCKS]]),
    group=st.sampled_from(["", "", "", "g", "h"]),
)


def divided(given, **rules):
    outcome = assign(items_of(given), links_of(given), Rules(SHARES, **rules))
    return outcome.side.tolist(), outcome.held


def crossing(given, side):
    return [(i, j) for i, j in tied(given) if NOWHERE not in (side[i], side[j]) and side[i] != side[j]]


@settings(max_examples=300, deadline=None)
@given(st.lists(records, min_size=1, max_size=14), st.booleans())
def test_no_new_record_is_parted_from_what_it_is_tied_to(given, frozen):
    side, held = divided(given, frozen=frozen)
    old = [SIDES.index(r.side) if r.side else NOWHERE for r in given]
    assert all(side[i] == old[i] for i in range(len(given)) if old[i] != NOWHERE)
    assert set(held) == {i for i in range(len(given)) if side[i] == NOWHERE}
    assert crossing(given, side) == crossing(given, old)
    if frozen:
        assert side.count(2) == old.count(2)


@settings(max_examples=200, deadline=None)
@given(st.lists(records, min_size=1, max_size=14))
def test_a_record_is_held_back_only_between_two_sides(given):
    side, held = divided(given)
    ties = tied(given)
    for record, reason in held.items():
        around = {
            side[j if i == record else i]
            for i, j in ties
            if record in (i, j) and side[j if i == record else i] >= 0
        }
        assert reason == LEAKS
        assert len(around) > 1


@settings(max_examples=60, deadline=None)
@given(
    st.lists(given_records(text=texts, label=st.sampled_from("kl")), min_size=2, max_size=20), st.randoms()
)
def test_the_same_data_in_another_order_give_the_same_split(given, rng):
    order = list(range(len(given)))
    rng.shuffle(order)
    side, _ = divided(given)
    shuffled, _ = divided([given[i] for i in order])
    assert [shuffled[order.index(i)] for i in range(len(given))] == side


@settings(max_examples=60, deadline=None)
@given(st.lists(records, min_size=2, max_size=20), st.integers(1, 19))
def test_nothing_moves_when_others_come(given, first):
    fresh = [record._replace(side=None) for record in given]
    before, _ = divided(fresh[:first])
    placed = [
        record._replace(side=SIDES[side] if side != NOWHERE else None)
        for record, side in zip(fresh[:first], before, strict=True)
    ]
    after, _ = divided([*placed, *fresh[first:]])
    assert all(now == then for now, then in zip(after, before, strict=False) if then != NOWHERE)
    assert crossing(fresh, after) == []


def test_a_record_between_two_sides_is_held_back():
    given = [
        Given("a text of train", side="train", group="g"),
        Given("a text of test", side="test"),
        Given("a text of test", group="g"),
    ]
    assert divided(given) == ([0, 2, NOWHERE], {2: LEAKS})


def test_a_chain_of_new_records_between_two_sides_is_broken_once():
    words = [f"v{i}" for i in range(30)]
    chain = [" ".join([*words[n:], *(f"u{i}" for i in range(n))]) for n in range(0, 8, 2)]
    given = [Given(text) for text in chain]
    given[0], given[-1] = given[0]._replace(side="train"), given[-1]._replace(side="test")
    assert {(0, 1), (1, 2), (2, 3)} <= tied(given) != {(0, 3)}
    side, held = divided(given)
    assert list(held.values()) == [LEAKS]
    assert crossing(given, side) == []


def test_what_is_tied_only_to_a_record_held_back_goes_where_it_is_needed():
    given = [
        Given("in train already", side="train", group="g"),
        Given("in test already", side="test"),
        Given("in test already", group="g"),
        Given(BASES[0], group="g2"),
    ]
    side, held = divided(given)
    assert side[3] == 0
    assert set(held) == {2}


def test_copies_of_the_frozen_test_set_are_held_back():
    given = [Given(f"text number {i}", side="train") for i in range(8)] + [Given("of test only", side="test")]
    side, held = divided([*given, Given("of test only"), Given("something else")], frozen=True)
    assert held == {9: CLOSED}
    assert side[10] in (0, 1)


def test_a_frozen_test_set_leaves_the_other_sides_in_proportion():
    given = [Given(f"n{i} m{i}", side="test") for i in range(20)] + [Given(f"r{i} s{i}") for i in range(800)]
    counts = Counter(divided(given, frozen=True)[0])
    assert counts == {2: 20, 0: 700, 1: 100}


@pytest.mark.parametrize("frozen", [False, True])
def test_of_near_documents_one_is_cut_inside(frozen):
    long = " ".join(f"w{i}" for i in range(60))
    given = [
        Given(long, side="blocks"),
        Given(long),
        Given(long + " more"),
        Given(" ".join(f"v{i}" for i in range(60))),
    ]
    inside = np.array([BLOCKS, BLOCKS, BLOCKS + 1, BLOCKS + 2])
    outcome = assign_inside(items_of(given), links_of(given), inside, frozen)
    if frozen:
        assert outcome.side.tolist() == [BLOCKS, NOWHERE, NOWHERE, 0]
        assert outcome.held == {1: CLOSED, 2: CLOSED}
    else:
        assert outcome.side.tolist() == [BLOCKS, BLOCKS, NOWHERE, BLOCKS + 2]
        assert outcome.held == {2: LEAKS}
