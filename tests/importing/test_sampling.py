"""The beginning of an import, as the preview shows it."""

from __future__ import annotations

import json

import pytest

from curator.errors import CuratorError
from curator.importing import Options
from curator.importing.sampling import ROWS, SOURCES, sample


def test_a_small_file_is_read_to_its_end(tmp_path):
    path = tmp_path / "tickets.csv"
    path.write_text("message,category,id\nWhere is it?,delivery,1\nMoney back!,refund,2\n", encoding="utf-8")
    (source,) = sample("classification", [str(path)], Options()).sources
    assert (source.layout.format, source.layout.encoding) == ("csv", "utf-8")
    assert source.mapping == {"text": "message", "label": "category"}
    assert source.preview == (
        {"text": "Where is it?", "label": "delivery"},
        {"text": "Money back!", "label": "refund"},
    )
    assert (source.read, source.rejected, source.complete) == (2, 0, True)
    assert {"message", "category", "id", "@file"} <= set(source.choices)


def test_of_a_large_file_only_the_beginning_is_read(tmp_path):
    path = tmp_path / "many.jsonl"
    path.write_text(
        "".join(json.dumps({"text": f"row {n}"}) + "\n" for n in range(3 * ROWS)), encoding="utf-8"
    )
    (source,) = sample("text", [str(path)], Options()).sources
    assert (source.read, source.complete) == (ROWS, False)


def test_rejects_have_their_place_and_reason(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "fine"}\n{"text": \n{"text": "fine too"}\n', encoding="utf-8")
    (source,) = sample("text", [str(path)], Options(format="jsonl")).sources
    assert (source.read, source.rejected) == (3, 1)
    assert [(reject.line, reject.raw) for reject in source.rejects] == [(2, b'{"text": ')]
    assert source.rejects[0].reason


def test_columns_that_fit_no_field_are_offered_for_a_choice(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("x1,x2\n1,2\n3,4\n", encoding="utf-8")
    (source,) = sample("instruction", [str(path)], Options()).sources
    assert "no column for the field instruction" in source.problem
    assert set(source.choices) >= {"x1", "x2"}
    chosen = Options(mapping={"instruction": "x1", "answer": "x2"})
    (source,) = sample("instruction", [str(path)], chosen).sources
    assert source.preview[0] == {"instruction": "1", "answer": "2"}


def test_a_folder_is_looked_into_as_far_as_is_needed(tmp_path):
    for n in range(SOURCES + 3):
        (tmp_path / f"letter-{n}.txt").write_text(f"Dear {n}", encoding="utf-8")
    found = sample("text", [str(tmp_path)], Options())
    assert (len(found.sources), found.more) == (SOURCES, 3)


def test_what_cannot_be_read_is_told(tmp_path):
    with pytest.raises(CuratorError, match="There is no file"):
        sample("text", [str(tmp_path / "nothing.csv")], Options())
