"""The language of gates: `accuracy > base + 0.05 and bpb_general < base * 1.02`, read into a tree; nothing is executed.

condition:   comparisons joined by and, or, not; parentheses
comparison:  sums with < <= > >= == != between them, several in a row allowed
sum:         numbers (0.9, 90%), names, + - * /, parentheses
name:        words with dots between them; a word with other signs in it stands in quotes
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from curator.errors import CuratorError
from curator.text import visible_line

SIGNS = ("<=", ">=", "==", "!=", "<", ">")
"""Between the two sides of a comparison."""
REMEDY = (
    'Write it like: accuracy > base + 0.05 and bpb_general < base * 1.02 (docs/evaluating.md, "As a gate").'
)

_LONGEST = 2_000
"""Characters of an expression."""
_DEEPEST = 40
"""Parentheses and signs within each other."""
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*%?)"
    r"|(?P<name>(?:[^\W\d][\w:]*|'[^']*'|\"[^\"]*\")(?:\.(?:[^\W\d][\w:]*|'[^']*'|\"[^\"]*\"))*)"
    r"|(?P<sign><=|>=|==|!=|[-+*/()<>])|(?P<end>$))"
)
_WORD = re.compile(r"'([^']*)'|\"([^\"]*)\"|([^.]+)")
_KEYWORDS = ("and", "or", "not")


class Number(NamedTuple):
    """A number as it was written; 90% is 0.9."""

    value: float


class Name(NamedTuple):
    """The words of a name."""

    words: tuple[str, ...]


class Sum(NamedTuple):
    """Two terms with a sign between them."""

    sign: str
    left: Term
    right: Term


class Comparison(NamedTuple):
    """Terms with signs between them, all of which must hold."""

    text: str
    terms: tuple[Term, ...]
    signs: tuple[str, ...]


class Joined(NamedTuple):
    """Conditions of which all (`and`), any (`or`) or none (`not`) must hold."""

    word: str
    parts: tuple[Condition, ...]


Term = Number | Name | Sum
Condition = Comparison | Joined
_Reader = Callable[[], Condition | Term]


class Token(NamedTuple):
    """A piece of an expression, and where it stands."""

    kind: str
    text: str
    start: int


class GateUnclear(CuratorError):
    """An expression that cannot be read, or that names what there is not."""


def parse(text: str) -> Condition:
    """Read an expression.

    Raises:
        GateUnclear: it is no condition.
    """
    if len(text) > _LONGEST:
        raise GateUnclear(f"The gate is longer than {_LONGEST:,} characters.", REMEDY)
    return _Parser(text).whole()


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """Every comparison of a condition, in the order in which it was written."""
    if isinstance(condition, Comparison):
        yield condition
    else:
        for part in condition.parts:
            yield from comparisons(part)


def names(term: Term) -> Iterator[Name]:
    """Every name of a term."""
    if isinstance(term, Name):
        yield term
    elif isinstance(term, Sum):
        yield from names(term.left)
        yield from names(term.right)


class _Parser:
    """Recursive descent; each method reads what its name says and leaves the rest."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._place = 0
        self._depth = 0

    def whole(self) -> Condition:
        found = self._condition(self._either())
        if self._next.kind != "end":
            raise self._unexpected()
        return found

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self, *texts: str) -> str:
        """The next token if it is one of these, which then is read."""
        token = self._next
        if token.kind == "number" or token.text not in texts:
            return ""
        self._place += 1
        return token.text

    def _either(self) -> Condition | Term:
        return self._joined("or", self._both)

    def _both(self) -> Condition | Term:
        return self._joined("and", self._negated)

    def _joined(self, word: str, part: _Reader) -> Condition | Term:
        parts = [part()]
        while self._take(word):
            parts.append(part())
        if len(parts) == 1:
            return parts[0]
        return Joined(word, tuple(self._condition(one) for one in parts))

    def _negated(self) -> Condition | Term:
        if not self._take("not"):
            return self._compared()
        self._deeper(1)
        found = Joined("not", (self._condition(self._negated()),))
        self._deeper(-1)
        return found

    def _compared(self) -> Condition | Term:
        start = self._next.start
        first, signs, others = self._added(), [], []
        while sign := self._take(*SIGNS):
            signs.append(sign)
            others.append(self._term(self._added()))
        if not signs:
            return first
        text = self._text[start : self._next.start].strip()
        return Comparison(text, (self._term(first), *others), tuple(signs))

    def _added(self) -> Condition | Term:
        return self._summed(("+", "-"), self._multiplied)

    def _multiplied(self) -> Condition | Term:
        return self._summed(("*", "/"), self._signed)

    def _summed(self, signs: tuple[str, ...], part: _Reader) -> Condition | Term:
        found = part()
        while sign := self._take(*signs):
            found = Sum(sign, self._term(found), self._term(part()))
        return found

    def _signed(self) -> Condition | Term:
        if not self._take("-"):
            return self._atom()
        self._deeper(1)
        found = Sum("-", Number(0.0), self._term(self._signed()))
        self._deeper(-1)
        return found

    def _atom(self) -> Condition | Term:
        token = self._next
        if self._take("("):
            self._deeper(1)
            inner = self._either()
            self._deeper(-1)
            if not self._take(")"):
                raise self._unexpected()
            return inner
        if token.kind == "number":
            self._place += 1
            return Number(_number(token.text))
        if token.kind == "name" and token.text not in _KEYWORDS:
            self._place += 1
            return Name(tuple(one or two or three for one, two, three in _WORD.findall(token.text)))
        raise self._unexpected()

    def _condition(self, found: Condition | Term) -> Condition:
        if isinstance(found, Comparison | Joined):
            return found
        raise GateUnclear("A gate compares figures, and here is one that is compared with nothing.", REMEDY)

    def _term(self, found: Condition | Term) -> Term:
        if isinstance(found, Number | Name | Sum):
            return found
        raise GateUnclear("A gate calculates with figures, not with comparisons.", REMEDY)

    def _deeper(self, step: int) -> None:
        self._depth += step
        if self._depth > _DEEPEST:
            raise GateUnclear("The gate has too many parentheses or signs within each other.", REMEDY)

    def _unexpected(self) -> GateUnclear:
        token = self._next
        before = visible_line(self._text[: token.start].strip()[-40:])
        what = f"{visible_line(token.text)!r} is not expected" if token.text else "something is missing"
        return GateUnclear(
            f"The gate cannot be read: {what} {f'after {before!r}' if before else 'there'}.", REMEDY
        )


def _tokens(text: str) -> Iterator[Token]:
    place = 0
    while place <= len(text):
        found = _TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            sign = visible_line(text[place:].strip()[:1])
            raise GateUnclear(f"The gate cannot be read: it has no use for {sign!r}.", REMEDY)
        kind = found.lastgroup
        yield Token(kind, found[kind], found.start(kind))
        if kind == "end":
            return
        place = found.end()


def _number(text: str) -> float:
    if text.endswith("%"):
        return float(text[:-1]) / 100
    return float(text)
