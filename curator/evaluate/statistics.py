"""Paired statistics over rows: what a difference between two systems is worth as evidence.

Every metric here is a function of sums over rows (a mean, a ratio of sums, an F1 made of counts). A bootstrap
resample or a swap of two systems' rows then is one matrix product, and all metrics share the same resamples.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Array = npt.NDArray[np.float64]
Key = TypeVar("Key", bound=Hashable)

_CELLS = 4_000_000
"""Numbers in one block of resamples: 32 MB."""
_POWER, _LEVEL = 0.8416, 1.9600
"""Normal quantiles of 80 % power and of a two-sided test at 5 %."""
_TAIL = 0.025
"""Share of an interval of 95 % that is left out on each side."""
_FEWEST = 6
"""Independent rows that must all change the same way for a paired test to find anything at 5 %: 2 / 2**5 is more."""


class Estimator(NamedTuple):
    """A metric as a function of sums over rows."""

    columns: Array | csr_array[Any]
    """What each row adds to the sums: rows x sums."""
    value: Callable[[Array], Array]
    """From sums, shape (…, sums), to the metric, shape (…)."""
    outcomes: Array | None = None
    """Where the metric is the share of rows that are right: the 0s and 1s."""


def mean_of(values: Sequence[float], *, binary: bool = False) -> Estimator:
    """The mean over rows; `binary` if all values are 0 or 1."""
    mean = ratio_of(values, np.ones(len(values)))
    return mean._replace(outcomes=np.asarray(values, float)) if binary else mean


def ratio_of(numerators: Sequence[float], denominators: Sequence[float] | Array) -> Estimator:
    """The sum of one figure over the sum of another, such as bits per byte."""
    columns = np.column_stack([np.asarray(numerators, float), np.asarray(denominators, float)])
    return Estimator(columns, lambda sums: sums[..., 0] / sums[..., 1])


def point(estimator: Estimator) -> float:
    """The metric on the rows as they are."""
    return float(estimator.value(np.asarray(estimator.columns.sum(axis=0), float)))


def group_numbers(groups: Sequence[str]) -> npt.NDArray[np.intp]:
    """The number of each row's group, from 0; a row without a group is a group of its own."""
    numbers: dict[object, int] = {}
    keys = (group or position for position, group in enumerate(groups))
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.intp)


def independent(groups: Sequence[str]) -> int:
    """How many independent units the rows are: groups, and rows without one."""
    return int(group_numbers(groups).max(initial=-1)) + 1


def has_groups(groups: Sequence[str]) -> bool:
    """Whether any two rows belong together."""
    named = [group for group in groups if group]
    return len(set(named)) < len(named)


def bootstrap(
    estimators: Mapping[Key, Estimator], groups: Sequence[str], resamples: int, seed: int
) -> dict[Key, Array]:
    """Each metric on the same `resamples` resamples: groups of rows drawn with replacement.

    Because the resamples are shared, the difference of two results is the paired bootstrap of a difference
    (Efron and Tibshirani 1993, chapter 8; for clusters Field and Welsh 2007).
    """
    sums = {key: _per_group(estimator, groups) for key, estimator in estimators.items()}
    count = independent(groups)
    rng = np.random.default_rng(seed)
    found: dict[Key, list[Array]] = {key: [] for key in estimators}
    for size in _blocks(resamples, _width(sums, count)):
        drawn = rng.integers(0, count, (size, count)) + np.arange(size)[:, None] * count
        weights = np.bincount(drawn.ravel(), minlength=size * count).reshape(size, count).astype(float)
        for key, estimator in estimators.items():
            found[key].append(estimator.value(weights @ sums[key]))
    return {key: np.concatenate(parts) for key, parts in found.items()}


def interval(values: Array, units: int | None = None) -> tuple[float, float]:
    """The middle 95 % of bootstrap values of so many independent units, a little more for few of them.

    The percentile interval is too narrow for small samples, as a normal interval is beside that of Student. Its ends
    are moved outwards to where Student's would be: the expanded percentile interval (Hesterberg 2015, "What Teachers
    Should Know About the Bootstrap"). Without `units` nothing is moved.
    """
    low, high = np.quantile(values, [tail := _tail(units), 1 - tail])
    return float(low), float(high)


def difference_interval(values: Array, units: int) -> tuple[float, float]:
    """The same for a paired difference; open at both ends where no paired test could find any difference.

    An interval holds what a test would not reject. With fewer than six units a swap test rejects nothing, while
    resamples of so few values lie close together.
    """
    return interval(values, units) if units >= _FEWEST else (-np.inf, np.inf)


def _tail(units: int | None) -> float:
    """The share of bootstrap values left out on each side."""
    from scipy.stats import norm, t

    if units is None:
        return _TAIL
    if units < 2:
        return 0.0
    return float(norm.cdf(t.ppf(_TAIL, units - 1) * np.sqrt(units / (units - 1))))


