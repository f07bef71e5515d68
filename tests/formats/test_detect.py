from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.errors import CuratorError
from curator.formats import detect
from curator.formats.base import Row
from tests.formats.reading import layout_of, read, values

OBJECTS = b'{"text": "a"}\n{"text": "b"}\n'
TABLE = b"text,label\na,b\nc,d\n"


@pytest.mark.parametrize(
    ("data", "name", "kind", "wanted"),
    [
        (OBJECTS, "rows.txt", "text", "jsonl"),
        (OBJECTS, "rows.json", "text", "jsonl"),
        (OBJECTS, "rows", "text", "jsonl"),
        (b'{"text": "a"}\n', "rows.jsonl", "text", "jsonl"),
        (b'{"text": "a"}\n', "rows.json", "text", "json"),
        (b'{"data": [{"text": "a"}]}\n', "rows.jsonl", "text", "jsonl"),
        (b'{"text": "a"} {"text": "b"}\n', "rows.jsonl", "text", "json"),
        (b'{"text": "a"} is how a row looks.\n', "notes.txt", "text", "document"),
        (b"no object\n", "rows.jsonl", "text", "jsonl"),
        (b"no value", "rows.json", "text", "json"),
        (b"[\n1, 2]", "rows.jsonl", "text", "json"),
        (b'["a"]\n["b"]\n', "rows.jsonl", "text", "jsonl"),
        (b"[Verse 1]\nLa la la\n", "song.txt", "text", "document"),
        (b"[1] A footnote\n", "notes.txt", "text", "document"),
        (b"{name}, welcome to {place}!\n", "template.txt", "text", "document"),
        (b"# How to\n\n```\n{}\n```\n" + b'{"a": 1}\n' + b"prose\n" * 5, "a.md", "text", "document"),
        (TABLE, "rows.csv", "classification", "csv"),
        (TABLE, "rows", "classification", "csv"),
        (TABLE, "rows.txt", "classification", "csv"),
        (b"a\tb c d\ne\tf g h\ni\tj k l\n", "rows.txt", "classification", "csv"),
        (b"Hello, world\nGoodbye, world\nHello, again\n", "rows.txt", "classification", "lines"),
        (b"just text\n", "rows.csv", "classification", "csv"),
        (b"<html><body>a</body></html>", "page", "text", "html"),
    ],
)
def test_the_content_decides_and_the_name_where_it_does_not(data, name, kind, wanted):
    assert layout_of(data, name, kind).format == wanted


def test_a_wanted_format_overrules():
    assert layout_of(TABLE, "rows.csv", wanted="lines").format == "lines"
    assert values(read(b'{"data": [{"text": "a"}]}', "x", wanted="json")) == [{"text": "a"}]
    assert layout_of(b"a;b\n1;2\n", "x", wanted="csv").columns == ("a", "b")
    with pytest.raises(CuratorError, match="no format 'jsnol'") as caught:
        layout_of(TABLE, wanted="jsnol")
    assert "jsonl" in caught.value.remedy


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b" \r\n\t", "\ufeff\n".encode("utf-16-le")])
@pytest.mark.parametrize("name", ["x.jsonl", "x.json", "x.csv", "x.txt"])
def test_an_empty_file_is_named_as_such(data, name):
    with pytest.raises(CuratorError, match="is empty"):
        layout_of(data, name)


def test_a_binary_file_is_refused_unless_the_user_names_its_encoding():
    data = "ab".encode("utf-16-be") + b"\x00\x01\x00\x02" * 9
    with pytest.raises(CuratorError, match="binary"):
        layout_of(data, "x.txt")
    assert layout_of(data, "x.txt", encoding="utf-16-be").encoding == "utf-16-be"


@pytest.mark.parametrize(
    ("data", "line_end"),
    [(b"a\r\nb", "\n"), (b"a\nb\r", "\n"), (b"a\rb\r", "\r"), (b"a", "\n"), (b"a\rb\nc", "\n")],
)
def test_line_ends(data, line_end):
    assert layout_of(data, "x.txt").line_end == line_end


def test_a_line_longer_than_what_is_looked_at():
    long = b'{"text": "' + b"x" * 300_000 + b'"}\n'
    assert layout_of(long * 2, "x").format == "jsonl"
    assert len(values(read(b'{"data": [' + long + b"," + long + b"]}", "x"))) == 2


@pytest.mark.parametrize("name", detect.READERS)
def test_every_reader_has_one_for_single_rows(name):
    assert name in detect.BARE_READERS


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (OBJECTS, "x.jsonl"),
        (b'[["a b c d", "x"], ["e", "x"]]', "x.json"),
        (b'{"columns": ["text"], "data": [["a"], ["b"]]}', "x.json"),
        (b'{"text": ["a", "b"], "label": ["c", "d"]}', "x.json"),
        (b'["a", "b"]', "x.json"),
        (b'text;label\n"a\nb";c\nd;e\n', "x.csv"),
        (b"text\ra\rb\r", "x.csv"),
        (b"__label__a b\n__label__c d\n", "x.txt"),
        (b"a\nb\n", "x.txt"),
        ("текст\nда\nнет\n".encode("utf-16"), "x.csv"),
    ],
)
def test_a_row_can_be_read_again_by_itself(data, name):
    layout = layout_of(data, name)
    for row in read(data, name):
        assert [
            again.values for again in detect.BARE_READERS[layout.format](io.BytesIO(row.raw), layout)
        ] == [row.values]


PIECES = st.sampled_from(
    [b'{"text": "a"}', b"[", b"]", b"{", b"}", b",", b'"', b"\n", b"\r", b"\t", b";", b"'", b"\\", b"text,label", b"1",
     b"\xcf\xf0\xe8", b"\xff\xfe", b"\x00", b"\xef\xbb\xbf", b"<html>", b"__label__a b", b":", b"\x1b$B", b"~{"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    st.lists(PIECES | st.binary(max_size=4), max_size=12).map(b"".join),
    st.sampled_from(["x", "x.csv", "x.tsv", "x.json", "x.jsonl", "x.txt", "x.md", "x.html"]),
    st.sampled_from(["classification", "instruction", "text"]),
    st.sampled_from(["", "", "cp1251", "utf-16", "shift_jis", "utf-7"]),
)
def test_any_bytes_are_read_or_refused_in_words(data, name, kind, encoding):
    try:
        found = read(data, name, kind, encoding=encoding)
    except CuratorError as error:
        assert error.problem
    else:
        assert all(isinstance(row, Row) or row.reason for row in found)
