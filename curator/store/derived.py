"""What the store works out from a record's fields, and how values are written down."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import xxhash

from curator.records import Kind, all_text, input_text
from curator.text import searchable

strictly_encoded = msgspec.json.Encoder().encode
"""Compact JSON in UTF-8; raises UnicodeEncodeError for a lone surrogate."""
_encode_sorted = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder().decode
_EMPTY: Mapping[str, Callable[[], Any]] = {"{}": dict, "[]": list}
_HALF = 1 << 63
_ASCII_SPACE = bytes(code for code in range(128) if chr(code).isspace())


def encoded(value: Any) -> bytes:
    """Compact JSON in UTF-8, whatever the strings inside."""
    try:
        return strictly_encoded(value)
    except (UnicodeEncodeError, TypeError):
        return json.dumps(value, separators=(",", ":")).encode("ascii")


def sorted_keys(value: Mapping[str, Any]) -> bytes:
    """`encoded` with the keys in order: the same for objects that differ in the order of their keys alone."""
    try:
        return _encode_sorted(value)
    except (UnicodeEncodeError, TypeError):
        return json.dumps(value, separators=(",", ":"), sort_keys=True).encode("ascii")


def decoded(text: str) -> Any:
    """What `dump` wrote."""
    if text in _EMPTY:
        return _EMPTY[text]()
    try:
        return _decode(text)
    except (msgspec.MsgspecError, ValueError):
        return json.loads(text)


def dump(value: Any) -> str:
    """`encoded` as a string."""
    return encoded(value).decode("utf-8")


def fingerprint(data: bytes) -> int:
    """64 bits that tell contents apart (XXH3), as SQLite's signed integer.

    Two of a million differing contents agree in one of 37 million projects; a duplicate has to agree in two of them.
    """
    return xxhash.xxh3_64_intdigest(data) - _HALF


def input_key(kind: Kind, fields: Mapping[str, Any]) -> str:
    """Equal for records whose inputs differ in case, white space or Unicode form at most."""
    return f"{_input_key(kind, fields) + _HALF:016x}"


def ascii_key(text: str) -> int:
    """The input key of an input in plain ASCII."""
    return fingerprint(text.encode("ascii").lower().translate(None, _ASCII_SPACE))


def derived(kind: Kind, fields: Mapping[str, Any]) -> tuple[int, int, str]:
    """Input key, characters in all fields, and the case-folded text in which a search looks.

    Records in plain ASCII have no text of their own for searches: SQLite can fold the case of theirs.
    """
    texts = all_text(fields)
    length = 0
    ascii_only = True
    for text in texts:
        length += len(text)
        ascii_only = ascii_only and text.isascii()
    folded = "" if ascii_only else searchable(texts).encode("utf-8", "replace").decode("utf-8")
    return _input_key(kind, fields), length, folded


def _input_key(kind: Kind, fields: Mapping[str, Any]) -> int:
    """White space is taken out, not collapsed: that is one pass of the machine over the bytes."""
    text = input_text(kind, fields)
    if text.isascii():
        return ascii_key(text)
    plain = text if unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)
    folded = plain.casefold()
    return fingerprint("".join(folded.split()).encode("utf-8", "surrogatepass"))
