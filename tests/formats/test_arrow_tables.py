"""Parquet and Arrow: every value becomes the JSON value that says the same."""

from __future__ import annotations

import datetime
import decimal
import io
import json
import uuid
from contextlib import suppress

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.errors import CuratorError
from curator.formats import arrow, arrow_rows, magic, parquet
from curator.formats.base import Layout, Row, Source, Unreadable


def as_parquet(table, **options) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream, **options)
    return stream.getvalue()


def as_stream(table) -> bytes:
    return _ipc(table, pa.ipc.new_stream)


def as_file(table) -> bytes:
    return _ipc(table, pa.ipc.new_file)


def _ipc(table, new) -> bytes:
    stream = io.BytesIO()
    with new(stream, table.schema) as writer:
        writer.write_table(table, max_chunksize=700)
    return stream.getvalue()


READERS = {as_parquet: parquet, as_stream: arrow, as_file: arrow}


def source_of(data: bytes) -> Source:
    return Source("x.table", "/x.table", lambda: io.BytesIO(data))


def rows_of(write, table):
    data = write(table)
    reader = READERS[write]
    layout = reader.layout(source_of(data))
    assert magic.known(data[:100], "x") == layout.format
    return list(reader.read(io.BytesIO(data), layout))


def values_of(write, table):
    return [dict(row.values) for row in rows_of(write, table)]


every_format = pytest.mark.parametrize("write", READERS)


@every_format
def test_rows_have_their_number_their_values_and_their_json(write):
    rows = rows_of(write, pa.table({"text": ["да", "b"], "n": [1, None]}))
    assert rows == [
        Row(1, {"text": "да", "n": 1}, '{"text":"да","n":1}'.encode()),
        Row(2, {"text": "b", "n": None}, b'{"text":"b","n":null}'),
    ]


@every_format
def test_numbers_go_on_across_batches(write):
    rows = rows_of(write, pa.table({"n": range(2500)}))
    assert [(row.line, row.values["n"]) for row in rows] == [(n + 1, n) for n in range(2500)]


@every_format
@pytest.mark.parametrize(
    ("column", "value"),
    [
        (pa.array([float("nan")]), None),
        (pa.array([float("inf")]), "Infinity"),
        (pa.array([float("-inf")]), "-Infinity"),
        (pa.array([0.1]), 0.1),
        (pa.array([2**63], pa.uint64()), 2**63),
        (pa.array([decimal.Decimal("12.50")]), 12.5),
        (pa.array([decimal.Decimal("12345678901234567.89")]), "12345678901234567.89"),
        (pa.array([decimal.Decimal("12")], pa.decimal128(30, 0)), 12),
        (pa.array([datetime.datetime(2026, 1, 2, 3, 4, 5)]), "2026-01-02T03:04:05"),
        (pa.array([1], pa.timestamp("ns", "UTC")), "1970-01-01T00:00:00.000000001+00:00"),
        (pa.array([datetime.date(2026, 1, 2)]), "2026-01-02"),
        (pa.array([datetime.time(3, 4)]), "03:04:00"),
        (pa.array([b"bytes"]), "bytes"),
        (pa.array(["a"]).dictionary_encode(), "a"),
        (pa.array([["a", None]]), ["a", None]),
        (pa.array([[float("nan"), 1.0]]), [None, 1.0]),
        (pa.array([{"a": 1, "b": [{"c": "x"}]}]), {"a": 1, "b": [{"c": "x"}]}),
        (pa.array([{"at": datetime.date(2026, 1, 2), "n": 1}]), {"at": "2026-01-02", "n": 1}),
        (pa.array([[("k", 1.5)]], pa.map_(pa.string(), pa.float64())), {"k": 1.5}),
        (pa.array([[(1, "v")]], pa.map_(pa.int64(), pa.string())), [[1, "v"]]),
        (pa.array(['{"a":[1,null]}'], pa.json_()), {"a": [1, None]}),
        (pa.array([uuid.UUID(int=7).bytes], pa.uuid()), "00000000-0000-0000-0000-000000000007"),
        (pa.array([None], pa.string()), None),
        (pa.nulls(1), None),
    ],
    ids=str,
)
def test_values(write, column, value):
    assert values_of(write, pa.table({"text": ["x"], "v": column})) == [{"text": "x", "v": value}]


