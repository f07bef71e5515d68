"""What every reader takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
    """Name of the reader: a key of `detect.READERS`."""
    encoding: str = UTF8
    """Python's name of the encoding."""
    confidence: float = 1.0
    """How sure the encoding is, from 0 to 1; 1 when a byte order mark or the user names it, or the bytes are UTF-8."""
    line_end: str = "\n"
    """What ends a line: a line feed, alone or after a carriage return, or a carriage return alone."""
    delimiter: str = ","
    """csv: what stands between the cells."""
    quote: str = '"'
    """csv: what stands around a cell that holds a delimiter; empty when no cell can."""
    backslash: bool = False
    """csv: whether a quotation mark within quotes is written `\\"` and not `""`."""
    spaced: bool = False
    """csv: whether a space follows each delimiter, before quotation marks too."""
    above: int = 0
    """csv: lines above the header, a title or a comment."""
    header: bool = True
    """csv and sheets: whether the first row names the columns."""
    columns: tuple[str, ...] = ()
    """csv and sheets: the names of the columns."""
    escaped_formulas: bool = False
    """csv only: whether an export of ours put apostrophes before cells that a spreadsheet would compute."""
    table: str = ""
    """Which part of the file holds the rows: a key of a JSON object, a sheet; empty for the whole."""
    shape: str = ""
    """json: how the rows lie in the document: a key of `json_document.SHAPES`."""
    named: bool = False
    """json: whether rows have named fields, so that a bare value among them is none."""


@dataclass(frozen=True)
class Source:
    """A stream of bytes to import: a file, a member of an archive, standard input; already unpacked."""

    name: str
    """How it is called in `source:` queries, messages and reports; without folders, `bundle.zip/tickets.csv`."""
    path: str
    """Its identity across imports: the full path, `/data/bundle.zip/tickets.csv`, `hub:owner/name/train`."""
    open: Callable[[], IO[bytes]]
    """Begins anew at the first byte; seekable, though seeking in a packed file is slow."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Columns that all its rows have because of where it stands: `@folder`, `@file`, `@split`."""


def name_of(path: Path) -> str:
    """How a file is called in `source:`; bytes that are no UTF-8 are written as escapes."""
    return storable(path.name)
