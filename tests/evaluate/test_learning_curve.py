"""Learning curves: known ones are found again, and intervals hold what was made up."""

from __future__ import annotations

import numpy as np
import pytest

from curator.evaluate.learning_curve import Curve, Measured, noise_between


def points(errors, noise=0.0, rows=(250, 500, 1000, 2000), seed=0):
    rng = np.random.default_rng(seed)
    return [
        Measured(count, error, np.clip(rng.normal(error, noise, 500), 0, 1), 1)
        for count, error in zip(rows, errors, strict=False)
    ]


def law(rows, floor=0.05, scale=0.05, exponent=0.8):
    return [floor + scale * (count / 2000) ** -exponent for count in rows]


def test_a_curve_without_noise_is_found_again():
    rows = (125, 250, 500, 1000, 2000)
    curve = Curve(points(law(rows), 0.0005, rows), 1e-4, 1e-4, 0)
    best = curve.best()
    assert (best.floor, best.scale, best.exponent) == pytest.approx((0.05, 0.05, 0.8), abs=0.02)
    assert curve.predicted(4000).value == pytest.approx(law([4000])[0], abs=0.005)
    assert curve.gained(4000).value == pytest.approx(law([2000])[0] - law([4000])[0], abs=0.005)
    assert not curve.is_off()


def test_intervals_hold_a_further_run():
    rng, inside = np.random.default_rng(1), {2: 0, 3: 0}
    for count in inside:
        for number in range(100):
            floor, scale, exponent = rng.uniform(0, 0.1), rng.uniform(0.02, 0.2), rng.uniform(0.1, 1.2)
            rows = (250, 500, 1000)[-count:]
            hard, noise = rng.random(300), 0.01
            weights = rng.multinomial(300, np.full(300, 1 / 300), size=400) / 300
            made = []
            for size in rows:
                wrong = hard < floor + scale * (size / 1000) ** -exponent + rng.normal(0, noise)
                made.append(Measured(size, float(wrong.mean()), weights @ wrong, 1))
            told = Curve(
                made, float(np.mean([one.replicates.std() for one in made])), 1 / 600, number
            ).predicted(2000)
            inside[count] += told.low <= floor + scale * 2**-exponent + rng.normal(0, noise) <= told.high
    assert min(inside.values()) >= 93


def test_more_points_tell_more():
    def width(rows):
        told = Curve(points(law(rows), 0.01, rows), 0.005, 1e-3, 0).predicted(4000)
        return told.high - told.low

    assert width((62, 125, 250, 500, 1000, 2000)) < width((1000, 2000))


def test_two_points_have_no_best_fit_and_still_an_interval():
    curve = Curve(points([0.3, 0.2], 0.01, (500, 1000)), 0.01, 1e-3, 0)
    assert curve.best() is None
    told = curve.predicted(2000)
    assert told.low < told.value < 0.2 < 0.25
    assert told.high - told.low > 0.04


def test_errors_never_rise_with_more_rows_nor_fall_below_nothing():
    rising = Curve(points([0.1, 0.15, 0.2], 0.02), 0.01, 1e-3, 0)
    assert rising.best().scale == 0
    assert rising.gained(2000).value == pytest.approx(0, abs=0.02)
    steep = Curve(points([0.5, 0.2, 0.01], 0.01), 0.01, 1e-3, 0).predicted(2000)
    assert 0 <= steep.low <= steep.high < 0.1


def test_points_that_lie_off_any_power_law_are_known():
    assert Curve(points([0.8, 0.79, 0.1], 0.01), 0.01, 1e-3, 0).is_off()


def test_no_errors_at_all_leave_nothing_to_gain():
    told = Curve(points([0.0, 0.0, 0.0]), 1e-3, 1e-3, 0)
    assert told.gained(4000).high <= 0.01


def test_the_noise_between_runs_is_pooled():
    assert noise_between([[0.1], [0.2]]) is None
    assert noise_between([[0.1, 0.3], [0.2]]) == pytest.approx(np.std([0.1, 0.3], ddof=1))
