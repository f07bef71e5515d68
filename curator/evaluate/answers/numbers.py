"""The number that an answer comes to, in the manner of GSM8K (Cobbe et al. 2021): `#### 42`, or the last one."""

from __future__ import annotations

import re
from decimal import Decimal

from curator.evaluate.answers.words import words

_MARKED = re.compile(r"####\s*([^\n]*)")
_BOXED = re.compile(r"\\boxed\{([^{}]*)\}")
_SPACES = "[ \u00a0\u202f']"
_NUMBER = re.compile(
    rf"(?<![\d.,])\d{{1,3}}(?:{_SPACES}\d{{3}})+(?!\d)(?:,\d+)?|(?:(?<!\w)\.)?\d(?:[\d.,]*\d)?"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_UNIT_WORDS = 2
"""Words that may follow a final number: `12 square metres`."""
_MOST_DIGITS = 60
"""Longer strings of digits are no quantities."""


def final_number(reference: str) -> Decimal | None:
    r"""The number that a reference ends in, its unit after it: behind `####`, in `\boxed{}`, or as it is; or none."""
    marked = _marked(reference)
    if marked is not None:
        return marked
    found = list(_NUMBER.finditer(reference))
    if not found or len(words(reference[found[-1].end() :])) > _UNIT_WORDS:
        return None
    return _parsed(found[-1])


def last_number(answer: str) -> Decimal | None:
    r"""The number that an answer comes to: behind `####`, in `\boxed{}`, or the last one anywhere."""
    marked = _marked(answer)
    return marked if marked is not None else _last(answer)


def _marked(text: str) -> Decimal | None:
    found = [*_MARKED.findall(text), *_BOXED.findall(text)]
    return _last(found[-1]) if found else None


def _last(text: str) -> Decimal | None:
    found = list(_NUMBER.finditer(text))
    return next((number for match in reversed(found) if (number := _parsed(match)) is not None), None)


def _parsed(match: re.Match[str]) -> Decimal | None:
    """A number with point or comma: `1,234.5`, `1 234,5` and `0,5` are what people mean by them."""
    digits = re.sub(_SPACES, "", match[0])
    if len(digits) > _MOST_DIGITS:
        return None
    if _THOUSANDS.fullmatch(digits):
        digits = digits.replace(",", "")
    elif digits.count(",") == 1 and digits.rfind(".") < digits.index(","):
        digits = digits.replace(".", "").replace(",", ".")
    try:
        return -Decimal(digits) if _negative(match) else Decimal(digits)
    except ArithmeticError:
        return None


def _negative(match: re.Match[str]) -> bool:
    """Whether a sign stands before it; in `10-12` it is a dash."""
    before = match.string[max(0, match.start() - 2) : match.start()]
    return before[-1:] in ("-", "−") and not before[:-1].isalnum()
