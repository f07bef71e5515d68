from __future__ import annotations

import io

import pytest

from curator.formats.base import Layout
from curator.formats.lines import lines, raw_lines, stripped


def cut(data: bytes, encoding: str = "utf-8", line_end: str = "\n"):
    return list(raw_lines(io.BytesIO(data), Layout(format="lines", encoding=encoding, line_end=line_end)))


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp037", "cp1251"]
)
@pytest.mark.parametrize("line_end", ["\n", "\r"])
def test_lines_are_cut_at_whole_characters(encoding, line_end):
    # U+0A0A, U+0D0D and U+000A side by side: bytes that look like a line end between two characters.
    strange = "" if encoding.startswith("cp") else "ਊ\u0d0dĀ਀"
    texts = [f"{strange}a{line_end}", line_end, f"{strange}{strange}b" * 40_000 + line_end, "c"]
    raw = cut("".join(texts).encode(encoding), encoding, line_end)
    assert [line.decode(encoding) for line in raw] == texts


def test_only_the_wanted_line_end_ends_a_line():
    assert cut("a\u2028b\x0bc\x85d\x0c\re\r\nf".encode()) == ["a\u2028b\x0bc\x85d\x0c\re\r\n".encode(), b"f"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-be", "gb18030"])
def test_a_byte_order_mark_is_no_part_of_the_first_line(encoding):
    assert cut("\ufeffa\nb".encode(encoding), encoding)[0] == "a\n".encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-be", "utf-32-le", "cp037"])
def test_a_line_without_its_end(encoding):
    assert stripped("a\r\n".encode(encoding), encoding) == "a".encode(encoding)


def test_every_line_tells_whether_it_fits_its_encoding():
    found = list(lines(io.BytesIO(b"a\n\xd0\n\xd0\xb0"), Layout(format="lines")))
    assert [line.text for line in found] == ["a\n", "\ufffd\n", "а"]
    assert [line.reason[:9] for line in found] == ["", "byte 0xd0", ""]


def test_an_empty_stream_has_no_lines():
    assert cut(b"") == []
