"""JSON Lines: one object a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO, Any

from curator.formats.base import UTF8, Layout, Row, Unreadable
from curator.formats.json_values import NotJson, value_of, values_of
from curator.formats.lines import lines, misfit, raw_lines, stripped

_BLOCK = 32
"""Lines that are decoded at once: enough to make calls cheap, too few to fill the memory with long ones."""
_row = tuple.__new__


def read(stream: IO[bytes], layout: Layout) -> Iterator[Row | Unreadable]:
    """Every line that is not blank, as a row or with the reason why it is none."""
    if layout.encoding != UTF8:
        yield from _read_decoded(stream, layout)
        return
    for number, block, values in blocks(stream, layout):
        if values:
            for place, (value, line) in enumerate(zip(values, block, strict=True), start=number):
                yield _row(Row, (place, value, line.rstrip(b"\r\n")))
        else:
            yield from judged(number, block)


def blocks(stream: IO[bytes], layout: Layout) -> Iterator[tuple[int, list[bytes], Sequence[Any]]]:
    """Some UTF-8 lines at a time: the number of the first, the lines, and their objects if all of them are well."""
    number = 1
    rest = raw_lines(stream, layout)
    while block := list(islice(rest, _BLOCK)):
        # A blank line would shift the values against their lines.
        whole = b"\n" not in block and b"\r\n" not in block
        values = values_of(block) if whole else ()
        yield number, block, values if values and isinstance(values[0], dict) else ()
        number += len(block)


def judged(number: int, block: Sequence[bytes]) -> Iterator[Row | Unreadable]:
    """Lines one by one, the first of which has a number."""
    for place, line in enumerate(block, start=number):
        if line.decode(UTF8, "replace").strip():
            yield _judged(place, line, line.rstrip(b"\r\n"))


def _read_decoded(stream: IO[bytes], layout: Layout) -> Iterator[Row | Unreadable]:
    for number, line in enumerate(lines(stream, layout), start=1):
        raw = stripped(line.raw, layout.encoding)
        if line.reason:
            yield Unreadable(number, line.reason, raw)
        elif line.text.strip():
            yield _judged(number, line.text.encode("utf-8", "surrogatepass"), raw)


def _judged(number: int, line: bytes, raw: bytes) -> Row | Unreadable:
    """A line by itself."""
    try:
        value = value_of(line)
    except UnicodeDecodeError as error:
        return Unreadable(number, misfit(error, UTF8), raw)
    except NotJson as error:
        return Unreadable(number, str(error), raw)
    if not isinstance(value, dict):
        kind = (
            "a list" if isinstance(value, list) else "a string" if isinstance(value, str) else "a bare value"
        )
        return Unreadable(number, f"is {kind}, not an object with named fields", raw)
    return Row(number, value, raw)
