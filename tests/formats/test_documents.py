from __future__ import annotations

import pytest

from tests.formats.reading import layout_of, read, rejects, values


def test_a_text_file_is_a_document_or_lines_by_the_kind_of_project():
    data = "Первая строка.\n\nВторая.\r\n".encode()
    assert values(read(data, "a.txt", "text")) == [{"text": "Первая строка.\n\nВторая.\r\n"}]
    assert values(read(data, "a.txt", "classification")) == [{"text": "Первая строка."}, {"text": "Вторая."}]
    assert values(read(data, "a.txt", "instruction")) == values(read(data, "a.txt", "classification"))


def test_lines_keep_their_number_and_their_white_space():
    found = read(b"\n  a \n\n\tb\r\n", "a.txt", "instruction")
    assert [tuple(row) for row in found] == [(2, {"text": "  a "}, b"  a "), (4, {"text": "\tb"}, b"\tb")]


def test_markdown_is_kept_as_it_is():
    data = b"# Title\n\n| text | label |\n|---|---|\n| a | b |\n\n<b>bold</b>\n"
    for kind in ("text", "classification"):
        assert layout_of(data, "a.md", kind).format == ("document" if kind == "text" else "lines")
    assert values(read(data, "a.md", "text")) == [{"text": data.decode()}]


def test_a_line_in_another_encoding_is_rejected_alone():
    found = read("где это\n".encode() * 3 + b"\xe3\xe4\n", "a.txt")
    assert (len(values(found)), [row.raw for row in rejects(found)]) == (3, [b"\xe3\xe4"])


def test_a_document_in_another_encoding_is_rejected_as_a_whole():
    found = read("где это\n".encode() * 3 + b"\xe3\xe4\n", "a.txt", "text")
    assert (values(found), rejects(found)[0].line) == ([], 1)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-32-be", "iso2022_kr", "hz"])
def test_documents_and_lines_in_other_encodings(encoding):
    text = "人人生而自由\n모든\n" if encoding.startswith("utf") else "人人\n\n生而\n"
    data = text.encode(encoding)
    assert values(read(data, "a.txt", "text", encoding=encoding)) == [{"text": text}]
    assert [row["text"] for row in values(read(data, "a.txt", encoding=encoding))] == text.split()
