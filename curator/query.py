"""The one query language: `status:new label:refund,invoice -"free text" len>400`."""

from __future__ import annotations

import re
from typing import Literal

from curator.errors import CuratorError
from curator.records import Frozen
from curator.text import nearest

Operator = Literal[":", "<", "<=", ">", ">="]

NAMED_KEYS = ("status", "label", "split", "issue", "source", "tag")
NUMBER_KEYS = ("id", "line", "len")
TEXT_KEY = "text"
_DIGITS = 18
"""Longer numbers do not fit the database."""

_TERM = re.compile(
    r"""(?P<minus>-?)
        (?:(?P<key>[A-Za-z_]+)(?P<operator>:|>=|<=|>|<|=))?
        (?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s"]+))
        (?=\s|$)""",
    re.VERBOSE,
)


class Term(Frozen):
    """One condition; all the terms of a query must hold."""

    key: str
    """`text` for a free search, else one of the named or number keys."""
    operator: Operator = ":"
    """How number keys compare; the others only know `:`."""
    values: tuple[str, ...]
    """Any one of these fits; `none` stands for "not set"."""
    literal: bool = False
    """The value stood in quotes: `none` is then a value like any other."""
    negated: bool = False
    """A leading minus: the condition must not hold."""


class Query(Frozen):
    """A parsed query; without terms it fits every record."""

    terms: tuple[Term, ...] = ()


def parse(text: str) -> Query:
    """Parse a query.

    Raises:
        CuratorError: an unknown key, a bad number or an unclosed quotation mark, with its place.
    """
    terms: list[Term] = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        match = _TERM.match(text, position)
        if match is None:
            raise CuratorError(
                f"Query, character {position + 1}: cannot read {text[position : position + 20]!r}.",
                'Close the quotation mark; inside quotes write \\" for a quotation mark.',
            )
        terms.append(_term(match))
        position = match.end()
    return Query(terms=tuple(terms))


def _term(match: re.Match[str]) -> Term:
    negated = match["minus"] == "-"
    quoted = match["quoted"]
    value = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else match["plain"]
    key = match["key"]
    if key is None:
        return Term(key=TEXT_KEY, values=(value,), negated=negated)
    operator: Operator = ":" if match["operator"] == "=" else match["operator"]  # type: ignore[assignment]
    if key in NUMBER_KEYS:
        return Term(key=key, operator=operator, values=_numbers(key, value), negated=negated)
    if key not in NAMED_KEYS:
        raise CuratorError(
            f"Query: there is no key {key!r}.",
            f'{nearest(key, NAMED_KEYS + NUMBER_KEYS)} To search for this text, put it in quotes: "{match[0]}"',
        )
    if operator != ":":
        raise CuratorError(f"Query: {key} cannot be compared with {operator}.", f"Write {key}:{value}.")
    values = (value,) if quoted is not None else tuple(part for part in value.split(",") if part)
    if not values:
        raise CuratorError(f"Query: {key}: says nothing to look for.", f"Write {key}:VALUE, or {key}:none.")
    return Term(key=key, values=values, literal=quoted is not None, negated=negated)


def _numbers(key: str, value: str) -> tuple[str, ...]:
    parts = value.split(",")
    for part in parts:
        if not part.isascii() or not part.isdigit() or len(part) > _DIGITS:
            raise CuratorError(
                f"Query: {key} needs a number, not {value!r}.", f"Write {key}>400, for example."
            )
    return tuple(parts)
