"""The columns of a file as the mapping sees them: their names, and the values of its first rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from curator.formats.aliases import bare

PSEUDO = "@"
"""Begins the columns that stand for the place of a row (`@folder`, `@file`, `@split`): they are never guessed."""

Fits = Callable[[Any], bool]
"""Whether a value can be what a field wants."""


class Columns:
    """What is known about a file before it is read through."""

    def __init__(self, names: Sequence[str], sample: Sequence[Mapping[str, Any]]) -> None:
        """Names with their place, the first of equal ones winning."""
        self.names = tuple(name for name in names if not name.startswith(PSEUDO))
        self._sample = sample
        self._by_name = {bare(name): name for name in reversed(self.names)}

    def values(self, column: str) -> list[Any]:
        """The values that a column has in the first rows, absent and blank ones left out."""
        found = (row.get(column) for row in self._sample)
        return [value for value in found if value is not None and value not in ("", [], ())]

    def pairs(self, left: str, right: str) -> list[tuple[str, str]]:
        """What two columns say in the same rows."""
        return [(str(row.get(left)), str(row.get(right))) for row in self._sample]

    def named(self, aliases: Sequence[str], taken: Mapping[str, str], fits: Fits) -> str:
        """The first free column of a usual name whose values fit; empty when there is none.

        A column without values in the first rows fits. Where none fits, none is taken.
        """
        free = self._free(aliases, taken)
        return next((column for column in free if self.fit(column, fits)), "")

    def best_named(self, aliases: Sequence[str], taken: Mapping[str, str], fits: Fits) -> str:
        """The same, but where none fits the likeliest name wins: its values are then a fault that checks report."""
        return self.named(aliases, taken, fits) or next(iter(self._free(aliases, taken)), "")

    def fit(self, column: str, fits: Fits) -> bool:
        """Whether most values of a column fit; a column without values does."""
        values = self.values(column)
        return 2 * sum(map(fits, values)) >= len(values)

    def _free(self, aliases: Sequence[str], taken: Mapping[str, str]) -> list[str]:
        found = (self._by_name.get(bare(alias), "") for alias in aliases)
        return [column for column in dict.fromkeys(found) if column and column not in taken.values()]
