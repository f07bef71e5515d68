"""What a row of a file becomes: examples, or the reason why it is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

Row = Mapping[str, Any]
"""Column to value."""


class Example(NamedTuple):
    """The fields of one record to be; a tuple because imports make millions."""

    fields: dict[str, Any]
    """Fields of the project's kind; absent values make no field, and a value may still be invalid."""
    meta: dict[str, Any]
    """What else the row holds."""
    notes: tuple[str, ...] = ()
    """Fixed sentences on what was left out or joined; to be counted, and shown once for a source."""


class Refused(NamedTuple):
    """A row, or an instance of it, that makes no record."""

    reason: str
    part: Row | None = None
    """The row with nothing but the refused instance in it, for a later retry; none when all of it is refused."""


Outcome = Example | Refused
Converter = Callable[[Row], list[Outcome]]
"""From a row to one outcome at least; never raises on JSON values."""


def noted(outcomes: list[Outcome], *notes: str) -> list[Outcome]:
    """The same outcomes, with notes added to the examples."""
    return [
        outcome._replace(notes=(*outcome.notes, *notes)) if isinstance(outcome, Example) else outcome
        for outcome in outcomes
    ]
