"""JSON Lines: one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

from curator.formats.base import Layout, Row, Unreadable, encoded, encoding_error, text_lines


def read(stream: IO[bytes], layout: Layout) -> Iterator[Row | Unreadable]:
    """Every line that is not blank, as a row or with the reason why it is none."""
    for number, line in enumerate(text_lines(stream, layout.encoding), start=1):
        if line.strip():
            yield _parse(number, line, layout.encoding)


def _parse(number: int, line: str, encoding: str) -> Row | Unreadable:
    raw = encoded(line.rstrip("\r\n"), encoding)
    if reason := encoding_error(line, encoding):
        return Unreadable(number, reason, raw)
    try:
        value = json.loads(line, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        return Unreadable(number, f"not JSON: {error.msg} (column {error.colno})", raw)
    except ValueError as error:
        return Unreadable(number, f"not JSON: {error}", raw)
    except RecursionError:
        return Unreadable(number, "not JSON: nested too deeply", raw)
    if not isinstance(value, dict):
        name = (
            "a list" if isinstance(value, list) else "a string" if isinstance(value, str) else "a bare value"
        )
        return Unreadable(number, f"is {name}, not an object with named fields", raw)
    return Row(number, value, raw)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")
