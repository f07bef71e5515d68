"""Which column holds the text and which the label, told from the values when no name says it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from curator.formats.aliases import bare
from curator.formats.columns import Columns

_TOKEN = re.compile(r"(?:https?://\S+|www\.\S+|[\w.+-]+@[\w.-]+|[\d.,:/+%$€₽#()\sT-]+Z?|[0-9a-fA-F-]{8,})")
"""Links, addresses, numbers, dates and keys: neither text nor label, however many there are."""

_ABOUT = frozenset(
    bare(name)
    for name in (
        "language", "lang", "locale", "source", "split", "subset", "fold", "url", "link", "date", "time", "timestamp",
        "author", "user", "username", "country", "city", "location", "license", "model", "version", "file", "filename",
        "язык", "источник", "дата", "время", "автор", "город", "страна", "ссылка", "файл",
    )
)  # fmt: skip
"""Columns that say something about a row and are no classes."""

_LONGEST_LABEL = 40
_CLEARLY_LONGER = 3
_MOST_NUMBERS = 20


def guess_text(columns: Columns, taken: Mapping[str, str]) -> str:
    """The only column of varied texts, or the one whose texts are clearly the longest; empty when that is open."""
    free = _free(columns, taken)
    lengths = {
        column: _mean_length(columns.values(column)) for column in free if _is_text(columns.values(column))
    }
    ranked = sorted(lengths, key=lambda column: -lengths[column])
    if not ranked or (len(ranked) > 1 and lengths[ranked[0]] < _CLEARLY_LONGER * lengths[ranked[1]]):
        return ""
    return ranked[0]


def guess_labels(columns: Columns, taken: Mapping[str, str]) -> list[str]:
    """The columns that could hold the label; a number stands back where a name says the same."""
    free = [column for column in _free(columns, taken) if bare(column) not in _ABOUT]
    found = [column for column in free if _is_label(columns.values(column))]
    varied = [column for column in found if len(set(map(str, columns.values(column)))) > 1] or found
    names = [column for column in varied if not all(map(_is_number, columns.values(column)))]
    return [
        column for column in varied if column in names or not any(_agree(columns, column, n) for n in names)
    ]


def is_lone(columns: Columns, column: str, taken: Mapping[str, str]) -> bool:
    """Whether there is no other column that is free and says more than where the row is from."""
    return [
        name for name in _free(columns, taken) if bare(name) not in _ABOUT and not _is_key(columns, name)
    ] == [column]


def _free(columns: Columns, taken: Mapping[str, str]) -> list[str]:
    """Columns that are filled in at least every second row."""
    most = max((len(columns.values(name)) for name in columns.names), default=0)
    return [
        name
        for name in columns.names
        if name not in taken.values() and 0 < most <= 2 * len(columns.values(name))
    ]


def _is_text(values: Sequence[Any]) -> bool:
    texts = [value for value in values if isinstance(value, str) and not _TOKEN.fullmatch(value.strip())]
    if 10 * len(texts) < 9 * len(values) or 2 * len(set(texts)) < len(texts):
        return False
    return not _is_label(values) and 2 * sum(map(_says_something, texts)) > len(texts)


def _says_something(text: str) -> bool:
    """At least three words, or six characters of a script that puts no blanks between them (from Thai on)."""
    return len(text.split()) > 2 or (len(text) > 5 and all(char >= "\u0e00" for char in text[:6]))


def _is_label(values: Sequence[Any]) -> bool:
    """Short values of which at least a third come again; of numbers, only a few different ones."""
    if len(values) < 3 or not all(isinstance(value, (str, int)) for value in values):
        return False
    shown = [str(value) for value in values]
    distinct = len(set(shown))
    if all(map(_is_number, values)):
        return distinct <= min(_MOST_NUMBERS, max(2, len(shown) // 5))
    if any(len(text) > _LONGEST_LABEL or "\n" in text or _TOKEN.fullmatch(text.strip()) for text in shown):
        return False
    return 3 * distinct <= 2 * len(shown)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and value.strip().lstrip("-").isdecimal())


def _is_key(columns: Columns, name: str) -> bool:
    """Numbers and keys of which none comes twice."""
    values = columns.values(name)
    shown = [str(value).strip() for value in values if isinstance(value, (str, int, float))]
    return len(set(shown)) == len(values) and all(map(_TOKEN.fullmatch, shown))


def _agree(columns: Columns, number: str, name: str) -> bool:
    """Whether two columns divide the rows in the same way."""
    pairs = set(columns.pairs(number, name))
    return len(pairs) == len({left for left, _ in pairs}) == len({right for _, right in pairs})


def _mean_length(values: Sequence[Any]) -> float:
    return sum(len(str(value)) for value in values) / max(1, len(values))
