"""What a stream of bytes is by how it begins: text, a binary table, or something that holds no rows at all."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from curator.errors import CuratorError

PARQUET, ARROW, SHEET, TEXT = "parquet", "arrow", "sheet", ""

HEAD_BYTES = 64 * 1024
"""As much of the beginning as `known` wants to see."""


class Foreign(CuratorError):
    """A file that holds no rows: an image, a program, a database."""

    def __init__(self, name: str, what: str, remedy: str) -> None:
        super().__init__(f"{name} is {what}.", remedy)
        self.what = what


class Empty(Foreign):
    """A file without a single byte."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "empty", "There is nothing in it to import.")


class Binary(Foreign):
    """A file of no kind that is known here; it may be text in an encoding that only the user can tell."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "a binary file, not text", _AS_TABLE)


class _Mark(NamedTuple):
    """Bytes that only one kind of file has at its beginning."""

    pattern: re.Pattern[bytes]
    what: str
    remedy: str


_TEXT_ONLY = "Curator imports text and tables."
_AS_TABLE = "Export it as CSV, JSONL or Parquet."
_UNPACK = "Unpack it and import the files in it."
_AS_TEXT = "Save it as plain text or Markdown first."
_TRANSCRIBE = "Transcribe it first."


def _mark(pattern: bytes, what: str, remedy: str) -> _Mark:
    return _Mark(re.compile(pattern, re.DOTALL), what, remedy)


_FOREIGN = (
    _mark(rb"%PDF-", "a PDF document", "Extract its text first, for example with pdftotext."),
    _mark(rb"\{\\rtf", "an RTF document", _AS_TEXT),
    _mark(rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a(?=.*\0)|RIFF....WEBP|BM....\0\0\0\0", "an image", _TEXT_ONLY),
    _mark(rb"II\*\0|MM\0\*|\0\0\x01\0[^\0]\0|\0\0..ftyp(?:hei|avi|mif)", "an image", _TEXT_ONLY),
    _mark(rb"ID3[\x02-\x04]|\xff[\xf3\xfb](?=.*\0)|fLaC\0|OggS\0|RIFF....WAVE|\0\0..ftypM4A", "audio", _TRANSCRIBE),
    _mark(rb"\0\0..ftyp|\x1a\x45\xdf\xa3|RIFF....AVI ", "a video", _TRANSCRIBE),
    _mark(rb"wOF[F2]\0|\0\x01\0\0\0.\0|OTTO\0", "a font", _TEXT_ONLY),
    _mark(rb"\x7fELF|MZ.{0,64}\0|\xcf\xfa\xed\xfe|\xca\xfe\xba\xbe|\0asm", "a program", _TEXT_ONLY),
    _mark(rb"SQLite format 3\0", "an SQLite database", "Export the table you need as CSV or JSONL."),
    _mark(rb".{8}DUCK.\0", "a DuckDB database", "Export the table you need as Parquet, CSV or JSONL."),
    _mark(rb"\0\x01\0\0Standard (?:Jet|ACE) DB", "an Access database", _AS_TABLE),
    _mark(rb"\x89HDF\r\n\x1a\n", "an HDF5 file", _AS_TABLE),
    _mark(rb"ORC(?=.*\0)", "an ORC table", _AS_TABLE),
    _mark(rb"Obj\x01", "an Avro table", _AS_TABLE),
    _mark(rb"FEA1(?=.*\0)", "a Feather file of version 1", _AS_TABLE),
    _mark(rb"PARE(?=.*\0)", "an encrypted Parquet file", "Write it without encryption."),
    _mark(rb"\$FL[23]@\(#\)|<stata_dta>|\0{12}\xc2\xea\x81\x60", "a table of a statistics program", _AS_TABLE),
    _mark(rb"\x93NUMPY", "a NumPy array", _AS_TABLE),
    _mark(rb"\x80[\x02-\x05]", "a Python pickle, which is code and not data", _AS_TABLE),
    _mark(rb"....\0{4}\{\s*\"|GGUF[\x01-\x0f]\0", "a file of model weights", _TEXT_ONLY),
    _mark(rb"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    _mark(rb"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    _mark(rb"\x04\x22\x4d\x18|\x02\x21\x4c\x18|LZIP\x01|\x1f[\x9d\xa0]|MSCF\0|\x5d\0\0.{10}", "a packed file", _UNPACK),
    _mark(rb"PK(?:\x03\x04|\x05\x06|\x07\x08)", "a ZIP archive", _UNPACK),
)  # fmt: skip

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ARROW = re.compile(rb"ARROW1\x00\x00|\xff\xff\xff\xff...\x00.{4}", re.DOTALL)
_SHEET_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_TABLE_SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet", ".arrow", *_SHEET_SUFFIXES)
_LFS = b"version https://git-lfs.github.com/spec/v1"
_WEB_PAGE = re.compile(rb"\s*<(?:!doctype html|html)\b", re.IGNORECASE)
_TEXT_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff", b"\xef\xbb\xbf")
_CONTROLS = bytes({*range(32)} - {*b"\t\n\r\f\x1b"})
_FEW_CONTROLS = 2
"""So many may stand in the shortest text: a stray NUL makes no binary file."""
_MOST_CONTROLS = 0.03
"""Text in any encoding of one or more bytes has next to none; compressed or random bytes have one in eleven."""


def known(head: bytes, name: str) -> str:
    """The format of a stream that begins with `head`: "parquet", "arrow", "sheet", or "" for text.

    Raises:
        CuratorError: it cannot be imported; the message says what it is and what to do about it.
    """
    if not head:
        raise Empty(name)
    _refuse_stand_ins(head, name)
    if head.startswith(b"PAR1"):
        return PARQUET
    if _ARROW.match(head):
        return ARROW
    if head.startswith(_ZIP) and (found := office(_zip_names(head), head, name)):
        return found
    if head.startswith(_OLE):
        return _compound(head, name)
    for mark in _FOREIGN:
        if mark.pattern.match(head):
            raise Foreign(name, mark.what, mark.remedy)
    if _is_binary(head):
        raise Binary(name)
    return TEXT


def _refuse_stand_ins(head: bytes, name: str) -> None:
    """What comes in place of the data when a download went wrong."""
    if head.startswith(_LFS):
        raise CuratorError(f"{name} holds a Git LFS pointer, not the data.", "Fetch the data: git lfs pull")
    if _WEB_PAGE.match(head) and name.lower().endswith(_TABLE_SUFFIXES):
        raise CuratorError(f"{name} holds a web page, not the data.", "Download the data file itself.")


def office(names: Sequence[str], head: bytes, name: str) -> str:
    """The format of a ZIP archive with these members: "sheet", or "" for one that is an archive and nothing else.

    Raises:
        CuratorError: it is a document, an array or a program that happens to be packed as ZIP.
    """
    mimetype = head[30:200]
    if _has_folder(names, "xl/") or b"opendocument.spreadsheet" in mimetype:
        return SHEET
    for what, remedy, is_it in (
        (
            "a document of a word processor",
            _AS_TEXT,
            _has_folder(names, "word/") or b"opendocument.text" in mimetype,
        ),
        ("a presentation", _AS_TEXT, _has_folder(names, "ppt/") or b"opendocument.presentation" in mimetype),
        ("an e-book", _AS_TEXT, b"mimetypeapplication/epub" in mimetype),
        ("a file of model weights", _TEXT_ONLY, any(member.endswith("/data.pkl") for member in names)),
        ("a file of NumPy arrays", _AS_TABLE, names and all(member.endswith(".npy") for member in names)),
        ("a program", _TEXT_ONLY, "META-INF/MANIFEST.MF" in names or "AndroidManifest.xml" in names),
    ):
        if is_it:
            raise Foreign(name, what, remedy)
    return SHEET if name.lower().endswith(_SHEET_SUFFIXES) else TEXT


def _has_folder(names: Sequence[str], folder: str) -> bool:
    return any(name.startswith(folder) for name in names)


def _zip_names(head: bytes) -> list[str]:
    """The members whose local headers lie within the head."""
    names = []
    for match in re.finditer(rb"PK\x03\x04.{22}(..)..", head, re.DOTALL):
        length = int.from_bytes(match.group(1), "little")
        names.append(head[match.end() : match.end() + length].decode("utf-8", "replace"))
    return names


def _compound(head: bytes, name: str) -> str:
    """The container of the older office programs; its streams are named in UTF-16, often beyond the head."""
    if _utf16("EncryptedPackage") in head:
        raise CuratorError(f"{name} is protected by a password.", "Save it without the password.")
    if name.lower().endswith(_SHEET_SUFFIXES) or _utf16("Workbook") in head:
        return SHEET
    if _utf16("WordDocument") in head:
        raise Foreign(name, "a document of a word processor", _AS_TEXT)
    raise Foreign(name, "a document of an older office program", "Save it as XLSX, CSV or plain text.")


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def _is_binary(head: bytes) -> bool:
    if head.startswith(_TEXT_MARKS):
        return False
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if b"\x1b$)" in head:
        # ISO 2022 for Korean and Chinese shifts between its alphabets with SO and SI.
        controls -= head.count(b"\x0e") + head.count(b"\x0f")
    return controls > max(_FEW_CONTROLS, _MOST_CONTROLS * len(head)) and not any(
        _reads_as(head, encoding) for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
    )


def _reads_as(head: bytes, encoding: str) -> bool:
    """Whether the bytes are text of an encoding of several bytes a character, without its byte order mark."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return False
    strange = {char for char in set(text) if unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs")}
    return strange <= set("\t\r\n\f") and any(char in text for char in " \n")
