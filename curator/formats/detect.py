"""What a file is: by its content first, its name second."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePath
from typing import IO

from curator.errors import CuratorError
from curator.formats import (
    arrow,
    arrow_rows,
    dialect,
    documents,
    encodings,
    html,
    json_document,
    json_shape,
    jsonl,
    labelled_lines,
    magic,
    parquet,
    sheets,
    table_layout,
    tabular,
)
from curator.formats.base import Layout, Row, Source, Unreadable
from curator.formats.json_values import NotJson, value_of
from curator.records import Kind
from curator.text import nearest

Reader = Callable[[IO[bytes], Layout], Iterator[Row | Unreadable]]

READERS: dict[str, Reader] = {
    "jsonl": jsonl.read,
    "json": json_document.read,
    "csv": tabular.read,
    "parquet": parquet.read,
    "arrow": arrow.read,
    "sheet": sheets.read,
    "labelled": labelled_lines.read,
    "html": html.read,
    "document": documents.read_document,
    "lines": documents.read_lines,
}
"""Every format by its name; a new one is a file here and a line in this table."""

BARE_READERS: dict[str, Reader] = READERS | {
    "json": json_document.read_bare,
    "csv": tabular.read_bare,
    "parquet": arrow_rows.read_bare,
    "arrow": arrow_rows.read_bare,
    "sheet": arrow_rows.read_bare,
}
"""For single rejected rows, which come without the rest of their file."""

_BINARY: dict[str, Callable[[Source], Layout]] = {
    "parquet": parquet.layout,
    "arrow": arrow.layout,
    "sheet": sheets.layout,
}
_HEAD = 1 << 18
_LINES = 1000
_DELIMITERS = {
    ".tsv": ("\t", *dialect.DELIMITERS),
    ".tab": ("\t", *dialect.DELIMITERS),
    ".csv": dialect.DELIMITERS,
}
_JSON_LINES = (".jsonl", ".ndjson", ".jsonlines")
_MARKDOWN = (".md", ".markdown")


def layout_of(
    source: Source, kind: Kind, wanted: str = "", encoding: str = "", is_ours: bool = False
) -> Layout:
    """How to read a source; `wanted` (a key of `READERS`) and `encoding` overrule what its content says.

    One that `is_ours` comes out of an export: it needs no guessing where it is written as exports are.

    Raises:
        CuratorError: it is empty, no text and no table, or `wanted` or `encoding` do not exist.
    """
    if wanted and wanted not in READERS:
        raise CuratorError(f"There is no format {wanted!r}.", nearest(wanted, READERS))
    with source.open() as stream:
        head = stream.read(_HEAD)
    binary = wanted if wanted in _BINARY else _known(head, source.name, encoding)
    if binary:
        return _BINARY[binary](source)
    found = encodings.find(source, encoding)
    text = codecs.getincrementaldecoder(found.name)("replace").decode(head).removeprefix("\ufeff")
    cut = len(head) == _HEAD
    if not text.strip() and not (cut and wanted):
        how = f"begins with {_HEAD >> 10} KiB of blank lines" if cut else "is empty"
        raise CuratorError(f"{source.name} {how}.", "There is nothing in it to import.")
    line_end = "\r" if "\r" in text and "\n" not in text else "\n"
    layout = Layout(
        format=wanted, encoding=found.name, confidence=round(found.confidence, 2), line_end=line_end
    )
    lines = _lines(text, line_end, cut)
    return _detailed(source, layout if wanted else _with_format(source, layout, lines, kind), lines, is_ours)


def _known(head: bytes, name: str, encoding: str) -> str:
    """The format of a binary file; empty for text, which a file is too when the user names its encoding."""
    try:
        return magic.known(head, name)
    except magic.Foreign as error:
        if error.what == "a binary file, not text" and (encoding or b"\x1b$)" in head):
            return ""
        raise


def _lines(text: str, line_end: str, cut: bool) -> Sequence[str]:
    """The first lines with their ends; where the head cuts the last one off, it is left out."""
    lines = text.split(line_end)
    lines = [line + line_end for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    return lines[:-1] if cut and len(lines) > 1 else lines


def _with_format(source: Source, layout: Layout, lines: Sequence[str], kind: Kind) -> Layout:
    suffix = PurePath(source.name).suffix.lower()
    full = [line for line in lines[:_LINES] if line.strip()]
    return layout.model_copy(
        update={
            "format": _json_format(source, layout, full, suffix) or _text_format(source, full, suffix, kind)
        }
    )


def _json_format(source: Source, layout: Layout, full: Sequence[str], suffix: str) -> str:
    """jsonl, json, or nothing of the two."""
    objects = sum(map(_is_object, full[:10]))
    if full[0].lstrip().startswith("{"):
        with source.open() as stream:
            outline = json_shape.outline(stream, layout)
        if outline and outline.behind in ("", "{"):
            lines = outline.one_line and (outline.behind or suffix in _JSON_LINES)
            return "jsonl" if lines else "json"
    elif full[0].lstrip().startswith("[") and not (suffix in _JSON_LINES and _is_json(full[0])):
        with source.open() as stream:
            if suffix == ".json" or json_shape.is_array(stream, layout):
                return "json"
    if suffix in _JSON_LINES or 2 * objects >= len(full[:10]):
        return "jsonl"
    return "json" if suffix == ".json" else ""


def _text_format(source: Source, full: Sequence[str], suffix: str, kind: Kind) -> str:
    if suffix in _DELIMITERS:
        return "csv"
    if suffix not in _MARKDOWN:
        if html.is_html(source.name, "".join(full)):
            return "html"
        if kind == "classification" and labelled_lines.is_labelled(full):
            return "labelled"
        if table_layout.is_table(full, strict=kind == "text"):
            return "csv"
    return "document" if kind == "text" else "lines"


def _detailed(source: Source, layout: Layout, lines: Sequence[str], is_ours: bool) -> Layout:
    """What else the reader of a format has to know."""
    if layout.format == "csv":
        suffix = PurePath(source.name).suffix.lower()
        return table_layout.described(layout, lines, _DELIMITERS.get(suffix, dialect.DELIMITERS), is_ours)
    if layout.format == "json":
        with source.open() as stream:
            layout = json_shape.described(layout, stream)
        with source.open() as stream:
            return layout.model_copy(update={"named": json_document.is_named(stream, layout)})
    return layout


def _is_object(line: str) -> bool:
    return line.lstrip().startswith("{") and _is_json(line)


def _is_json(line: str) -> bool:
    try:
        value_of(line.encode("utf-8", "replace"))
    except NotJson:
        return False
    return True