@pytest.mark.parametrize("write", [as_stream, as_file])
def test_moments_after_the_year_9999_keep_their_number(write):
    late = 2**62
    assert values_of(write, pa.table({"at": pa.array([late, 0], pa.timestamp("us"))})) == [
        {"at": late},
        {"at": "1970-01-01T00:00:00"},
    ]


@every_format
def test_class_numbers_become_their_names(write):
    names = {"names": ["bad", "good"], "_type": "ClassLabel"}
    features = {
        "label": names,
        "tags": {"feature": names, "_type": "List"},
        "old": [names],
        "inner": {"l": names},
        "turns": {"feature": {"l": names}, "_type": "Sequence"},
        "free": {"_type": "Json"},
    }
    table = pa.table(
        {
            "label": [1, 0, -1, 7, None],
            "tags": [[0, 1], [], None, [1], [1]],
            "old": [[0]] * 5,
            "inner": [{"l": 1}] * 5,
            "turns": [{"l": [1, 0]}] * 5,
            "free": ["[1]"] * 5,
        }
    ).replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    values = values_of(write, table)
    assert [row["label"] for row in values] == ["good", "bad", None, 7, None]
    assert [row["tags"] for row in values] == [["bad", "good"], [], None, ["good"], ["good"]]
    assert {key: values[0][key] for key in ("old", "inner", "turns", "free")} == {
        "old": ["bad"],
        "inner": {"l": "good"},
        "turns": {"l": ["good", "bad"]},
        "free": [1],
    }


@every_format
@pytest.mark.parametrize("metadata", ["no JSON", "[]", '{"info": 3}', '{"info": {"features": [1]}}'])
def test_metadata_that_says_nothing_is_ignored(write, metadata):
    table = pa.table({"text": ["a"]}).replace_schema_metadata({"huggingface": metadata})
    assert values_of(write, table) == [{"text": "a"}]


@every_format
def test_bytes_that_are_no_text_refuse_their_row_alone(write):
    rows = rows_of(write, pa.table({"text": [b"good", b"\xff\x00", b"fine"], "n": [1, 2, 3]}))
    assert [type(row) for row in rows] == [Row, Unreadable, Row]
    assert rows[1].line == 2
    assert rows[1].reason == "column 'text' holds bytes that are no UTF-8 text"
    assert json.loads(rows[1].raw) == {"text": {"bytes_in_base64": "/wA="}, "n": 2}
    again = list(arrow_rows.read_bare(io.BytesIO(rows[1].raw), Layout(format="parquet")))
    assert [(type(row), row.reason, row.raw) for row in again] == [(Unreadable, rows[1].reason, rows[1].raw)]


@every_format
def test_bytes_deep_inside_refuse_their_row_too(write):
    rows = rows_of(write, pa.table({"text": ["a", "b"], "parts": [[{"b": b"\xff"}], [{"b": b"x"}]]}))
    assert [type(row) for row in rows] == [Unreadable, Row]
    assert rows[1].values["parts"] == [{"b": "x"}]


@pytest.mark.parametrize("write", [as_stream, as_file])
def test_strings_that_are_no_utf8_refuse_their_row_alone(write):
    text = pa.array([b"good", b"\xff", b"fine"]).view(pa.string())
    assert [type(row) for row in rows_of(write, pa.table({"text": text}))] == [Row, Unreadable, Row]


def test_a_refused_row_that_is_text_can_be_read_again():
    (row,) = arrow_rows.read_bare(io.BytesIO('{"text":"да","n":1}'.encode()), Layout(format="parquet"))
    assert isinstance(row, Row)
    assert row.values == {"text": "да", "n": 1}


