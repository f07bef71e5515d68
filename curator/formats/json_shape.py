"""Where the rows of a JSON document are: found by walking once through its outer levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

from curator.formats import header
from curator.formats.aliases import ALIASES, SHAPE_ALIASES, bare
from curator.formats.base import Layout
from curator.formats.json_scan import Scanner
from curator.formats.json_values import NotJson, value_of

_TABLES = frozenset(
    (
        "data",
        "rows",
        "examples",
        "samples",
        "items",
        "records",
        "entries",
        "documents",
        "dataset",
        "results",
        "train",
    )
)
"""What an array of rows is usually called."""
_OF_A_RECORD = frozenset(
    bare(name)
    for names in (
        *(SHAPE_ALIASES[shape] for shape in ("messages", "instances", "chosen", "rejected", "tools")),
        *(fields["history"] for fields in ALIASES.values() if "history" in fields),
    )
    for name in names
)
"""What the lists of a single record are usually called."""
_OF_A_FILE = frozenset(("title", "subject", "headline", "description"))
"""Names of a text that may as well say what the whole file is about."""
_MOST_MEMBERS = 1000
"""An object with more keys holds rows under them; the rest is not looked at."""
_MOST_NAMES = 1000
_HEAD_ROWS = 100
_LONG = 200


@dataclass(frozen=True)
class Member:
    """A key of an object and what stands under it."""

    key: str
    kind: str
    """`[`, `{`, or empty for a bare value."""
    count: int = 0
    """Elements or keys."""
    first: str = ""
    """What the first element is: `[`, `{`, or empty."""
    names: tuple[str, ...] = ()
    """The keys of an object, or the elements of an array of strings; the first of them."""


@dataclass(frozen=True)
class Outline:
    """The object with which a document begins."""

    members: tuple[Member, ...]
    one_line: bool
    """Whether it stands on a line by itself."""
    behind: str
    """The first character behind it; empty when there is none."""


def outline(stream: IO[bytes], layout: Layout) -> Outline | None:
    """What the first object of a text holds; None when the text begins otherwise, or a key is broken."""
    text = Scanner(stream, layout)
    members: list[Member] = []
    if text.peek() != b"{":
        return None
    first_line = text.line
    text.step()
    while (byte := text.peek()) not in (b"}", b""):
        if byte == b",":
            text.step()
            continue
        key = _key(text)
        if key is None:
            return None
        members.append(_member(text, key))
        if len(members) > _MOST_MEMBERS:
            return Outline(tuple(members), one_line=False, behind="")
    if byte:
        text.step()
    last_line, behind = text.line, text.peek()
    one_line = last_line == first_line and (not behind or text.line > last_line)
    return Outline(tuple(members), one_line, behind.decode("ascii", "replace"))


def is_array(stream: IO[bytes], layout: Layout) -> bool:
    """Whether a text that begins with a bracket goes on as a JSON array does."""
    text = Scanner(stream, layout)
    text.step()
    if text.peek() == b"]":
        text.step()
        return not text.peek()
    try:
        value_of(text.take().raw)
    except (NotJson, UnicodeDecodeError):
        return False
    if text.peek() == b"]":
        text.step()
        return not text.peek()
    return text.peek() == b","


def described(layout: Layout, stream: IO[bytes]) -> Layout:
    """The layout of a document; an object that is no table is a row."""
    found = outline(stream, layout)
    if found is None or found.behind:
        stream.seek(0)
        return _with(layout, columns=header_of_lists(stream, layout))
    members = found.members
    tables = [member for member in members if member.first]
    names = [bare(member.key) for member in tables]
    if len(tables) == 1 and names[0] in _TABLES:
        return _table(layout, members, tables[0].key)
    if _is_record(members) or (tables and _OF_A_RECORD.issuperset(names)):
        return layout
    if tables:
        return _table(layout, members, tables[0].key) if len(tables) == 1 else _with(layout, shape="splits")
    if members and all(member.kind == "[" and member.count for member in members):
        return _lists(layout, members)
    if (
        len(lists := [member for member in members if member.kind == "["]) == 1
        and bare(lists[0].key) in _TABLES
    ):
        return _with(layout, shape="table", table=lists[0].key)
    return _with(layout, shape=_of_objects(members))


def header_of_lists(stream: IO[bytes], layout: Layout) -> tuple[str, ...]:
    """The names in the first row of an array of arrays, if they are names."""
    text = Scanner(stream, layout)
    rows: list[list[Any]] = []
    if text.peek() == b"[":
        text.step()
    while len(rows) < _HEAD_ROWS and (byte := text.peek()) in (b"[", b","):
        if byte == b",":
            text.step()
            continue
        try:
            rows.append(value_of(text.take().raw))
        except (NotJson, UnicodeDecodeError):
            break
    if len(rows) < 2 or not rows[0] or not all(isinstance(cell, str) for cell in rows[0]):
        return ()
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    return header.unique(cells[0]) if header.is_header(cells) else ()


def _key(text: Scanner) -> str | None:
    if text.peek() != b'"':
        return None
    try:
        key = value_of(text.take().raw)
    except (NotJson, UnicodeDecodeError):
        return None
    if text.peek() != b":":
        return None
    text.step()
    return str(key)


def _member(text: Scanner, key: str) -> Member:
    kind = text.peek()
    if kind not in (b"[", b"{"):
        text.skip()
        return Member(key, "")
    text.step()
    count, first = 0, ""
    names: list[str] = []
    while (byte := text.peek()) not in (b"]", b"}", b""):
        if byte == b",":
            text.step()
            continue
        if not count and kind == b"[" and byte in (b"[", b"{"):
            first = byte.decode()
        if len(names) == count < _MOST_NAMES and byte == b'"':
            names += _short_name(text)
        else:
            text.skip()
        if text.peek() == b":":
            text.step()
            text.skip()
        count += 1
    text.step()
    return Member(key, kind.decode(), count, first, tuple(names))


def _short_name(text: Scanner) -> list[str]:
    piece = text.take()
    try:
        return [value_of(piece.raw)] if len(piece.raw) < _LONG else []
    except (NotJson, UnicodeDecodeError):
        return []


def _is_record(members: Sequence[Member]) -> bool:
    """Whether a key holds the text of a record."""
    usual = {bare(name) for fields in ALIASES.values() for name in fields[next(iter(fields))]} - _OF_A_FILE
    return any(not member.kind and bare(member.key) in usual for member in members)


def _table(layout: Layout, members: Sequence[Member], key: str) -> Layout:
    """Rows under one key; `columns` beside it names theirs, as pandas has it."""
    names = next((member.names for member in members if member.key == "columns"), ())
    return _with(layout, shape="table", table=key, columns=header.unique(names), header=False)


def _lists(layout: Layout, members: Sequence[Member]) -> Layout:
    """Lists of bare values: columns when they are of one length, else the texts of one label or split each."""
    if len(members) == 1 and bare(members[0].key) in _TABLES:
        return _with(layout, shape="table", table=members[0].key)
    return _with(layout, shape="columns" if len({member.count for member in members}) == 1 else "splits")


def _of_objects(members: Sequence[Member]) -> str:
    """Whether objects under keys are the columns of pandas, or rows, or a record that merely has objects in it."""
    if len(members) < 2 or any(member.kind != "{" or not member.count for member in members):
        return ""
    alike = len({member.names for member in members}) == 1
    if alike and all(name.isdigit() for name in members[0].names):
        return "columns"
    return "keyed" if alike or all(member.key.isdigit() for member in members) else ""


def _with(layout: Layout, **changes: Any) -> Layout:
    return layout.model_copy(update=changes)
