from __future__ import annotations

import io
import json
import tracemalloc
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.errors import CuratorError
from curator.formats import json_document, json_scan
from curator.formats.base import Layout, Row
from tests.formats.reading import layout_of, read, rejects, values, without
from tests.shared_data import SHARED, needs_shared_data

SUITE = SHARED / "json_test_suite" / "test_parsing"


def places(found):
    return [row.line for row in found]


def test_an_array_of_objects_gives_rows_with_their_lines_and_bytes():
    data = b'[\n  {"text": "a"},\n  {\n    "text": "b"\n  }\n]\n'
    found = read(data, "x.json")
    assert values(found) == [{"text": "a"}, {"text": "b"}]
    assert [(row.line, row.raw) for row in found] == [(2, b'{"text": "a"}'), (3, b'{\n    "text": "b"\n  }')]


@pytest.mark.parametrize("name", ["x.json", "x.txt", "x", "x.jsonl"])
def test_an_array_is_known_by_its_content(name):
    assert values(read(b'[{"text": "a"},\n {"text": "b"}]', name)) == [{"text": "a"}, {"text": "b"}]


def test_an_array_of_arrays_has_numbered_columns_or_those_of_its_first_row():
    assert values(read(b'[["a b c d", "x"], ["e f g h", "x"]]', "x.json")) == [
        {"column_1": "a b c d", "column_2": "x"},
        {"column_1": "e f g h", "column_2": "x"},
    ]
    assert values(read(b'[["id", "name"], [1, "english"], [2, null]]', "x.json")) == [
        {"id": 1, "name": "english"},
        {"id": 2, "name": None},
    ]


@pytest.mark.parametrize(
    "pattern", ["[{}]", '{{"data": [{}]}}', '{{"a": [{{"body": "t0"}}, {}], "b": [{{"body": "t0"}}]}}']
)
@pytest.mark.parametrize("rows", ['{"body": "t1"}, {"foo": 1}, 5', '"stray", {"body": "t1"}, {"foo": 1}'])
def test_a_bare_value_among_objects_is_rejected_and_adds_no_column(pattern, rows):
    found = read(pattern.format(rows).encode(), "x.json", "text")
    assert [row.reason for row in rejects(found)] == ["is no object with named fields"]
    named = [{name: value for name, value in row.items() if name != "@split"} for row in values(found)]
    assert [row for row in named if row != {"body": "t0"}] == [{"body": "t1"}, {"foo": 1}]


def test_a_rejected_bare_value_is_rejected_again_when_it_is_retried():
    layout = layout_of(b'[{"body": "t1"}, 5]', "x.json", "text")
    (again,) = json_document.read_bare(io.BytesIO(b"5"), layout)
    assert again == (1, "is no object with named fields", b"5")


@pytest.mark.parametrize("rows", [["a", "b", {"meta": 1}], ["a", {"text": "b", "id": 1}]])
def test_bare_values_are_texts_where_most_are_bare_or_objects_have_texts_too(rows):
    found = read(json.dumps(rows).encode(), "x.json", "text")
    assert not rejects(found)
    assert values(found)[0] == {"text": "a"}


def test_bare_values_are_texts():
    assert values(read(b'["a", "b"]', "x.json")) == [{"text": "a"}, {"text": "b"}]


