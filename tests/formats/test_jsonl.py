from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.formats.base import Layout
from tests.formats.reading import read, read_as, rejects, values

JSONL = Layout(format="jsonl")


def lines(data: bytes, encoding: str = "utf-8"):
    return read_as(data, Layout(format="jsonl", encoding=encoding))


def test_every_line_is_a_row_with_its_number_and_bytes():
    found = lines(b'\xef\xbb\xbf{"text": "a"}\r\n\n  \n{"text": "b"}')
    assert [tuple(row) for row in found] == [
        (1, {"text": "a"}, b'{"text": "a"}'),
        (4, {"text": "b"}, b'{"text": "b"}'),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{'text': 'x'}", "not JSON: Expecting property name enclosed in double quotes (column 2)"),
        (b'{"text": "x",', "not JSON: "),
        (b'{"text": "x"},', "not JSON: Extra data (column 14)"),
        (b'{"text": NaN}', "not JSON: NaN is no JSON value"),
        (b'{"text": -Infinity}', "not JSON: -Infinity is no JSON value"),
        (b'{"text": 1e999}', "not JSON: the number 1e999 is too large"),
        (b'{"text": ' + b"1" * 5000 + b"}", "not JSON: a number of 5,000 digits is too large"),
        (b'{"text": "\xff"}', "byte 0xff at character 11 is not utf-8; name the encoding with --encoding"),
        (b'["x"]', "is a list, not an object with named fields"),
        (b'"x"', "is a string, not an object with named fields"),
        (b"7", "is a bare value, not an object with named fields"),
        (b'{"a": ' * 100_000, "not JSON: nested too deeply"),
        (b'{"a": ' * 300 + b"1" + b"}" * 300, "is nested more than 256 levels deep"),
        (b'{"a": ' + b"[" * 300 + b"]" * 300 + b"}", "is nested more than 256 levels deep"),
    ],
    ids=range(14),
)
@pytest.mark.parametrize("around", [1, 100])
def test_what_is_no_object_is_rejected_with_the_reason(line, reason, around):
    good = b'{"text": "a"}\n' * around
    found = lines(good + line + b"\n" + good)
    assert len(values(found)) == 2 * around
    assert [(row.line, row.raw) for row in rejects(found)] == [(around + 1, line)]
    assert rejects(found)[0].reason.startswith(reason)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (b'{"text": "\\ud83d"}', {"text": "\ud83d"}),
        (b'{"n": 123456789012345678901234567890}', {"n": 123456789012345678901234567890}),
        (b'{"n": 1E5, "m": -0}', {"n": 100000.0, "m": 0}),
        ('{"text": "a\u2028b\x85"}'.encode(), {"text": "a\u2028b\x85"}),
        (b'{"text": "a\\u0000"}', {"text": "a\x00"}),
        (b"{}", {}),
    ],
)
def test_what_is_unusual_but_valid_is_a_row(line, value):
    assert values(lines(line)) == [value]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (b'{"text": "a", "text": "b"}', {"text": "b", "text_1": "a"}),
        (b'{"text": "a", "text": "a"}', {"text": "a"}),
        (b'{"text":"a","text" :"b"}', {"text": "b", "text_1": "a"}),
        (
            b'{"text": "a", "text_1": 0, "text": "b", "text": "c"}',
            {"text": "c", "text_1": 0, "text_2": "a", "text_3": "b"},
        ),
        (b'{"m": [{"role": "a", "role": "b"}]}', {"m": [{"role": "b", "role_1": "a"}]}),
        (b'{"n": 1, "n": true}', {"n": True, "n_1": 1}),
        (b'{"a": "say \\"x\\": y", "b": "\\":\\":", "b": ""}', {"a": 'say "x": y', "b": "", "b_1": '":":'}),
    ],
)
@pytest.mark.parametrize("around", [0, 100])
def test_a_key_that_comes_twice_keeps_both_values(line, value, around):
    good = b'{"text": "a: b"}\n' * around
    assert values(lines(good + line + b"\n" + good))[around] == value


@pytest.mark.parametrize(
    "encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "cp1251", "gb18030", "cp037", "utf-7"]
)
def test_lines_in_other_encodings(encoding):
    text = '{"text": "Это"}\r\n\r\n{"text": }\r\n{"text": "да"}'
    if encoding == "cp037":
        text = text.replace("Это", "this").replace("да", "that")
    found = lines(text.encode(encoding), encoding)
    assert [row.line for row in found] == [1, 3, 4]
    assert [row.raw.decode(encoding) for row in found] == [line for line in text.split("\r\n") if line]
    assert len(values(found)) == 2


def test_an_odd_byte_at_the_end_of_utf_16_is_rejected():
    found = lines('{"text": "a"}\n{"text": "b"}'.encode("utf-16-le") + b"\x00", "utf-16-le")
    assert len(values(found)) == 1
    assert "not utf-16-le" in rejects(found)[0].reason


OBJECTS = st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text(), max_size=2), max_size=3)


@settings(max_examples=100, deadline=None)
@given(st.lists(OBJECTS, min_size=1, max_size=40))
def test_any_objects_are_read_as_they_are(rows):
    data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode(
        "utf-8", "surrogatepass"
    )
    if b"\xed" not in data:
        assert values(lines(data)) == rows
    assert values(lines("".join(json.dumps(row) + "\n" for row in rows).encode())) == rows


@settings(max_examples=200, deadline=None)
@given(st.lists(OBJECTS, min_size=1, max_size=8), st.data())
def test_no_damage_loses_anything(rows, data):
    damaged = bytearray("".join(json.dumps(row) + "\n" for row in rows).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    found = lines(bytes(damaged))
    expected = [line for line in bytes(damaged).split(b"\n") if line.decode("utf-8", "replace").strip()]
    assert b"".join(row.raw for row in found).translate(None, b"\r") == b"".join(expected).translate(
        None, b"\r"
    )


def test_broken_first_lines_do_not_hide_what_the_file_is():
    assert len(values(read(b"broken\n" * 3 + b'{"text": "a"}\n' * 9, "rows"))) == 9


def test_lines_that_are_all_lists_are_told_one_by_one():
    found = rejects(read_as(b'["a", "b"]\n' * 40, Layout(format="jsonl")))
    assert [reject.line for reject in found] == list(range(1, 41))
    assert {reject.reason for reject in found} == {"is a list, not an object with named fields"}
