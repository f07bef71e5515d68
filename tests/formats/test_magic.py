"""What a stream is by how it begins; what cannot be imported is refused by its name."""

from __future__ import annotations

import random

import pytest

from curator.errors import CuratorError
from curator.formats import magic

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"PAR1\x15\x04", "parquet"),
        (b"ARROW1\x00\x00\xff\xff", "arrow"),
        (b"\xff\xff\xff\xff\x08\x03\x00\x00\x10\x00\x00\x00", "arrow"),
        (b"text,label\nfoo,a\n", ""),
        ("Привет, мир\n".encode("cp1251") * 50, ""),
        ("Привет, мир\n".encode("koi8-r") * 50, ""),
        ("こんにちは\n".encode("iso2022_jp") * 50, ""),
        ("안녕하세요\n".encode("iso2022_kr") * 50, ""),
        (b"\xef\xbb\xbftext\n", ""),
    ],
)
def test_tables_and_text_are_known(head, found):
    assert magic.known(head, "x") == found


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize(
    "text", ["text,label\nfoo,a\n", "Привет, мир\nда\n", "你好 世界\n", "smile \U0001f600\n"]
)
def test_text_with_nuls_in_it_is_not_binary(encoding, text):
    data = (text * 9999).encode(encoding)
    assert magic.known(text.encode(encoding), "x") == ""
    for end in range(magic.HEAD_BYTES - 4, magic.HEAD_BYTES):
        assert magic.known(data[:end], "x") == ""


def test_a_stray_nul_makes_no_binary_file():
    assert magic.known(b'["a\x00a"]', "x.json") == ""
    assert magic.known(b"text,label\n" * 50 + b"a\x00b,c\n", "x.csv") == ""


@pytest.mark.parametrize(
    "text",
    [b"ORCHARD", b"BMW is a brand", b"my pet, DUCK", b"MZ and I", b"RIFFRAFF", b"PK means primary key"],
)
def test_words_that_look_like_marks_are_text(text):
    assert magic.known(text + b" and more words\n", "x.txt") == ""


@pytest.mark.parametrize(
    ("head", "what", "remedy"),
    [
        (b"", "is empty", "nothing in it"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "holds a Git LFS pointer", "git lfs pull"),
        (b"%PDF-1.7\n", "is a PDF document", "pdftotext"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is an image", ""),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "is an image", ""),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "is audio", "Transcribe"),
        (b"ID3\x03\x00\x00", "is audio", "Transcribe"),
        (b"\x00\x00\x00\x18ftypmp42", "is a video", "Transcribe"),
        (b"\x7fELF\x02\x01\x01\x00", "is a program", ""),
        (b"MZ\x90\x00\x03\x00\x00\x00", "is a program", ""),
        (b"SQLite format 3\x00", "is an SQLite database", "Export the table"),
        (b"\x80\x04\x95\x0b\x00\x00\x00", "is a Python pickle", "Export it"),
        (b"\x93NUMPY\x01\x00", "is a NumPy array", "Export it"),
        (b'\x50\x00\x00\x00\x00\x00\x00\x00{"__metadata__"', "is a file of model weights", ""),
        (b"\x89HDF\r\n\x1a\n", "is an HDF5 file", "Export it"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "is a 7z archive", "Unpack it"),
        (b"Rar!\x1a\x07\x01\x00", "is a RAR archive", "Unpack it"),
        (b"PK\x03\x04" + b"\x00" * 30, "is a ZIP archive", "Unpack it"),
        (b"ORC\x00\x00", "is an ORC table", "Export it"),
        (b"{\\rtf1\\ansi", "is an RTF document", "plain text"),
        (OLE + "WordDocument".encode("utf-16-le"), "is a document", "plain text"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password", "without"),
        (b"\x00\x01\x02\x03", "is a binary file, not text", "Export it"),
        (b"<!DOCTYPE html>\n<html>", "holds a web page, not the data", "Download"),
    ],
)  # fmt: skip
def test_what_cannot_be_imported_is_named(head, what, remedy):
    with pytest.raises(CuratorError) as caught:
        magic.known(head, "x.csv")
    assert caught.value.problem.startswith("x.csv ")
    assert what in caught.value.problem
    assert remedy in caught.value.remedy


def test_a_page_is_welcome_where_a_page_was_meant():
    assert magic.known(b"<!DOCTYPE html>\n<html><p>text", "page.html") == ""


@pytest.mark.parametrize("size", [200, 5000, magic.HEAD_BYTES])
def test_random_bytes_are_never_text(size):
    rng = random.Random(size)
    for _ in range(30):
        with pytest.raises(magic.Foreign):
            magic.known(bytes([200]) + rng.randbytes(size), "x")


@pytest.mark.parametrize(
    ("names", "head", "what"),
    [
        (["[Content_Types].xml", "word/document.xml"], b"", "a document of a word processor"),
        (["ppt/slides/slide1.xml"], b"", "a presentation"),
        (["mimetype"], b"x" * 30 + b"mimetypeapplication/epub+zip", "an e-book"),
        (
            ["mimetype"],
            b"x" * 30 + b"mimetypeapplication/vnd.oasis.opendocument.text",
            "a document of a word processor",
        ),
        (["model/data.pkl", "model/version"], b"", "a file of model weights"),
        (["a.npy", "b.npy"], b"", "a file of NumPy arrays"),
        (["META-INF/MANIFEST.MF", "A.class"], b"", "a program"),
    ],
)
def test_files_that_only_happen_to_be_zipped_are_no_archives(names, head, what):
    with pytest.raises(magic.Foreign) as caught:
        magic.office(names, head, "x.zip")
    assert caught.value.what == what


def test_a_plain_archive_and_a_workbook_are_told_apart():
    assert magic.office(["a.csv", "b/c.csv"], b"", "x.zip") == ""
    assert magic.office(["[Content_Types].xml", "xl/workbook.xml"], b"", "x") == "sheet"
