"""What the last training run learned last, never, or forgot again: often wrong labels, always worth a look.

The ideas are dataset cartography (Swayamdipta et al. 2020) and forgetting events (Toneva et al. 2019).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from curator.checks.base import Check, Context
from curator.records import Kind
from curator.store.findings import Finding

if TYPE_CHECKING:
    from curator.dynamics import Dynamics

_KINDS: tuple[Kind, ...] = ("classification", "instruction")
"""A window of a text is not learned by heart; what it says of its document is little."""
_MOST_LEARN = 0.5
"""Of a run in which fewer rows than this were learned nothing can be said of those that were not."""
_MOST_BEFORE = 0.8
"""Rows that come last are those before which so many were learned."""

Says = Callable[["Dynamics", int], str]
"""What is to be said of a row, given the pass after which it is late; empty for nothing."""


def _check(check_id: str, title: str, harm: str, says: Says) -> Check:
    def find(context: Context) -> Iterator[Finding]:
        rows = context.dynamics()
        learned = sum(row.learned_in is not None for row in rows)
        if not rows or learned < _MOST_LEARN * len(rows):
            return
        late = _late([row.learned_in for row in rows if row.learned_in is not None])
        told = {
            int(row.id): (row, words) for row in rows if row.id.isdecimal() and (words := says(row, late))
        }
        for item in context.picked(told):
            row, words = told[item.id]
            if item.fingerprint == row.content:
                yield check.finding(item, f"{words} by {context.trained}", score=round(1 - row.confidence, 4))

    check = Check(check_id, title, harm, "info", find=find, kinds=_KINDS, settings=("trained",))
    return check


def _late(passes: list[int]) -> int:
    """The pass by which all but the last rows had been learned."""
    ordered = sorted(passes)
    return ordered[min(len(ordered) - 1, int(_MOST_BEFORE * len(ordered)))]


def _never(row: Dynamics, _: int) -> str:
    return "" if row.learned_in is not None else f"never learned in {row.passes} passes"


def _forgotten(row: Dynamics, _: int) -> str:
    times = "" if row.forgotten == 1 else f" {row.forgotten} times"
    return f"learned and forgotten again{times}" if row.forgotten else ""


def _last(row: Dynamics, late: int) -> str:
    if row.learned_in is None or row.forgotten or row.learned_in <= late:
        return ""
    return f"learned only in pass {row.learned_in + 1} of {row.passes}"


NEVER = _check(
    "never-learned",
    "Training records that the last run never learned",
    "Often the answer or label is wrong, or contradicts others like it.",
    _never,
)
FORGOTTEN = _check(
    "forgotten",
    "Training records that the last run learned and forgot again",
    "They lie between two answers, or one of their likes says something else.",
    _forgotten,
)
LAST = _check(
    "learned-last",
    "Training records that the last run learned last",
    "Rare, hard or wrong: right ones deserve more examples like them.",
    _last,
)

CHECKS = (NEVER, FORGOTTEN, LAST)