@pytest.mark.parametrize(
    "document",
    [
        {"data": [{"text": "a"}, {"text": "b"}]},
        {"version": "1.1", "examples": [{"text": "a"}, {"text": "b"}], "info": {"by": "me"}},
        {"title": "two letters", "letters": [{"text": "a"}, {"text": "b"}]},
        {"data": ["a", "b"], "license": "CC0"},
        {"text": ["a", "b"]},
        {"text": {"0": "a", "1": "b"}, "n": {}},
        {"columns": ["text"], "index": [0, 1], "data": [["a"], ["b"]]},
        {"schema": {"fields": [{"name": "text"}]}, "data": [{"text": "a"}, {"text": "b"}]},
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_an_object_around_the_rows(document, indent):
    if "n" in document:
        del document["n"]
        document["m"] = {"0": 1, "1": 2}
    found = read(json.dumps(document, indent=indent).encode(), "x.json")
    assert [row["text"] for row in values(found)] == ["a", "b"]
    assert not rejects(found)


def test_arrays_under_several_keys_are_splits():
    document = {"val": [["a", "x"]], "train": [["b", "y"], ["c", "y"]], "empty": []}
    assert values(read(json.dumps(document).encode(), "x.json")) == [
        {"column_1": "a", "column_2": "x", "@split": "val"},
        {"column_1": "b", "column_2": "y", "@split": "train"},
        {"column_1": "c", "column_2": "y", "@split": "train"},
    ]


def test_texts_under_their_labels():
    found = read(b'{"greet": ["hi", "hello", "hey"], "bye": ["see you"]}', "x.json")
    assert values(found)[-1] == {"text": "see you", "@split": "bye"}


def test_columns_become_rows():
    found = read(b'{"text": ["a", "b"], "label": [1, 0]}', "x.json")
    assert values(found) == [{"text": "a", "label": 1}, {"text": "b", "label": 0}]
    assert json.loads(found[1].raw) == {"text": "b", "label": 0}


def test_objects_under_keys_are_rows():
    found = read(b'{"id7": {"text": "a"}, "id8": {"text": "b"}}', "x.json")
    assert values(found) == [{"text": "a", "@key": "id7"}, {"text": "b", "@key": "id8"}]


@pytest.mark.parametrize(
    "record",
    [
        {"messages": [{"role": "user", "content": "a"}]},
        {"conversations": [{"from": "human", "value": "a"}], "tools": [{"name": "f"}]},
        {"instruction": "a", "instances": [{"input": "", "output": "b"}]},
        {"text": "a", "entities": [{"start": 0}], "relations": [{"head": 1}]},
        {"text": "a", "label": "b"},
        {"name": "x", "options": {"a": 1}, "paths": {"b": 2}},
    ],
)
def test_an_object_that_is_a_record_is_one_row(record):
    assert values(read(json.dumps(record, indent=1).encode(), "x.json", "instruction")) == [record]


@pytest.mark.parametrize("document", [b"[]", b" [ ]\n", b"{}", b'{"data": []}', b'{"data": [], "n": 1}'])
def test_a_document_without_rows_is_no_error(document):
    found = read(document, "x.json")
    assert not rejects(found)
    assert values(found) == [] or b'"n"' in document or values(found) == [{"data": []}]


def test_objects_over_several_lines_one_after_another():
    data = b'{\n "text": "a"\n}\n{\n "text": "b"\n}\n\n{"text": "c"}'
    assert values(read(data, "x.jsonl")) == [{"text": "a"}, {"text": "b"}, {"text": "c"}]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b'{"text": "b",}', "not JSON"),
        (b"{'text': 'b'}", "not JSON"),
        (b'{"text": NaN}', "NaN is no JSON value"),
        (b'{"text": "b"', "not JSON"),
        (b'{"text": "b}', "not JSON"),
        (b'{"text": ["b"}', "not JSON"),
        (b'"b', "not JSON"),
        (b'{"text": 1e999}', "too large"),
        (b'{"text": "\xff"}', "not utf-8"),
    ],
)
def test_something_broken_costs_one_reject(broken, reason):
    data = b'[{"text": "a"},\n' + broken + b',\n{"text": "c"},\n{"text": "d"}]'
    found = read(data, "x.json")
    assert [row.get("text") for row in values(found)] == ["a", "c", "d"]
    assert [(row.line, row.raw) for row in rejects(found)] == [(2, broken)]
    assert reason in rejects(found)[0].reason


def test_a_quotation_mark_that_never_closes_on_a_single_line_loses_no_later_row():
    data = b'[{"text": "a"}, {"text": "b}, {"text": "c"}, {"text": "d"}]'
    found = read(data, "x.json")
    assert values(found) == [{"text": "a"}, {"text": "c"}, {"text": "d"}]
    assert [row.raw for row in rejects(found)] == [b'{"text": "b}']


@pytest.mark.parametrize(
    ("data", "raw"),
    [
        (b'[{"text": "a"} {"text": "b"}]', b'{"text": "b"}'),
        (b'[{"text": "a"},, {"text": "b"}]', b","),
        (b'[{"text": "a"}, {"text": "b"},]', b","),
        (b'[{"text": "a"}, {"text": "b"}', b"["),
        (b'[{"text": "a"}, {"text": "b"}}]', b"}"),
        (b'[{"text": "a"}, {"text": "b"}] more', b"more"),
        (b'{"data": [{"text": "a"}, {"text": "b"}]', b"{"),
        (b'{"data": [{"text": "a"}, {"text": "b"}], "x": tru}', b"tru"),
    ],
)
def test_what_stands_between_rows_is_rejected_too(data, raw):
    found = read(data, "x.json")
    assert [row.raw for row in rejects(found)] == [raw]
    assert len(values(found)) == 2 or raw == b'{"text": "b"}'


