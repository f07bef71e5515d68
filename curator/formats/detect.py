"""What a file is, by its content first and its name second."""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from curator.errors import CuratorError
from curator.formats import documents, jsonl, tabular
from curator.formats.base import UTF8, Layout, Row, Unreadable, text_lines
from curator.formats.mapping import ALIASES
from curator.records import Kind

Reader = Callable[[IO[bytes], Layout], Iterator[Row | Unreadable]]

READERS: dict[str, Reader] = {
    "jsonl": jsonl.read,
    "csv": tabular.read,
    "document": documents.read_document,
    "lines": documents.read_lines,
}
"""Every format by its name; a new one is a file here and a line in this table."""

BARE_READERS: dict[str, Reader] = READERS | {"csv": tabular.read_bare}
"""For single rejected rows, which come without the header of their file."""

SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".txt", ".md", ".markdown")
"""What a folder is searched for."""

_HEAD_BYTES = 64 * 1024
_MARKS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def layout_of(name: str, head: bytes, kind: Kind, wanted: str = "", encoding: str = "") -> Layout:
    """How to read a file of this name whose first bytes are `head`; `wanted` and `encoding` overrule.

    Raises:
        CuratorError: the file is empty, binary, or in a format or encoding that cannot be read.
    """
    chosen = _encoding(name, head, encoding)
    lines = [line for line in text_lines(io.BytesIO(_whole_units(head)), chosen) if line.strip()]
    if not lines:
        raise CuratorError(f"{name} is empty.", "There is nothing in it to import.")
    if b"\n" not in head and b"\r" in head.strip(b"\r") and chosen == UTF8:
        raise CuratorError(
            f"{name} ends its lines with CR alone.", "Rewrite it: tr '\\r' '\\n' < FILE > NEW_FILE"
        )
    found = wanted or _format(name, lines[0], kind)
    if found not in READERS:
        raise CuratorError(f"There is no format {found!r}.", f"Known: {', '.join(READERS)}.")
    if found != "csv":
        return Layout(format=found, encoding=chosen)
    delimiter = "\t" if name.endswith(".tsv") else tabular.guess_delimiter(lines[0])
    return Layout(
        format=found, encoding=chosen, delimiter=delimiter, columns=tabular.header(lines, delimiter)
    )


def head_of(stream: IO[bytes]) -> bytes:
    """As much of the beginning as detection looks at; the stream must be seekable."""
    head = stream.read(_HEAD_BYTES)
    stream.seek(0)
    return head


def _whole_units(head: bytes) -> bytes:
    """A head that was cut short ends at a multiple of four bytes, so that UTF-16 and UTF-32 can decode it."""
    return head[: len(head) // 4 * 4] if len(head) == _HEAD_BYTES else head


def _encoding(name: str, head: bytes, wanted: str) -> str:
    if wanted:
        try:
            "a".encode(wanted)
            return UTF8 if codecs.lookup(wanted).name == "utf-8" else codecs.lookup(wanted).name
        except (LookupError, UnicodeError) as error:
            raise CuratorError(
                f"There is no encoding {wanted!r}.", "Try utf-8, utf-16, cp1251 or latin-1."
            ) from error
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if b"\x00" in head:
        raise CuratorError(
            f"{name} is a binary file, not text.", "Export it as CSV or JSONL, or name its --encoding."
        )
    return UTF8


def _format(name: str, first_line: str, kind: Kind) -> str:
    suffix = Path(name).suffix.lower()
    if _is_object(first_line) or suffix in (".jsonl", ".ndjson"):
        return "jsonl"
    if suffix == ".json":
        raise CuratorError(
            f"{name} holds JSON that is not one object a line.",
            "Rewrite it as JSON Lines: `jq -c '.[]' FILE`.",
        )
    if suffix in (".csv", ".tsv") or (not suffix and _is_header(first_line, kind)):
        return "csv"
    return "document" if kind == "text" else "lines"


def _is_header(line: str, kind: Kind) -> bool:
    """Several cells, one of which has a usual name: what a table without a file name begins with."""
    cells = tabular.header([line], tabular.guess_delimiter(line))
    usual = {alias for aliases in ALIASES[kind].values() for alias in aliases}
    return len(cells) > 1 and not usual.isdisjoint(cell.casefold() for cell in cells)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
