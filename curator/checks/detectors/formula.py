"""Text that a spreadsheet runs as a formula when the file is opened there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from curator.checks.detectors.spans import Span

_FORMULA = re.compile(
    r"""[\s'"]{0,8}(?:
        [=＝][ ]?(?:[A-Za-z_.]+\(|[$A-Za-z]{1,4}[0-9]|"|'[^'\n]*'!)     # =SUM(  =A1  ="…"
        |[=+\-@＝＋－＠][=+\-@0-9*/ ]*(?:[A-Z][A-Z.]{1,20}\(|(?i:cmd|powershell|msexcel|dde)\s?[|(])
    )""",
    re.VERBOSE,
)
_STARTS = frozenset("=+-@＝＋－＠\t\r\n '\"")


def spans(text: str) -> Iterator[Span]:
    """The formula at the start of a text: a function, a cell, a command; not a list or a number with a sign."""
    if text[:1] in _STARTS and (formula := _FORMULA.match(text)):
        yield Span(0, formula.end(), "spreadsheet formula")
