"""Dates as people and programs write them, as seconds since 1970."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

_NUMBER = re.compile(r"-?\d+(\.\d*)?")
_CLOCK = r"(?:[T ,]+(?P<clock>\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?))?"
_YEAR_FIRST = re.compile(rf"(?P<y>\d{{4}})[-/.](?P<m>\d{{1,2}})(?:[-/.](?P<d>\d{{1,2}}))?{_CLOCK}")
_DAY_FIRST = re.compile(rf"(?P<d>\d{{1,2}})\.(?P<m>\d{{1,2}})\.(?P<y>\d{{4}}){_CLOCK}")
_EITHER = re.compile(rf"(?P<a>\d{{1,2}})[/-](?P<b>\d{{1,2}})[/-](?P<y>\d{{4}}){_CLOCK}")
_IN_WORDS = re.compile(
    r"(?=.*\b\d{4}\b)(?=.*\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)).*", re.I | re.S
)
_LONGEST = 64
"""No date is longer; what is goes to no parser."""
_UNITS = ((1e8, 1e11, 1.0), (1e11, 1e14, 1e3), (1e14, 1e17, 1e6), (1e17, 1e20, 1e9))
"""From, to, divisor: seconds, milliseconds, microseconds and nanoseconds since 1970, told apart by their size."""


def read(values: Sequence[str]) -> list[float]:
    """The moments that some values of one column stand for; NaN for those that are no date.

    Read are ISO 8601, `2026/11/21`, `21.11.2026`, each with or without a time; a year or a month alone (its first
    moment); seconds to nanoseconds since 1970; dates with the English name of a month. `03/04/2026` is read when
    another value of the column shows whether the day or the month comes first. Times without a zone are UTC.
    """
    day_first = _order(values)
    found = [_moment(value.strip(), day_first) for value in values]
    left = [i for i, value in enumerate(values) if math.isnan(found[i]) and _is_in_words(value)]
    for i, moment in zip(left, _in_words([values[i] for i in left]), strict=True):
        found[i] = moment
    return found


def iso(moment: float) -> str:
    """A moment as ISO 8601 in UTC; midnight as the date alone."""
    told = datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds").removesuffix("+00:00")
    return told.removesuffix("T00:00:00")


def _order(values: Iterable[str]) -> bool | None:
    """Whether the day comes first in `03/04/2026`; None when no value shows it, or they contradict each other."""
    matches = [match for value in values if (match := _EITHER.fullmatch(value.strip()))]
    shown = {int(match["a"]) > 12 for match in matches if (int(match["a"]) > 12) != (int(match["b"]) > 12)}
    return shown.pop() if len(shown) == 1 else None


def _moment(value: str, day_first: bool | None) -> float:
    if _NUMBER.fullmatch(value):
        return _of_number(value)
    if match := _YEAR_FIRST.fullmatch(value) or _DAY_FIRST.fullmatch(value):
        return _of_parts(match["y"], match["m"], match["d"] or "1", match["clock"])
    if match := _EITHER.fullmatch(value):
        if day_first is None and match["a"] != match["b"]:
            return math.nan
        day, month = (match["a"], match["b"]) if day_first else (match["b"], match["a"])
        return _of_parts(match["y"], month, day, match["clock"])
    return _of_iso(value)


def _of_number(value: str) -> float:
    if len(value) == 4 and "1000" <= value < "3000":
        return _of_parts(value, "1", "1", None)
    if len(value) == 8 and value.isdecimal():
        return _of_parts(value[:4], value[4:6], value[6:], None)
    number = float(value) if len(value) <= _LONGEST else math.nan
    return next((number / unit for low, high, unit in _UNITS if low <= abs(number) < high), math.nan)


def _of_parts(year: str, month: str, day: str, clock: str | None) -> float:
    hours = (clock or "0:00").replace(",", ".").replace(" ", "")
    return _of_iso(f"{year}-{int(month):02}-{int(day):02}T{hours if hours[1].isdigit() else '0' + hours}")


def _of_iso(value: str) -> float:
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return math.nan


def _is_in_words(value: str) -> bool:
    return len(value) <= _LONGEST and _IN_WORDS.fullmatch(value) is not None


def _in_words(values: Sequence[str]) -> list[float]:
    if not values:
        return []
    import pandas as pd

    found = pd.to_datetime(pd.Series(values), format="mixed", utc=True, errors="coerce")
    return [math.nan if pd.isna(moment) else float(moment.timestamp()) for moment in found]
