"""What the statistics promise holds over many made-up tests of which the truth is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from scipy import stats

from curator.config import EvaluateSettings
from curator.evaluate import metrics, statistics
from curator.evaluate.comparing import Estimators, compare, corrected
from curator.evaluate.statistics import Array, bootstrap, independent, interval, mean_of, ratio_of
from curator.evaluate.verdict import Gain, Outcome, Rival, judge

TESTS = 1_000
RESAMPLES = 500

Pair = tuple[statistics.Estimator, statistics.Estimator]
Drawn = Callable[[np.random.Generator, int], Pair]


def right_or_wrong(both: float, gained: float, lost: float) -> Drawn:
    def draw(rng: np.random.Generator, n: int) -> Pair:
        fate = rng.choice(4, n, p=[both, gained, lost, 1 - both - gained - lost])
        return mean_of(np.isin(fate, (0, 1)), binary=True), mean_of(np.isin(fate, (0, 2)), binary=True)

    return draw


def bits(gain: float) -> Drawn:
    def draw(rng: np.random.Generator, n: int) -> Pair:
        size, hard = np.round(np.exp(rng.normal(4, 0.8, n))) + 1, rng.normal(0, 0.3, n)
        tuned, base = (size * (mean + hard + rng.normal(0, 0.2, n)) for mean in (1.5 - gain, 1.5))
        return ratio_of(tuned, size), ratio_of(base, size)

    return draw


LABELS = ("a", "b", "c", "d")
_SHARES = np.array([0.4, 0.3, 0.2, 0.1])


def labelled(rng: np.random.Generator, n: int, hits: float) -> tuple[Array, Array, Array]:
    truth, other = rng.choice(4, n, p=_SHARES), rng.choice(4, n, p=_SHARES)
    luck = rng.random(n)
    return truth, np.where(luck < hits, truth, other), np.where(luck < hits - 0.1, truth, other[::-1])


def macro_f1(rng: np.random.Generator, n: int) -> Pair:
    truth, tuned, base = ([LABELS[place] for place in side] for side in labelled(rng, n, 0.7))
    return metrics.macro_f1(LABELS, truth, tuned), metrics.macro_f1(LABELS, truth, base)


def true_macro_f1_gain() -> float:
    tuned, base = macro_f1(np.random.default_rng(99), 400_000)
    return statistics.point(tuned) - statistics.point(base)


def covered(draw: Drawn, truth: float, n: int, groups: list[str] | None = None, tests: int = TESTS) -> float:
    """How often the interval of a difference holds the truth."""
    rng, named, hits = np.random.default_rng(n), groups or [""] * n, 0
    for seed in range(tests):
        tuned, base = draw(rng, n)
        found = bootstrap({"tuned": tuned, "base": base}, named, RESAMPLES, seed)
        low, high = interval(found["tuned"] - found["base"], independent(named))
        hits += low - 1e-9 <= truth <= high + 1e-9
    return hits / tests


def fair(share: float) -> bool:
    return 0.93 <= share <= 0.97


@pytest.mark.parametrize("n", [50, 150, 400])
def test_intervals_of_accuracy_cover_the_truth_in_93_to_97_of_100_tests(n):
    assert fair(covered(right_or_wrong(0.5, 0.2, 0.1), 0.1, n))


@pytest.mark.parametrize("n", [50, 150])
def test_intervals_of_bits_per_byte_cover_the_truth_likewise(n):
    assert fair(covered(bits(0.2), -0.2, n))


@pytest.mark.parametrize("n", [60, 200])
def test_intervals_of_macro_f1_cover_the_truth_likewise(n):
    assert fair(covered(macro_f1, true_macro_f1_gain(), n))


@pytest.mark.parametrize("count", [12, 40])
def test_intervals_over_groups_cover_the_truth_likewise(count):
    sizes = np.arange(count) % 8 + 1
    groups = [str(group) for group in np.repeat(np.arange(count), sizes)]

    def draw(rng: np.random.Generator, n: int) -> Pair:
        shared = np.repeat(rng.normal(0.3, 0.5, count), sizes)
        return mean_of(shared + rng.normal(0, 1, n)), mean_of(np.zeros(n))

    assert fair(covered(draw, 0.3, len(groups), groups))


def test_without_groups_such_rows_would_be_taken_for_more_than_they_are():
    groups = np.repeat(np.arange(20), 8)

    def draw(rng: np.random.Generator, n: int) -> Pair:
        return mean_of(rng.normal(0.3, 0.7, 20)[groups] + rng.normal(0, 1, n)), mean_of(np.zeros(n))

    assert covered(draw, 0.3, len(groups), tests=200) < 0.8


def test_wilson_intervals_cover_the_truth_of_a_share():
    hits = np.random.default_rng(0).binomial(80, 0.85, 2_000)
    inside = [low <= 0.85 <= high for low, high in (statistics.wilson(int(hit), 80) for hit in hits)]
    assert 0.93 <= np.mean(inside) <= 0.97


# --- no effect -----------------------------------------------------------------------------------------------------


def judged(
    estimators: Estimators, n: int, seed: int, groups: list[str] | None = None
) -> tuple[Outcome, list[Gain]]:
    """The verdict, and what the tuned model is against each rival."""
    settings = EvaluateSettings(resamples=200, seed=seed)
    parts = compare("classification", estimators, groups or [""] * n, settings)
    values = {name: statistics.point(estimators[name, "accuracy"]) for name in ("base", "tuned")}
    rivals = {
        name: Rival(title=name, value=statistics.point(estimators[name, "accuracy"]), gain=gain)
        for name, gain in parts.over.items()
    }
    verdict = judge(parts.gains["accuracy"], values["base"], values["tuned"], n, rivals)
    return verdict.outcome, list(parts.over.values())


def equally_good(n: int, systems: int, tests: int, groups: Array | None = None) -> Iterator[Estimators]:
    """Systems that are right on 60 % of the rows, hard rows hard for all; with groups, hard ones go together."""
    rng = np.random.default_rng(n)
    names = ("base", "tuned", *(f"rival {number}" for number in range(systems - 2)))
    for _ in range(tests):
        hard = rng.normal(0, 1, n) if groups is None else rng.normal(0, 1, int(groups.max()) + 1)[groups]
        yield {(name, "accuracy"): mean_of(hard + rng.normal(0, 1, n) < 0.36, binary=True) for name in names}


def test_chance_beside_five_rivals_is_called_better_or_worse_in_at_most_one_of_twenty_tests():
    outcomes: list[Outcome] = []
    some_rival = 0
    for seed, estimators in enumerate(equally_good(100, 7, 400)):
        outcome, over = judged(estimators, 100, seed)
        outcomes.append(outcome)
        some_rival += any(gain.proven or gain.disproven for gain in over)
    assert outcomes.count("worth it") / 400 <= 0.05
    assert outcomes.count("not worth it") / 400 <= 0.05 + 0.02
    assert some_rival / 400 <= 0.05 + 0.02


def test_chance_in_grouped_rows_is_worth_it_in_at_most_one_of_twenty_tests():
    groups = np.repeat(np.arange(30), 4)
    named = [str(group) for group in groups]
    found = [
        judged(estimators, 120, seed, named)[0]
        for seed, estimators in enumerate(equally_good(120, 2, 300, groups))
    ]
    assert found.count("worth it") / 300 <= 0.05


def test_without_the_correction_five_rivals_would_fool_us_more_often():
    plain = 0
    for seed, estimators in enumerate(equally_good(100, 7, 200)):
        over = judged(estimators, 100, seed)[1]
        plain += any(gain.model_copy(update={"p_adjusted": None}).proven or gain.p < 0.05 for gain in over)
    assert plain / 200 > 0.07


def test_the_swap_test_finds_chance_in_one_of_twenty_tests():
    rng, found = np.random.default_rng(3), 0
    for seed in range(400):
        pair = bits(0.0)(rng, 60)
        found += statistics.swap_test({"bits": pair}, [""] * 60, 199, seed)["bits"] <= 0.05
    assert 0.02 <= found / 400 <= 0.08


# --- the same as others --------------------------------------------------------------------------------------------


def test_holm_by_hand():
    assert statistics.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert statistics.holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])
    assert statistics.holm([]) == []


def test_a_comparison_that_stands_alone_is_not_corrected():
    gain = Gain(metric="accuracy", difference=0.1, low=0.01, high=0.2, p=0.03, better="higher")
    assert corrected({"one": gain})["one"].p_adjusted is None
    both = corrected({"one": gain, "two": gain.model_copy(update={"p": 0.04})})
    assert both["one"].p_adjusted == pytest.approx(0.06)
    assert gain.proven
    assert not both["one"].proven


def test_the_interval_without_units_is_that_of_scipy_and_few_units_widen_it():
    rng = np.random.default_rng(5)
    values = rng.normal(1, 1, 40)
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=9_999, method="percentile", rng=rng
    ).confidence_interval
    found = bootstrap({"mean": mean_of(values)}, [""] * 40, 9_999, 0)["mean"]
    assert interval(found) == pytest.approx((theirs.low, theirs.high), abs=0.02)
    half = stats.t.ppf(0.975, 39) * values.std(ddof=1) / np.sqrt(40)
    assert interval(found, 40) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.03)
    assert interval(found, 1) == (found.min(), found.max())
