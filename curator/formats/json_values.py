"""JSON values: read fast by msgspec, judged by the standard library wherever that one will not do."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from itertools import count
from typing import Any

import msgspec

MAX_DEPTH = 256
"""Levels of nesting; more cannot be written out again safely."""

_decode = msgspec.json.Decoder().decode
_objects = msgspec.json.Decoder(dict[str, Any]).decode_lines
_arrays = msgspec.json.Decoder(list[Any]).decode_lines
_spaced = re.compile(rb'"[ \t\r\n]+:').search
_DIGITS = 4000


class NotJson(ValueError):
    """Bytes that are no JSON value; the message says why and where."""


def value_of(data: bytes) -> Any:
    """The value that UTF-8 bytes hold; where an object has a key twice, the later value keeps the name.

    The earlier one, unless it is the same, stays beside it as `key_1`: nothing is dropped.

    Raises:
        NotJson: they hold none, or something that JSON cannot say, such as NaN.
        UnicodeDecodeError: they are not UTF-8.
    """
    try:
        value = _decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _judged(data)
    return _undoubted(value, data)


def values_of(pieces: Sequence[bytes]) -> Sequence[Any]:
    """The objects, or the arrays, that some pieces of UTF-8 hold, one each: fast for many.

    Empty when anything is not as it should be, which is for `value_of` to find, and when a piece is blank.
    """
    joined = b"".join(pieces)
    is_object = joined.startswith(b"{")
    try:
        values: list[Any] = _objects(joined) if is_object else _arrays(joined)
        if len(values) != len(pieces):
            return ()
        if _is_doubtful(joined, sum(map(len, values)) if is_object else 0):
            return list(map(_undoubted, values, pieces))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return ()
    return values


def _is_doubtful(data: bytes, keys: int) -> bool:
    """Whether msgspec may have dropped a key that comes twice, or something is nested too deeply.

    Where as many strings stand before a colon as the objects in `data` have keys, no key was dropped, and there is no
    object within an object.
    """
    return data.count(b'":') != keys or data.count(b"[") > MAX_DEPTH or _spaced(data) is not None


def _undoubted(value: Any, data: bytes) -> Any:
    """What msgspec read if it dropped nothing, else what the standard library reads.

    Raises:
        NotJson: the value is nested too deeply.
    """
    keys = len(value) if value.__class__ is dict else 0
    if not _is_doubtful(data, keys):
        return value
    if _depth(value) > MAX_DEPTH:
        raise NotJson(f"is nested more than {MAX_DEPTH} levels deep")
    if data.count(b'":') == _count_keys(value) and not _spaced(data):
        return value
    return _judged(data)


def _judged(data: bytes) -> Any:
    """What the standard library makes of some bytes."""
    text = data.decode("utf-8")
    try:
        value = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_integer,
            object_pairs_hook=_all_kept,
        )
    except json.JSONDecodeError as error:
        where = f"column {error.colno}" if error.lineno == 1 else f"line {error.lineno}, column {error.colno}"
        raise NotJson(f"not JSON: {error.msg} ({where})") from error
    except RecursionError as error:
        raise NotJson("not JSON: nested too deeply") from error
    if _depth(value) > MAX_DEPTH:
        raise NotJson(f"is nested more than {MAX_DEPTH} levels deep")
    return value


def _refuse_constant(name: str) -> Any:
    raise NotJson(f"not JSON: {name} is no JSON value")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise NotJson(f"not JSON: the number {digits[:20]} is too large")
    return number


def _integer(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise NotJson(f"not JSON: a number of {len(digits):,} digits is too large")
    return int(digits)


def _all_kept(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    kept = dict(pairs)
    if len(kept) == len(pairs):
        return kept
    for key, value in pairs:
        if repr(value) != repr(kept[key]):
            names = (f"{key}_{number}" for number in count(1))
            kept[next(name for name in names if name not in kept)] = value
    return kept


def _count_keys(value: Any) -> int:
    if value.__class__ is dict:
        return len(value) + sum(map(_count_keys, value.values()))
    return sum(map(_count_keys, value)) if value.__class__ is list else 0


def _depth(value: Any) -> int:
    """Levels of nesting, counted without recursion."""
    depth, level = 0, [value]
    while level := [
        inner
        for outer in level
        if isinstance(outer, (dict, list))
        for inner in (outer.values() if isinstance(outer, dict) else outer)
    ]:
        depth += 1
    return depth
