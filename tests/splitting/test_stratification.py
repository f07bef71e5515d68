"""Shares: in every label, whatever must stay together."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest

from curator.splitting.assigning import assign
from curator.splitting.deviation import deviations
from curator.splitting.items import SIDES, Rules
from tests.splitting.builders import Given, items_of, links_of

SHARES = (0.7, 0.1, 0.2)


def divided(given, shares=SHARES, seed=0, frozen=False):
    side = assign(items_of(given, seed), links_of(given), Rules(shares, frozen)).side
    return [SIDES[number] if number >= 0 else None for number in side.tolist()]


def singles(count, labels):
    return [Given(f"n{i} of{i} these{i}", label=f"l{i % labels}") for i in range(count)]


def grouped(groups, seed, labels):
    """Records of many groups, each of a random size, whose labels lean to one of them."""
    rng = random.Random(seed)
    given = []
    for group in range(groups):
        favourite = rng.randrange(labels)
        for _ in range(min(40, 1 + int(rng.expovariate(0.15)))):
            label = favourite if rng.random() < 0.6 else rng.randrange(labels)
            given.append(Given(f"n{len(given)} o{len(given)} p", label=f"l{label}", group=f"g{group}"))
    return given


def worst(given, sides):
    table = Counter((record.label, side) for record, side in zip(given, sides, strict=True))
    labels = {record.label for record in given}
    counts = {label: [table[label, side] for side in SIDES[:3]] for label in labels}
    return max(abs(d.got - d.wanted) for d in deviations(counts, SHARES))


def test_shares_hold_in_every_label():
    given = singles(300, 3)
    table = Counter((r.label, side) for r, side in zip(given, divided(given), strict=True))
    for label in ("l0", "l1", "l2"):
        assert [table[label, side] for side in SIDES[:3]] == [70, 10, 20]


def test_another_seed_draws_another_split():
    given = singles(100, 2)
    assert divided(given) == divided(given)
    assert divided(given) != divided(given, seed=1)


@pytest.mark.parametrize("test_share", [0.0, 0.5])
def test_a_side_without_a_share_stays_empty(test_share):
    sides = divided(singles(40, 1), (1 - test_share, 0.0, test_share))
    assert "validation" not in sides
    assert ("test" in sides) is (test_share > 0)


@pytest.mark.parametrize(("labels", "each"), [(100, 2), (60, 5), (7, 3)])
def test_shares_hold_over_all_even_when_every_label_is_too_small_to_divide(labels, each):
    counts = Counter(divided(singles(labels * each, labels)))
    for side, share in zip(SIDES, SHARES, strict=False):
        assert abs(counts[side] - share * labels * each) <= 2


@pytest.mark.parametrize("shares", [SHARES, (0.2, 0.2, 0.6)])
def test_what_is_rare_is_learned_before_it_is_tested(shares):
    given = [*singles(200, 2), *(Given(f"rare{i} o{i} m", label=f"r{i // 2}") for i in range(21))]
    sides = divided(given, shares)
    learned = {record.label for record, side in zip(given, sides, strict=True) if side == "train"}
    assert learned == {record.label for record in given}


def test_the_only_cluster_of_a_label_goes_to_train():
    given = [
        *singles(100, 2),
        *(Given(f"x{i} y z", label=f"rare{i // 4}", group=f"g{i // 4}") for i in range(40)),
    ]
    assert {side for record, side in zip(given, divided(given), strict=True) if record.group} == {"train"}


@pytest.mark.parametrize(("groups", "labels"), [(150, 6), (40, 3)])
@pytest.mark.parametrize("seed", range(8))
def test_groups_of_mixed_labels_come_near_their_shares(groups, labels, seed):
    given = grouped(groups, seed, labels)
    assert worst(given, divided(given, seed=seed)) < 0.04
    drawn = [random.Random(f"{seed} {record.group}").choices(SIDES[:3], SHARES)[0] for record in given]
    assert worst(given, drawn) > 0.04


def test_a_cluster_too_large_for_the_small_sides_finds_its_place_first():
    given = [*(Given(f"n{i} m o", group="giant") for i in range(50)), *singles(50, 1)]
    given = [record._replace(label="l") for record in given]
    counts = Counter(divided(given))
    assert counts == {"train": 70, "validation": 10, "test": 20}


def test_one_distorted_label_does_not_bend_the_others():
    forced = [Given(f"n{i} m o", label="a", side="test") for i in range(300)]
    more = [Given(f"m{i} s t", label="a") for i in range(10)]
    given = [*forced, *more, *(Given(f"r{i} s t", label="b") for i in range(100))]
    counts = Counter(divided(given)[310:])
    assert all(abs(counts[side] - 100 * share) <= 2 for side, share in zip(SIDES, SHARES, strict=False))


def test_long_documents_weigh_more_than_short_ones():
    rng = random.Random(3)
    given = [Given(f"d{i} e f", weight=int(rng.lognormvariate(7, 1))) for i in range(120)]
    weights = Counter()
    for record, side in zip(given, divided(given), strict=True):
        weights[side] += record.weight
    total = sum(weights.values())
    assert all(abs(weights[s] / total - share) < 0.03 for s, share in zip(SIDES, SHARES, strict=False))


def test_the_sides_that_are_there_count():
    old = [Given(f"n{i} m o", side="train") for i in range(70)]
    given = [*old, *(Given(f"r{i} s t") for i in range(30))]
    assert Counter(divided(given)) == {"train": 70, "validation": 10, "test": 20}


def test_deviations_name_the_worst_first_and_forgive_what_rounding_explains():
    found = deviations({"a": [7, 1, 2], "b": [30, 0, 0], "c": [1, 0, 0], "gone": [0, 0, 0]}, SHARES)
    assert [(d.label, d.side) for d in found[:2]] == [("b", "train"), ("b", "test")]
    assert found[0].beyond_rounding == pytest.approx(0.3 - 1 / 30, abs=1e-3)
    assert {d.beyond_rounding for d in found if d.label in "ac"} == {0.0}
    assert {d.label for d in found} == {"a", "b", "c"}


def test_nothing_to_divide_is_divided():
    side = assign(items_of([]), links_of([]), Rules(SHARES)).side
    assert np.array_equal(side, [])