@every_format
def test_images_audio_and_other_bytes_are_left_out_and_named(write):
    image = {"bytes": b"\x89PNG\xff", "path": "a.png"}
    table = pa.table(
        {
            "text": ["a", "b"],
            "image": [image, None],
            "images": [[image], []],
            "audio": [{"array": [1.0], "path": "x"}] * 2,
            "thumbnail": [b"\xff\xd8\xff", b"\xff\xd9"],
        }
    ).replace_schema_metadata(
        {"huggingface": json.dumps({"info": {"features": {"audio": {"_type": "Audio"}}}})}
    )
    assert values_of(write, table) == [{"text": "a"}, {"text": "b"}]
    columns = READERS[write].columns(source_of(write(table)))
    assert columns.unusable == ("image", "images", "audio", "thumbnail")


@every_format
def test_a_table_of_nothing_but_images_is_refused(write):
    data = write(pa.table({"image": [{"bytes": b"\xff", "path": "a"}]}))
    with pytest.raises(CuratorError, match=r"x\.table is a table without a column of text"):
        READERS[write].layout(source_of(data))


@every_format
def test_names_that_are_missing_or_come_twice_are_told_apart(write):
    table = pa.Table.from_arrays([pa.array([n]) for n in range(4)], names=["text", "", "text", "a.b"])
    assert values_of(write, table) == [{"text": 0, "column_2": 1, "text_3": 2, "a.b": 3}]


@every_format
def test_a_table_without_rows_has_its_columns_all_the_same(write):
    data = write(pa.table({"text": pa.array([], pa.string())}))
    assert READERS[write].layout(source_of(data)).columns == ("text",)
    assert rows_of(write, pa.table({"text": pa.array([], pa.string())})) == []


@every_format
def test_only_the_columns_of_the_layout_are_read(write):
    data = write(pa.table({"text": ["a"], "more": ["b"]}))
    layout = Layout(format="parquet", columns=("text",))
    assert [row.values for row in READERS[write].read(io.BytesIO(data), layout)] == [{"text": "a"}]


@every_format
@pytest.mark.parametrize("keep", [0.3, 0.9, 0.99])
def test_damaged_tables_end_in_an_error_with_the_name(write, keep):
    data = write(pa.table({"text": [f"row {n}" for n in range(5000)]}))
    cut = data[: int(len(data) * keep)]
    with pytest.raises(CuratorError, match="is damaged or cut off"):
        list(READERS[write].read(io.BytesIO(cut), Layout(format="x", columns=("text",))))
    with pytest.raises(
        CuratorError, match=r"x\.table is damaged or cut off, and cannot be read as (Arrow|Parquet)"
    ):
        READERS[write].layout(source_of(data[:40]))


@every_format
@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 2**32), value=st.integers(0, 255))
def test_a_changed_byte_never_brings_down_the_reader(write, place, value):
    table = pa.table(
        {"text": ["a", "bcd", None] * 20, "inner": [{"a": [1], "b": "x"}, None, {"a": [], "b": None}] * 20}
    )
    data = bytearray(write(table))
    data[place % len(data)] = value
    with suppress(CuratorError):
        list(READERS[write].read(io.BytesIO(bytes(data)), READERS[write].layout(source_of(bytes(data)))))


@every_format
@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {"text": st.text() | st.none(), "n": st.integers(-(2**63), 2**63 - 1) | st.none(),
             "f": st.floats(allow_nan=False, allow_infinity=False) | st.none(), "tags": st.lists(st.text(), max_size=3)}
        ), min_size=1, max_size=20,
    )
)  # fmt: skip
def test_json_values_come_back_as_they_were(write, rows):
    schema = pa.schema(
        [("text", pa.string()), ("n", pa.int64()), ("f", pa.float64()), ("tags", pa.list_(pa.string()))]
    )
    read = rows_of(write, pa.Table.from_pylist(rows, schema))
    assert [dict(row.values) for row in read] == rows
    assert [json.loads(row.raw) for row in read] == rows
