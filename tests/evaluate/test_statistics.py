from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from curator.evaluate import statistics
from curator.evaluate.statistics import Array, bootstrap, interval, mean_of, ratio_of


def difference_interval(
    one: Array, two: Array, groups: list[str], resamples: int, seed: int
) -> tuple[float, float]:
    found = bootstrap({"one": mean_of(list(one)), "two": mean_of(list(two))}, groups, resamples, seed)
    return interval(found["one"] - found["two"])


def test_the_interval_of_a_mean_agrees_with_scipy():
    rng = np.random.default_rng(1)
    one, two = rng.normal(1.0, 1.0, 200), rng.normal(0.5, 1.0, 200)
    ours = difference_interval(one, two, [""] * 200, 10_000, 0)
    theirs = stats.bootstrap(
        (one - two,), np.mean, n_resamples=10_000, method="percentile", rng=np.random.default_rng(2)
    ).confidence_interval
    assert ours == pytest.approx((theirs.low, theirs.high), abs=0.02)


def test_the_interval_of_a_ratio_of_sums_resamples_both_sums_together():
    rng = np.random.default_rng(3)
    bytes_ = rng.integers(5, 100, 150).astype(float)
    found = bootstrap({"bpb": ratio_of(2.0 * bytes_, bytes_)}, [""] * 150, 1_000, 0)["bpb"]
    assert found == pytest.approx(np.full(1_000, 2.0))


def test_the_same_seed_gives_the_same_interval():
    values = np.arange(30.0)
    again = [difference_interval(values, values**0.5, [""] * 30, 500, seed) for seed in (5, 5, 6)]
    assert again[0] == again[1] != again[2]


def test_blocks_of_resamples_do_not_change_their_number(monkeypatch):
    monkeypatch.setattr(statistics, "_CELLS", 700)
    assert len(bootstrap({"mean": mean_of([0.0, 1.0] * 50)}, [""] * 100, 1_001, 0)["mean"]) == 1_001


def test_the_95_percent_interval_covers_the_truth_about_95_times_in_100():
    rng = np.random.default_rng(0)
    covered = 0
    for seed in range(300):
        one, two = rng.normal(0.3, 1.0, 100), rng.normal(0.0, 1.0, 100)
        low, high = difference_interval(one, two, [""] * 100, 400, seed)
        covered += low <= 0.3 <= high
    assert 0.92 <= covered / 300 <= 0.98


def test_rows_of_one_group_widen_the_interval():
    rng = np.random.default_rng(4)
    gains = np.repeat(rng.normal(0, 1, 20), 10)
    nothing = np.zeros(200)
    alone = difference_interval(gains, nothing, [""] * 200, 2_000, 0)
    together = difference_interval(gains, nothing, [str(row // 10) for row in range(200)], 2_000, 0)
    assert together[1] - together[0] > 2 * (alone[1] - alone[0])


def test_rows_without_a_group_are_groups_of_their_own():
    assert statistics.group_numbers(["", "a", "", "a", "0"]).tolist() == [0, 1, 2, 1, 3]
    assert statistics.has_groups(["", "a", "a"])
    assert not statistics.has_groups(["", "", "a"])


def test_the_swap_test_agrees_with_scipy_for_a_mean():
    rng = np.random.default_rng(7)
    one, two = rng.normal(0.3, 1.0, 40), rng.normal(0.0, 1.0, 40)
    pair = {"mean": (mean_of(list(one)), mean_of(list(two)))}
    ours = statistics.swap_test(pair, [""] * 40, 10_000, 0)["mean"]
    theirs = stats.permutation_test(
        (one, two),
        lambda a, b, axis: np.mean(a, axis) - np.mean(b, axis),
        permutation_type="samples",
        n_resamples=10_000,
        rng=np.random.default_rng(8),
    ).pvalue
    assert ours == pytest.approx(theirs, abs=0.02)


def test_the_swap_test_exchanges_whole_groups():
    one, two = mean_of([1.0] * 40), mean_of([0.0] * 40)
    pair = {"mean": (one, two)}
    assert statistics.swap_test(pair, [""] * 40, 1_000, 0)["mean"] == pytest.approx(1 / 1_001)
    assert statistics.swap_test(pair, ["a"] * 20 + ["b"] * 20, 1_000, 0)["mean"] > 0.3


def test_p_is_one_where_two_systems_are_equal():
    same = mean_of([0.0, 1.0, 1.0])
    assert statistics.swap_test({"mean": (same, same)}, [""] * 3, 200, 0) == {"mean": 1.0}
    assert statistics.mcnemar(np.ones(3), np.ones(3)) == 1.0


def test_mcnemar_is_the_binomial_test_of_the_rows_that_differ():
    tuned = np.array([1.0] * 9 + [0.0] * 2 + [1.0] * 20)
    base = np.array([0.0] * 9 + [1.0] * 2 + [1.0] * 20)
    assert statistics.mcnemar(tuned, base) == pytest.approx(stats.binomtest(9, 11).pvalue)


def test_the_wilson_interval_is_the_textbook_one():
    share, z, n = 0.9, 1.959964, 50
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    assert statistics.wilson(45, 50) == pytest.approx((centre - half, centre + half), abs=1e-6)


def test_equal_rows_give_an_interval_of_no_width():
    assert difference_interval(np.ones(5), np.zeros(5), [""] * 5, 100, 0) == (1.0, 1.0)


def test_the_smallest_detectable_difference_is_found_in_four_of_five_cases():
    rng = np.random.default_rng(11)
    differences = rng.normal(0, 1 / np.sqrt(100), 10_000)
    effect = statistics.smallest_detectable(differences, 100, 100, binary=False)
    assert effect is not None
    found = [stats.ttest_1samp(rng.normal(effect, 1, 100), 0).pvalue < 0.05 for _ in range(500)]
    assert 0.74 <= np.mean(found) <= 0.86


def test_a_share_cannot_change_provably_by_fewer_than_six_rows():
    assert statistics.smallest_detectable(np.zeros(100), 60, 60, binary=True) == 0.1
    assert statistics.smallest_detectable(np.zeros(100), 60, 60, binary=False) is None


@pytest.mark.parametrize("units", range(1, 6))
def test_fewer_than_six_independent_rows_bound_no_difference_and_show_no_gain(units: int):
    apart = np.full(100, -2.0)
    assert statistics.difference_interval(apart, units) == (-np.inf, np.inf)
    assert statistics.smallest_detectable(apart, 60, units, binary=True) is None
    better, worse = mean_of([1.0] * units), mean_of([0.0] * units)
    found = statistics.swap_test({"a": (better, worse)}, [""] * units, 2_000, seed=0)
    assert found["a"] > 0.05, "the test that the rule follows could find something"
