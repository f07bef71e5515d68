"""The line in which a query is typed, with completion of its keys and values."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.suggester import Suggester

from curator.query import NAMED_KEYS, NUMBER_KEYS

from .text_line import TextLine

Values = Callable[[str], Sequence[str]]
"""The values that a key can have: `status` to `new`, `accepted`, …"""
_NEGATED = "-"


class QueryCompletion(Suggester):
    """Completes the last word of a query: first its key, then its value."""

    def __init__(self, values: Values) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._values = values

    async def get_suggestion(self, value: str) -> str | None:
        """The whole query with its last word completed, or nothing."""
        before, word = split_last(value)
        completed = completion(word, self._values)
        return None if completed is None else before + completed


def split_last(query: str) -> tuple[str, str]:
    """A query without its last word, and that word; a quoted value is one word with its key."""
    inside, start = False, 0
    for place, char in enumerate(query):
        if char == '"':
            inside = not inside
        elif char.isspace() and not inside:
            start = place + 1
    return query[:start], query[start:]


def completion(word: str, values: Values) -> str | None:
    """A word of a query with what most likely follows."""
    minus = _NEGATED if word.startswith(_NEGATED) else ""
    bare = word[len(minus) :]
    key, colon, value = bare.partition(":")
    if not bare:
        return None
    if not colon:
        found = next(
            (name for name in (*NAMED_KEYS, *NUMBER_KEYS) if name.startswith(key) and name != key), None
        )
        return None if found is None else f"{minus}{found}{':' if found in NAMED_KEYS else '>'}"
    *earlier, last = value.split(",")
    typed = last.removeprefix('"')
    for option in values(key):
        if option.casefold().startswith(typed.casefold()) and option != typed:
            return f"{minus}{key}:{','.join([*earlier, quoted(option)])}"
    return None


def quoted(value: str) -> str:
    """A value as a query needs it: in quotes where it has spaces, quotes or commas, or is called `none`."""
    if value and value != "none" and not any(char.isspace() or char in '",\\' for char in value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


class FilterBar(TextLine):
    """A query, found as it is typed."""

    def __init__(self, value: str, placeholder: str, values: Values) -> None:
        super().__init__(
            value, placeholder=placeholder, id="filter", compact=True, suggester=QueryCompletion(values)
        )
