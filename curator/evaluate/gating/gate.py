"""Whether an evaluation keeps a condition, comparison by comparison."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from itertools import pairwise

from curator.evaluate.evaluation import Evaluation
from curator.evaluate.gating.expression import (
    Comparison,
    Condition,
    GateUnclear,
    Joined,
    Name,
    Number,
    Term,
    comparisons,
    parse,
)
from curator.evaluate.gating.vocabulary import Known, figures, full_names, known
from curator.records import Frozen
from curator.text import visible_line

_COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_CALCULATED: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


class Part(Frozen):
    """One comparison of a gate."""

    text: str
    """As it was written."""
    met: bool
    """Whether it holds."""
    signs: tuple[str, ...]
    """What stands between its sides."""
    values: tuple[float, ...]
    """What each of its sides comes to."""
    figures: dict[str, float]
    """Full name of each figure in it to its value."""

    @property
    def sentence(self) -> str:
        """`accuracy > base + 0.05: 0.91 > 0.175 (tuned.accuracy 0.91, base.accuracy 0.125)`."""
        sides = f"{self.values[0]:.4g}"
        for sign, value in zip(self.signs, self.values[1:], strict=True):
            sides += f" {sign} {value:.4g}"
        shown = ", ".join(f"{visible_line(name)} {value:.4g}" for name, value in self.figures.items())
        return f"{visible_line(self.text, 200)}: {sides}" + (f" ({shown})" if shown else "")


class Gate(Frozen):
    """What came of a gate."""

    expression: str
    """As it was written."""
    met: bool
    """Whether the whole holds."""
    parts: tuple[Part, ...]
    """Its comparisons, in their order."""


def prepare(text: str, there: Known) -> None:
    """Refuse what can be seen to be wrong before anything is scored.

    Raises:
        GateUnclear: the expression is none, or it names what there will not be.
    """
    for comparison in comparisons(parse(text)):
        full_names(comparison, there)


def judge(text: str, found: Evaluation) -> Gate:
    """Whether an evaluation keeps the condition.

    Raises:
        GateUnclear: the expression is none, names what there is not, or divides by zero.
    """
    condition, there, values = parse(text), known(found), figures(found)
    parts = {one: _part(one, there, values) for one in comparisons(condition)}
    return Gate(expression=text, met=_holds(condition, parts), parts=tuple(parts.values()))


def _part(comparison: Comparison, there: Known, values: Mapping[str, float]) -> Part:
    named = full_names(comparison, there)
    known_values = {name: values[full] for name, full in named.items()}
    sides = [_value(term, known_values, comparison) for term in comparison.terms]
    met = all(_COMPARED[sign](*pair) for sign, pair in zip(comparison.signs, pairwise(sides), strict=True))
    return Part(
        text=comparison.text,
        met=met,
        signs=comparison.signs,
        values=tuple(sides),
        figures={full: values[full] for full in named.values()},
    )


def _value(term: Term, named: Mapping[Name, float], comparison: Comparison) -> float:
    if isinstance(term, Number):
        return term.value
    if isinstance(term, Name):
        return named[term]
    left, right = (_value(side, named, comparison) for side in (term.left, term.right))
    try:
        value = _CALCULATED[term.sign](left, right)
    except ZeroDivisionError:
        value = math.nan
    if not math.isfinite(value):
        raise GateUnclear(
            f"{visible_line(comparison.text)} comes to no number: {left:.4g} {term.sign} {right:.4g}.",
            "Compare sums or products rather than quotients.",
        )
    return value


def _holds(condition: Condition, parts: Mapping[Comparison, Part]) -> bool:
    if isinstance(condition, Comparison):
        return parts[condition].met
    held = [_holds(part, parts) for part in condition.parts]
    if isinstance(condition, Joined) and condition.word == "not":
        return not held[0]
    return all(held) if condition.word == "and" else any(held)
