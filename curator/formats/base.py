"""What every reader takes and gives."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

from curator.records import Frozen
from curator.text import storable

UTF8 = "utf-8"


class Row(NamedTuple):
    """One row of a file."""

    line: int
    """Line where it begins, from 1."""
    values: Mapping[str, Any]
    """Column to value."""
    raw: bytes
    """Its bytes in the file."""


class Unreadable(NamedTuple):
    """A piece of a file that is no row."""

    line: int
    reason: str
    raw: bytes


class Layout(Frozen):
    """How a file is to be read; kept with the import, so that its rejects can be read again."""

    format: str
    """jsonl, csv, document or lines."""
    encoding: str = UTF8
    """Python's name of the encoding."""
    delimiter: str = ","
    """csv only."""
    columns: tuple[str, ...] = ()
    """csv only: the header."""


def text_lines(stream: IO[bytes], encoding: str) -> Iterator[str]:
    """Lines with their ends; bytes that do not fit the encoding come as lone surrogates (`surrogateescape`)."""
    if encoding == UTF8 or _is_single_byte(encoding):
        for number, line in enumerate(stream):
            text = line.decode(encoding, "surrogateescape")
            yield text.removeprefix("\ufeff") if number == 0 else text
    else:
        text = stream.read().decode(encoding, "surrogateescape").removeprefix("\ufeff")
        yield from io.StringIO(text, newline="\n")


def encoded(text: str, encoding: str) -> bytes:
    """The bytes that `text_lines` read."""
    return text.encode(encoding, "surrogateescape")


def encoding_error(text: str, encoding: str) -> str:
    """A reason why a line does not fit its encoding; empty when it does."""
    if text.isascii():
        return ""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        byte = ord(text[error.start]) & 0xFF
        return f"byte 0x{byte:02x} at character {error.start + 1} is not {encoding}; name the encoding with --encoding"
    return ""


def name_of(path: Path) -> str:
    """How a file is called in `source:`; bytes that are no UTF-8 are written as escapes."""
    return storable(path.name)


def _is_single_byte(encoding: str) -> bool:
    """Whether a line feed is one byte of its own, so that a file can be cut into lines before decoding."""
    return "\n".encode(encoding) == b"\n" and not encoding.lower().startswith(("utf_7", "iso2022", "hz"))
