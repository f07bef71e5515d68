"""Texts that are much shorter or longer than the others of their set."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from curator.checks.base import Check, Context, Inspector, Profile
from curator.checks.item import Item
from curator.store.findings import Finding

_LEAST = 20
"""Texts below which nothing is said about the usual length."""
_NARROWEST = 0.25
"""Spread of the logarithm that sets of nearly equal lengths are given."""
_NORMAL = 1.4826
"""From the median absolute deviation to the standard deviation of a normal distribution."""


class Usual(NamedTuple):
    """The usual size of something in a set, on a logarithmic scale."""

    centre: float
    spread: float

    def deviation(self, size: int) -> float:
        """How many robust standard deviations a size lies above (or, negative, below) the usual."""
        return (math.log1p(size) - self.centre) / self.spread


def usual(sizes: Sequence[int]) -> Usual | None:
    """Median and spread by the median absolute deviation (Leys et al. 2013); None for too few."""
    if len(sizes) < _LEAST:
        return None
    logs = [math.log1p(size) for size in sizes]
    centre = median(logs)
    spread = _NORMAL * median(abs(value - centre) for value in logs)
    return Usual(centre, max(spread, _NARROWEST))


def _profile(context: Context) -> Profile:
    return usual([len(text) for item in context.sample() if (text := _measured(item)[1])])


def _inspect(context: Context, profile: Profile) -> Inspector:
    if profile is None:
        return lambda _: ()
    normal, most = Usual(*profile), context.settings.length

    def look(item: Item) -> Iterable[Finding]:
        field, text = _measured(item)
        if not text.strip():
            return
        deviation = normal.deviation(len(text))
        if abs(deviation) >= most:
            usually = round(math.expm1(normal.centre))
            short = "short" if deviation < 0 else "long"
            told = f"very {short}: {len(text):,} characters where {usually:,} are usual"
            yield LENGTH.finding(item, told, field, score=round(abs(deviation), 2))

    return look


def _measured(item: Item) -> tuple[str, str]:
    """The field that is measured: what is asked; answers are measured in tokens."""
    field = "instruction" if item.kind == "instruction" else "text"
    value = item.fields.get(field)
    return field, value if isinstance(value, str) else ""


LENGTH = Check(
    id="length",
    title="Much shorter or longer than the others",
    harm="Often a cut, a paste of something else, or a test entry; long ones cost memory in every batch.",
    severity="info",
    inspect=_inspect,
    profile=_profile,
    settings=("checks.length",),
)

CHECKS = (LENGTH,)
