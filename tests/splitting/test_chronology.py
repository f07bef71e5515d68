"""Splits by date: nobody learns from the future."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.errors import CuratorError
from curator.splitting.assigning import assign
from curator.splitting.items import LATE, LEAKS, NOWHERE, SIDES, TEST, TRAIN, VALIDATION, Rules
from tests.splitting.builders import Given, given_records, items_of, links_of

SHARES = (0.7, 0.1, 0.2)


def divided(given, shares=SHARES, frozen=False):
    outcome = assign(items_of(given, dated=True), links_of(given), Rules(shares, frozen))
    return outcome.side.tolist(), outcome.held


def daily(count, first=0):
    """Texts that have nothing in common, one a day, in no order."""
    days = list(range(first, first + count))
    random.Random(count).shuffle(days)
    return [Given(f"d{day} e{day} f", date=float(day)) for day in days]


def placed(given, sides):
    return [r._replace(side=SIDES[s] if s != NOWHERE else None) for r, s in zip(given, sides, strict=True)]


def test_the_oldest_are_learned_from_and_the_newest_tested_on():
    given = daily(100)
    sides, _ = divided(given)
    assert [sides[i] for i in sorted(range(100), key=lambda i: given[i].date)] == [0] * 70 + [1] * 10 + [
        2
    ] * 20


records = given_records(
    text=st.integers(0, 30).map(lambda n: f"t{n} u{n} v"),
    group=st.sampled_from(["", "", "", "g", "h", "i"]),
    date=st.integers(0, 12).map(float),
)


def stories(given, sides, side):
    """The newest date of each story (texts and groups in common) among the records of one side."""
    label = {i: i for i, its in enumerate(sides) if its == side}
    for _ in label:
        for i, j in combinations(label, 2):
            one, other = given[i], given[j]
            if one.text == other.text or (one.group and one.group == other.group):
                label[i] = label[j] = min(label[i], label[j])
    return [max(given[i].date for i in label if label[i] == story) for story in set(label.values())]


@settings(max_examples=150, deadline=None)
@given(st.lists(records, min_size=1, max_size=12), st.lists(records, max_size=4), st.booleans())
def test_no_side_reaches_into_the_time_of_a_later_one(given, more, frozen):
    before, _ = divided(given)
    after, held = divided([*placed(given, before), *more], frozen=frozen)
    assert after[: len(given)] == before
    assert {i for i, side in enumerate(after) if side == NOWHERE} == set(held)
    for early, late in ((TRAIN, VALIDATION), (TRAIN, TEST), (VALIDATION, TEST)):
        newest = max(
            (r.date for r, side in zip([*given, *more], after, strict=True) if side == early), default=-1.0
        )
        assert all(newest < end for end in stories([*given, *more], after, late))
    assert not frozen or after.count(TEST) == before.count(TEST)


def test_a_cluster_goes_by_its_newest_record():
    given = [
        *daily(100),
        Given("old but of a new story", date=1.0, group="s"),
        Given("end of it", date=99.0, group="s"),
    ]
    sides, _ = divided(given)
    assert sides[-2:] == [TEST, TEST]


def test_records_of_one_date_are_not_parted():
    given = [Given(f"d{i} e f", date=float(i // 25)) for i in range(100)]
    sides, _ = divided(given)
    assert [sides[i * 25 : i * 25 + 25] for i in range(4)] == [[0] * 25, [0] * 25, [1] * 25, [2] * 25]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_dates_fill_train_then_test_then_validation(count):
    wanted = {1: [TRAIN], 2: [TRAIN, TEST], 3: [TRAIN, VALIDATION, TEST]}[count]
    assert divided([Given(f"d{i} e f", date=float(i)) for i in range(count)])[0] == wanted


def test_later_records_go_to_test_and_older_ones_to_their_period():
    given = daily(100)
    sides, _ = divided(given)
    more = [Given("n1 o p", date=500.0), Given("n2 o p", date=3.5), Given("n3 o p", date=75.5)]
    after, held = divided([*placed(given, sides), *more])
    assert (after[100:], held) == ([TEST, TRAIN, VALIDATION], {})


def test_a_frozen_test_set_takes_no_later_records():
    given = daily(100)
    sides, _ = divided(given)
    more = [Given("n1 o p", date=500.0), Given("n2 o p", date=3.5), Given("n3 o p", date=85.0)]
    after, held = divided([*placed(given, sides), *more], frozen=True)
    assert after[100:] == [NOWHERE, TRAIN, NOWHERE]
    assert held == {100: LATE, 102: LATE}


def test_a_new_record_of_an_old_story_is_held_back_when_it_is_too_new_for_it():
    given = [r._replace(group="story" if r.date == 5 else "") for r in daily(100)]
    sides, _ = divided(given)
    after, held = divided([*placed(given, sides), Given("more of it", date=99.0, group="story")])
    assert (after[-1], held) == (NOWHERE, {100: LEAKS})


def test_a_split_that_was_not_drawn_by_date_is_refused():
    given = daily(50)
    random_sides = [i % 3 for i in range(50)]
    with pytest.raises(CuratorError) as caught:
        divided(placed(given, random_sides))
    assert "of 50 clusters stand on a side of another time" in caught.value.problem
    assert "--fresh" in caught.value.remedy


@pytest.mark.parametrize(("side", "moved_to"), [(TRAIN, 99.5), (TEST, 0.5), (VALIDATION, 0.5)])
def test_one_record_that_was_given_another_date_does_not_shift_the_periods(side, moved_to):
    given = daily(100)
    sides, _ = divided(given)
    stray = sides.index(side)
    old = placed(given, sides)
    old[stray] = old[stray]._replace(date=moved_to)
    more = [Given("n1 o p", date=40.5), Given("n2 o p", date=75.5), Given("n3 o p", date=95.5)]
    outcome = assign(items_of([*old, *more], dated=True), links_of([*old, *more]), Rules(SHARES))
    assert outcome.side.tolist() == [*sides, TRAIN, VALIDATION, TEST]
    assert outcome.strays >= 1


def test_a_fresh_split_keeps_clear_of_a_frozen_test_set():
    given = [Given(f"d{i} e{i} f", date=float(i), side="test" if i in (60, 61) else None) for i in range(100)]
    sides, held = divided(given, frozen=True)
    assert set(held) == set(range(62, 100))
    assert sides[:60].count(TRAIN) == pytest.approx(52, abs=1)
    assert sides[:60] == sorted(sides[:60])


def test_without_a_validation_share_there_are_two_periods():
    sides, _ = divided(daily(50), (0.8, 0.0, 0.2))
    assert sorted(sides) == [TRAIN] * 40 + [TEST] * 10


def test_without_a_test_share_the_newest_validate():
    sides, _ = divided(daily(50), (0.8, 0.2, 0.0))
    assert sorted(sides) == [TRAIN] * 40 + [VALIDATION] * 10
