"""Whether there are enough records for a task."""

from __future__ import annotations

from collections.abc import Iterator

from curator.checks.base import Check, Context
from curator.store.findings import Finding
from curator.text import plural

_LARGEST = 0.3
"""A gain in accuracy beyond which nobody can hope."""


def _find(context: Context) -> Iterator[Finding]:
    enough = context.settings.few_records
    count = context.count(enough)
    if 0 < count < enough:
        test = max(round(count * context.test), 1)
        told = (
            f"{plural(count, 'record')}; tasks usually take {enough:,} to {2 * enough:,}. {_told(test)}, and a small "
            "set is soon learned by heart"
        )
        yield FEW_RECORDS.finding(None, told, score=float(count))


def _told(test: int) -> str:
    gain = _detectable(test)
    if gain > _LARGEST:
        return f"A test set of {test} hardly tells any gain from luck"
    return f"A test set of {test} tells a gain from luck only if it is {gain:.0%} or more"


def _detectable(test: int) -> float:
    """The smallest gain in accuracy that a paired test of size 5 % finds four times in five, if a third of rows differ.

    McNemar's test, normal approximation (Connor 1987): (z_0.975 + z_0.8) * sqrt(discordant share / n).
    """
    return float(min(1.0, (1.96 + 0.84) * (1 / 3 / test) ** 0.5))


FEW_RECORDS = Check(
    id="few-records",
    title="Few records for a task",
    harm="The model learns them by heart, and the test set is too small to show a gain.",
    severity="info",
    find=_find,
    settings=("checks.few_records", "split.test"),
)

CHECKS = (FEW_RECORDS,)