def test_a_key_that_comes_twice_keeps_both_values():
    data = b'[{"text": "a", "text": "b"}, {"text" : "a", "text":"b", "n": {"x": 1, "x": 1}}]'
    assert values(read(data, "x.json")) == [
        {"text": "b", "text_1": "a"},
        {"text": "b", "text_1": "a", "n": {"x": 1}},
    ]


def test_deep_nesting_has_a_reason():
    for data in (b"[" * 100_000, b'[{"":' * 50_000, b"[[" + b"[" * 400 + b"]" * 400 + b"]]"):
        assert "nested" in rejects(read(data, "x.json"))[0].reason


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-8-sig", "cp1251", "shift_jis"])
def test_other_encodings_keep_the_bytes_of_what_is_broken(encoding):
    text = '[{"text": "Привет, мир"},\r\n{"text": "Как дела,\r\n{"text": "Всё хорошо"}]'.replace("ё", "е")
    data = text.encode(encoding)
    found = read(data, "x.json", encoding=encoding)
    assert values(found) == [{"text": "Привет, мир"}, {"text": "Все хорошо"}]
    assert (
        rejects(found)[0].raw.decode(layout_of(data, "x.json", encoding=encoding).encoding)
        == '{"text": "Как дела'
    )


def test_carriage_returns_alone_end_lines():
    found = read(b'[\r{"text": "a"},\r{"text": "b"}\r]\r', "x.json")
    assert [row.line for row in found] == [2, 3]


def test_a_long_document_is_not_kept_in_memory():
    row = json.dumps({"text": "x" * 1000}).encode()

    parts = iter([b"[", *[(row + b",\n") * 250] * 80])

    class Stream:
        def read(self, size=-1):
            return next(parts, b"")

    tracemalloc.start()
    count = sum(isinstance(row, Row) for row in json_document.read(Stream(), Layout(format="json")))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 8_000_000


@pytest.mark.parametrize("size", [1, 2, 7, 30])
def test_a_value_may_go_on_in_the_next_block_of_a_file(size, monkeypatch):
    rows = [{"text": f'"{n}" is [in] {{brackets}}, \\ and', "more": [["]", {"a": "}"}], n]} for n in range(9)]
    monkeypatch.setattr(json_scan, "_CHUNK", size)
    assert values(read(json.dumps(rows).encode(), "x.json")) == rows
    assert values(read(json.dumps({"data": rows}).encode(), "x.json")) == rows


@needs_shared_data
def test_every_file_that_must_parse_does():
    for path in sorted(SUITE.glob("y_*.json")):
        assert not rejects(read(path.read_bytes(), path.name)), path.name


@needs_shared_data
def test_every_file_that_must_not_parse_says_why():
    for path in sorted(SUITE.glob("n_*.json")):
        try:
            found = read(path.read_bytes(), path.name)
        except CuratorError as error:
            assert error.problem, path.name
        else:
            assert rejects(found), path.name
            assert all(row.reason for row in rejects(found)), path.name


@needs_shared_data
def test_doubtful_files_are_read_or_rejected():
    for path in sorted(SUITE.glob("i_*.json")):
        try:
            assert read(path.read_bytes(), path.name), path.name
        except CuratorError as error:
            assert error.problem, path.name


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
ROWS = st.lists(st.dictionaries(st.text(min_size=1), VALUES, min_size=1, max_size=4), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from([None, 0, 2]))
def test_any_array_is_read_as_it_is(rows, indent):
    assert values(read(json.dumps(rows, indent=indent).encode(), "x.json")) == rows


@settings(max_examples=120, deadline=None)
@given(ROWS, st.data())
def test_no_damage_loses_anything(rows, data):
    damaged = bytearray(
        json.dumps(rows, indent=data.draw(st.sampled_from([None, 1])), ensure_ascii=False).encode(
            "utf-8", "replace"
        )
    )
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        if data.draw(st.booleans()):
            damaged[place] = data.draw(st.integers(0, 255))
        else:
            del damaged[place]
            damaged = damaged or bytearray(b"[")
    found = list(json_document.read(io.BytesIO(bytes(damaged)), Layout(format="json")))
    kept = Counter(without(b"".join(row.raw for row in found)))
    left = Counter(without(bytes(damaged).removeprefix(b"\xef\xbb\xbf")))
    # Only the brackets and commas of the array itself belong to no row.
    assert kept <= left
    assert set(left - kept) <= set(b"[],")
