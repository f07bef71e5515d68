"""How a table of cells is written: guessed by which way of cutting gives rows of the same number of cells."""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple, Protocol

DELIMITERS = (",", ";", "\t", "|")

_SHORT_HEADER = 0.5
"""What is left of the score where the first row has fewer cells than the rest: less than any surplus column adds."""

_escaped = re.compile(r'\\(["\'\\])').sub

csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


class Parser(Protocol):
    """What `csv.reader` gives."""

    line_num: int
    """Lines that were read for the rows so far."""

    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


class Dialect(NamedTuple):
    """The marks between and around cells."""

    delimiter: str = ","
    quote: str = '"'
    """Empty when cells are never quoted."""
    backslash: bool = False
    """Whether a quotation mark within quotes is written with a backslash before it, not twice."""
    spaced: bool = False
    """Whether a space follows each delimiter."""

    def parser(self, lines: Iterable[str]) -> Parser:
        """Lines as rows of cells; a line that breaks the rules raises `csv.Error`, and the next begins anew."""
        return csv.reader(
            map(self._with_doubled_quotes, lines) if self.backslash else lines,
            delimiter=self.delimiter,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            skipinitialspace=self.spaced,
            strict=True,
        )

    def _with_doubled_quotes(self, line: str) -> str:
        return _escaped(lambda match: self.quote * 2 if match[1] == self.quote else match[1], line)


class Fit(NamedTuple):
    """How well a dialect explains some lines."""

    score: float
    """From 0, one cell a row, towards 1."""
    dialect: Dialect
    rows: Sequence[Sequence[str]]
    """What it makes of the lines."""
    width: int
    """The usual number of cells."""


def fit(lines: Sequence[str], delimiters: Sequence[str] = DELIMITERS) -> Fit:
    """The dialect that gives rows of the same width; of equals the plainest, and the delimiter that comes first."""
    text = "".join(lines)
    quotes = ['"'] + [quote for quote in ("'", "") if _is_thinkable(quote, text)]
    backslashes = (False, True) if '\\"' in text or "\\'" in text else (False,)
    spaces = (False, True) if re.search(r"[,;|\t] [\"']", text) else (False,)
    marks = [quote for quote in ('"', "'") if quote in text and (quote == '"' or quote in quotes)]
    found = [_fit(lines, Dialect(*each), marks) for each in product(delimiters, quotes, backslashes, spaces)]
    # Of equals, max takes the first.
    return max(found, key=lambda each: round(each.score, 2))


def usual(lines: Sequence[str]) -> Fit | None:
    """Commas and doubled quotation marks, if all rows have the same number of cells by them."""
    # Without marks: by them, a text of ours that holds some would count against it.
    found = _fit(lines, Dialect(), ())
    return found if found.width > 1 and found.score == (found.width - 1) / found.width else None


def _is_thinkable(quote: str, text: str) -> bool:
    if not quote:
        return '"' in text
    return bool(re.search(rf"(?:^|[,;|\t]) ?{quote}[^\n]*{quote}(?:[,;|\t]|\r?$)", text, re.MULTILINE))


def _fit(lines: Sequence[str], dialect: Dialect, marks: Sequence[str]) -> Fit:
    """How well a dialect explains lines in which `marks` may stand around cells.

    A row counts against it when it fails, has another width, or cuts through a quoted cell; so does a short header.
    """
    rows, failed = _parsed(lines, dialect)
    cut = {place for mark in marks for place in _cut(rows, mark, dialect)}
    widths = Counter(len(row) for place, row in enumerate(rows) if place not in cut)
    width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
    share = times / (len(rows) + failed) if rows else 0.0
    score = share * share * (width - 1) / width
    return Fit(score * _SHORT_HEADER if rows and len(rows[0]) < width else score, dialect, rows, width)


def _parsed(lines: Sequence[str], dialect: Dialect) -> tuple[list[list[str]], int]:
    """The rows that are not blank, and how many fail."""
    rows: list[list[str]] = []
    failed = 0
    parser = dialect.parser(lines)
    while True:
        try:
            cells = next(parser)
        except StopIteration:
            break
        except csv.Error:
            failed += 1
            continue
        if any(cells):
            rows.append(cells)
    return rows, failed


def _cut(rows: Sequence[Sequence[str]], mark: str, dialect: Dialect) -> Iterator[int]:
    """Places of rows in which a cell opens with a quotation mark that a later cell closes, perhaps of a later row."""
    # Of its own marks, a dialect leaves only those behind a blank, which it does not take for an opening.
    begin = "^ " if mark == dialect.quote else "^ ?"
    opens = re.compile(rf"(?:{begin}|[,;|\t] ?){mark}").search
    closes = re.compile(rf"{mark} ?(?:[,;|\t]|\r?\n?$)").search
    opened = -1
    for place, row in enumerate(rows):
        for cell in row:
            if mark not in cell or cell.count(mark) % 2 == 0:
                continue
            if opened >= 0 and closes(cell):
                yield from (opened, place)
                opened = -1
            else:
                opened = place if opens(cell) else -1
        if mark != '"':
            # An apostrophe may begin a word here and end another one there.
            opened = -1