def holm(p_values: Sequence[float]) -> list[float]:
    """The p values of several comparisons, corrected so that any false finding comes up in 5 % at most (Holm 1979)."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted


def swap_test(
    pairs: Mapping[Key, tuple[Estimator, Estimator]], groups: Sequence[str], resamples: int, seed: int
) -> dict[Key, float]:
    """Two-sided p of each pair: how often swapping the systems on random groups parts them as far.

    Monte Carlo with p = (k + 1) / (resamples + 1), which is never too small (Phipson and Smyth 2010). For a
    mean this is the sign-flip permutation test.
    """
    sums = {key: (_per_group(one, groups), _per_group(two, groups)) for key, (one, two) in pairs.items()}
    count = independent(groups)
    rng = np.random.default_rng(seed)
    as_far = dict.fromkeys(pairs, 0)
    for size in _blocks(resamples, _width({key: one for key, (one, _) in sums.items()}, count)):
        swapped = rng.integers(0, 2, (size, count), dtype=np.int8).astype(float)
        for key, (one, two) in pairs.items():
            observed = abs(point(one) - point(two))
            apart = np.abs(_swapped_difference(swapped, one, two, *sums[key]))
            as_far[key] += int(np.count_nonzero(apart >= observed * (1 - 1e-9) - 1e-12))
    return {key: (k + 1) / (resamples + 1) for key, k in as_far.items()}


def mcnemar(one: Array, two: Array) -> float:
    """Two-sided p of the exact McNemar test of two lists of 0s and 1s; 1 where they never differ."""
    from scipy.stats import binomtest

    first, second = one > 0.5, two > 0.5
    gained, lost = int(np.sum(first & ~second)), int(np.sum(second & ~first))
    return float(binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0


def wilson(successes: int, total: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    from scipy.stats import binomtest

    limits = binomtest(successes, total).proportion_ci(0.95, method="wilson")
    return float(limits.low), float(limits.high)


def smallest_detectable(differences: Array, rows: int, units: int, *, binary: bool) -> float | None:
    """The true difference that a test of this size finds in 4 of 5 cases: 2.8 standard errors.

    Exact McNemar needs 6 rows that all change the same way; for 0/1 metrics that is the floor. None where the
    two systems do not differ enough to tell, or fewer than 6 units show nothing at all.
    """
    if units < _FEWEST:
        return None
    floor = _FEWEST / rows if binary else 0.0
    return max((_POWER + _LEVEL) * float(np.std(differences)), floor) or None


def smallest_paired_difference(rows: int, discordant: float) -> float | None:
    """The smallest difference of two shares on the same rows that McNemar's test finds in 4 of 5 cases, at 5 %.

    Solves rows = (z1 sqrt(discordant) + z2 sqrt(discordant - d^2))^2 / d^2 for d (Miettinen, "The matched pairs design
    in the case of all-or-none responses", 1968; Connor 1987). None where not even d = discordant would be found: then
    every row that changes changes for the better.

    Args:
        rows: Test rows, independent of each other.
        discordant: Share of the rows that only one of the two gets right, from 0 to 1.
    """
    low, high = 0.0, discordant
    if rows * discordant < _FEWEST or _rows_needed(high, discordant) > rows:
        return None
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if _rows_needed(middle, discordant) > rows else (low, middle)
    return max(high, _FEWEST / rows)


def _rows_needed(difference: float, discordant: float) -> float:
    spread = max(discordant - difference**2, 0.0)
    return float((_LEVEL * np.sqrt(discordant) + _POWER * np.sqrt(spread)) ** 2 / difference**2)


def _per_group(estimator: Estimator, groups: Sequence[str]) -> Any:
    """The estimator's columns added up within groups: groups x sums."""
    from scipy.sparse import csr_array

    numbers = group_numbers(groups)
    rows = len(numbers)
    member = csr_array((np.ones(rows), (numbers, np.arange(rows))), shape=(int(numbers.max()) + 1, rows))
    return member @ estimator.columns


def _swapped_difference(swapped: Array, one: Estimator, two: Estimator, sums: Any, others: Any) -> Array:
    """Metric of `one` minus that of `two` after each row of `swapped` exchanged groups (1: exchanged)."""
    moved = swapped @ (others - sums)
    total, other = np.asarray(sums.sum(axis=0), float), np.asarray(others.sum(axis=0), float)
    return one.value(total + moved) - two.value(other - moved)


def _width(sums: Mapping[Key, Any], groups: int) -> int:
    """The widest matrix row that a resample needs."""
    return max([groups, *(int(matrix.shape[1]) for matrix in sums.values())])


def _blocks(resamples: int, width: int) -> Iterator[int]:
    """Sizes of the blocks of resamples, each of at most `_CELLS` numbers."""
    size = max(1, _CELLS // width)
    for start in range(0, resamples, size):
        yield min(size, resamples - start)
