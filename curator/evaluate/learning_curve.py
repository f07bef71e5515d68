"""A learning curve: how the error falls with the number of training rows, and what more of them would bring.

Errors follow power laws over wide ranges, error = a + b n^-c (Hestness et al. 2017, "Deep Learning Scaling is
Predictable, Empirically"; Viering and Loog 2021, "The Shape of Learning Curves"). Two or three points cannot tell the
exponent, and the rest follows from it. So the curve is not one fit but many: each with an exponent drawn from what is
usual, to points that are drawn anew from their test rows and from the noise between runs, with a and b by weighted
least squares where neither is negative. A fit counts as much as it agrees with its points. It then says by which factor
the error of the largest point will fall, so that where the points lie off the curve, what was measured counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from curator.records import Frozen

Array = npt.NDArray[np.float64]

EXPONENTS = (0.1, 2.0)
"""Exponents that are taken to be equally likely before there are points."""
_GRID = 191
_OFF = 2.0
_MIDDLE = (0.5, 0.025, 0.975)


class Measured(NamedTuple):
    """The errors of runs with so many training rows."""

    rows: int
    """Training rows."""
    error: float
    """Their mean error on the test: the smaller the better."""
    replicates: Array
    """The same on each bootstrap resample of the test rows, which all points share."""
    runs: int
    """How many runs there were, each with other rows and another seed."""


class Estimate(Frozen):
    """A figure of the curve that was not measured."""

    value: float
    """The median of all fits."""
    low: float
    """Lower end of the 95 % interval."""
    high: float
    """Upper end."""


class PowerLaw(Frozen):
    """The power law that fits the points best."""

    floor: float
    """The error that is left however many rows there are (a)."""
    scale: float
    """The error above it with as many rows as the largest point has (b)."""
    exponent: float
    """How fast it falls (c), from 0.1 to 2."""


class Curve:
    """Many fits of a power law to the same points."""

    def __init__(self, points: Sequence[Measured], run_noise: float, least: float, seed: int) -> None:
        """Fit.

        Args:
            points: At least two, with different numbers of rows and equally many replicates.
            run_noise: Standard deviation of the error between runs of one size.
            least: Smallest standard deviation that the error of a point is taken to have, above 0.
            seed: Draws exponents and noise.
        """
        rng = np.random.default_rng(seed)
        self._rows = np.array([point.rows for point in points], float)
        self._largest = float(self._rows.max())
        self._noise = run_noise
        between = run_noise / np.sqrt([point.runs for point in points])
        spread = np.sqrt([float(point.replicates.var()) + least**2 for point in points])
        self._deviations = np.hypot(spread, between)
        self._errors = np.array([point.error for point in points])
        drawn = np.stack([point.replicates for point in points], axis=1)
        drawn = drawn + rng.normal(0, between, drawn.shape)
        self._exponents = rng.uniform(*EXPONENTS, len(drawn))
        self._floors, self._scales, misfit = self._solved(drawn, self._exponents)
        weights = np.exp(-(misfit - misfit.min()) / 2)
        self._weights = weights / weights.sum()
        self._last = np.maximum(drawn[:, int(self._rows.argmax())], 0.0)
        self._next_run = rng.normal(0, run_noise, len(drawn))

    def predicted(self, rows: int) -> Estimate:
        """The error that a further run with so many rows would have, noise between runs included."""
        return self._estimate(np.maximum(self._last * self._factor(rows) + self._next_run, 0.0))

    def gained(self, rows: int) -> Estimate:
        """How far the error falls from the largest point to `rows` rows, apart from the noise between runs."""
        return self._estimate(self._last * (1 - self._factor(rows)))

    def is_off(self) -> bool:
        """Whether a point lies off the best fit, more than two standard deviations."""
        law = self.best()
        if law is None:
            return False
        fitted = law.floor + law.scale * (self._rows / self._largest) ** -law.exponent
        return bool((np.abs(self._errors - fitted) > _OFF * self._deviations).any())

    def best(self) -> PowerLaw | None:
        """The best fit to the points as they were measured; None where two points fit any exponent."""
        if len(self._rows) < 3:
            return None
        exponents = np.linspace(*EXPONENTS, _GRID)
        floors, scales, misfit = self._solved(np.tile(self._errors, (_GRID, 1)), exponents)
        place = int(misfit.argmin())
        return PowerLaw(
            floor=float(floors[place]), scale=float(scales[place]), exponent=float(exponents[place])
        )

    def _factor(self, rows: int) -> Array:
        """The error with so many rows as a share of that of the largest point, fit by fit."""
        there = self._floors + self._scales
        then = self._floors + self._scales * (rows / self._largest) ** -self._exponents
        factor: Array = np.divide(then, there, out=np.ones_like(then), where=there > 0)
        return factor

    def _solved(self, errors: Array, exponents: Array) -> tuple[Array, Array, Array]:
        """Floor, scale and misfit (chi squared) for each line of errors with its exponent."""
        weights = self._deviations**-2
        x = (self._rows[None, :] / self._largest) ** -exponents[:, None]
        total, mean_x, mean_y = weights.sum(), x @ weights, errors @ weights
        scatter = (x**2) @ weights - mean_x**2 / total
        scales = ((x * errors) @ weights - mean_x * mean_y / total) / scatter
        floors = (mean_y - scales * mean_x) / total
        # Where one of the two would be negative it is 0, and the other alone is fitted.
        alone = ((x * errors) @ weights) / ((x**2) @ weights)
        flat = scales < 0
        low = (floors < 0) & ~flat
        floors, scales = np.where(flat, mean_y / total, floors), np.where(flat, 0.0, scales)
        floors, scales = np.where(low, 0.0, floors), np.where(low, alone, scales)
        left = errors - floors[:, None] - scales[:, None] * x
        return floors, scales, (left**2) @ weights

    def _estimate(self, values: Array) -> Estimate:
        order = np.argsort(values, kind="stable")
        behind = np.cumsum(self._weights[order])
        places = np.minimum(np.searchsorted(behind, _MIDDLE), len(order) - 1)
        middle, low, high = values[order][places].tolist()
        return Estimate(value=middle, low=low, high=high)


def noise_between(groups: Sequence[Sequence[float]]) -> float | None:
    """Standard deviation of errors between runs of one size, pooled over sizes; None without two runs of one size."""
    several = [np.asarray(errors, float) for errors in groups if len(errors) > 1]
    freedom = sum(len(errors) - 1 for errors in several)
    if not freedom:
        return None
    squares: Any = sum(float(((errors - errors.mean()) ** 2).sum()) for errors in several)
    return float(np.sqrt(squares / freedom))
