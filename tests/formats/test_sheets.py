"""Workbooks: sheets are chosen and named, cells become the values that a reader of the sheet sees."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from curator.errors import CuratorError
from curator.formats import packed, sheet_worker, sheets
from curator.formats.base import Layout, Source
from tests.formats.office import DATE, DATETIME, TIME, Raw, ods, raw_cell, xlsx
from tests.shared_data import SHARED, needs_shared_data

HEADER = ["text", "label"]


def source_of(data: bytes, **constants) -> Source:
    return Source("book.xlsx", "/book.xlsx", lambda: io.BytesIO(data), constants)


def rows_of(data: bytes, **changes):
    layout = sheets.layout(source_of(data)).model_copy(update=changes)
    return list(sheets.read(io.BytesIO(data), layout))


def cell_values(*cells) -> list:
    """The values of some cells below a header."""
    (row,) = rows_of(xlsx({"S": [[f"name {i}" for i, _ in enumerate(cells)], list(cells)]}))
    return list(row.values.values())


@pytest.mark.parametrize("write", [xlsx, ods])
def test_rows_have_their_number_their_values_and_their_json(write):
    rows = rows_of(
        write({"Лист": [HEADER, ["да", "a"], ["line\nbreak" if write is xlsx else "x", True], ["b", 3.5]]})
    )
    assert [row.line for row in rows] == [2, 3, 4]
    assert rows[0].values == {"text": "да", "label": "a"}
    assert rows[0].raw == '{"text":"да","label":"a"}'.encode()
    assert [row.values["label"] for row in rows] == ["a", True, 3.5]
    assert rows[1].values["text"] == ("line\nbreak" if write is xlsx else "x")


def test_numbers_dates_and_formulas_are_what_the_sheet_shows():
    assert cell_values(3.0, 3.25, 0.1, raw_cell("12345678901234567890"), raw_cell("1E400")) == [
        3, 3.25, 0.1, 1.2345678901234567e19, "Infinity",
    ]  # fmt: skip
    assert cell_values(
        raw_cell("45000", style=DATE), raw_cell("45000.5", style=DATETIME), raw_cell("0.75", style=TIME)
    ) == ["2023-03-15", "2023-03-15T12:00:00", "18:00:00"]
    assert cell_values("x", raw_cell("7", formula="3+4"), raw_cell("joined", "str", formula="A1&B1")) == [
        "x",
        7,
        "joined",
    ]
    assert cell_values("x", raw_cell("#N/A", "e"), False) == ["x", "", False]


def test_whole_numbers_have_no_fraction():
    (row,) = rows_of(xlsx({"S": [HEADER, ["a", 3.0]]}))
    assert row.raw == b'{"text":"a","label":3}'


def test_dates_of_ods():
    date = Raw('<table:table-cell office:value-type="date" office:date-value="2024-01-02"/>')
    moment = Raw('<table:table-cell office:value-type="date" office:date-value="2024-01-02T03:04:05"/>')
    (row,) = rows_of(ods({"S": [["text", "day", "at"], ["x", date, moment]]}))
    assert row.values == {"text": "x", "day": "2024-01-02", "at": "2024-01-02T03:04:05"}


def test_empty_rows_and_cells_make_no_difference():
    rows = rows_of(
        xlsx({"S": [[], [], [None, *HEADER], [], [None, "a", "x"], [None, "b"], [], [None, None, "y"]]})
    )
    assert [(row.line, dict(row.values)) for row in rows] == [
        (5, {"text": "a", "label": "x"}),
        (6, {"text": "b", "label": ""}),
        (8, {"text": "", "label": "y"}),
    ]


def test_columns_without_a_name_are_there_when_they_hold_something():
    rows = rows_of(xlsx({"S": [["text", None, "text", None], ["a", "note", "b", None]]}))
    assert rows[0].values == {"text": "a", "column_2": "note", "text_3": "b"}


def test_a_sheet_without_a_header_has_numbered_columns():
    data = xlsx({"S": [["Where is my parcel, it has not come?", 1], ["I want my money back at once", 2]]})
    assert sheets.layout(source_of(data)).header is False
    assert [row.values for row in rows_of(data)] == [
        {"column_1": "Where is my parcel, it has not come?", "column_2": 1},
        {"column_1": "I want my money back at once", "column_2": 2},
    ]


def test_merged_cells_all_have_the_value_of_their_area():
    data = xlsx(
        {"S": [HEADER, ["a", "x"], ["b", None], ["c", None], ["d", "y"], ["wide", None]]},
        merged={"S": ["B2:B4", "A6:B6"]},
    )
    assert [tuple(row.values.values()) for row in rows_of(data)] == [
        ("a", "x"), ("b", "x"), ("c", "x"), ("d", "y"), ("wide", "wide"),
    ]  # fmt: skip


def test_merged_cells_of_the_header_stay_there():
    data = xlsx(
        {"S": [["text", "label", None], ["a", "x", None], ["b", None, "z"]]}, merged={"S": ["B1:C1", "B1:B9"]}
    )
    assert [dict(row.values) for row in rows_of(data)] == [
        {"text": "a", "label": "x", "column_3": ""},
        {"text": "b", "label": "", "column_3": "z"},
    ]


def test_sheets_with_the_same_columns_are_taken_and_the_others_named():
    book = {
        "Empty": [],
        "Jan": [HEADER, ["a", "x"]],
        "Secret": [HEADER, ["s", "x"]],
        "Feb": [HEADER, ["b", "y"]],
    }
    data = xlsx(book | {"Notes": [["remark"], ["hello"]]}, hidden=["Secret"])
    choice = sheets.choose(source_of(data))
    assert choice.taken == ("Jan", "Feb")
    assert choice.left_out == (("Secret", "a hidden sheet"), ("Notes", "a sheet with other columns"))
    for name, text in (("Jan", "a"), ("Feb", "b"), ("Secret", "s")):
        layout = sheets.layout(source_of(data, **{"@sheet": name}))
        assert [row.values["text"] for row in sheets.read(io.BytesIO(data), layout)] == [text]
    assert sheets.layout(source_of(data), "Notes").columns == ("remark",)


def test_a_sheet_that_is_not_there_is_told():
    with pytest.raises(CuratorError, match=r"book\.xlsx has no sheet 'Jun'") as caught:
        sheets.layout(source_of(xlsx({"Jan": [HEADER, ["a", "x"]]})), "Jun")
    assert "Jan" in caught.value.remedy


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (xlsx({"S": []}), "book.xlsx is a workbook with nothing but empty sheets."),
        (xlsx({"S": [HEADER]}, hidden=["S"]), "book.xlsx is a workbook that hides all its sheets."),
        (xlsx({"S": [HEADER]})[:-40], "book.xlsx is a damaged ZIP archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "book.xlsx cannot be read as a spreadsheet"),
        (b"no workbook at all", "book.xlsx cannot be read as a spreadsheet"),
    ],
)
def test_workbooks_that_cannot_be_imported_are_told(data, problem):
    with pytest.raises(CuratorError) as caught:
        sheets.choose(source_of(data))
    assert caught.value.problem.startswith(problem)


def test_a_cell_far_from_all_others_is_told_instead_of_filling_the_memory():
    far = Raw('<c r="XFD1048576" t="inlineStr"><is><t>far</t></is></c>')
    with pytest.raises(CuratorError, match="lie too far apart"):
        sheets.choose(source_of(xlsx({"S": [HEADER, ["a", far]]})))


class VastSheet:
    """A sheet of which the cells would fit into memory, though nobody would wait for them."""

    height, width, start = 1_000_000, 1_000, (0, 0)


def test_cells_that_are_too_many_are_told_at_once():
    with pytest.raises(MemoryError):
        sheet_worker.write_rows(VastSheet(), sheet_worker.Output())


def test_a_workbook_that_is_a_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(packed, "FREE_BYTES", 1 << 20)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(4 << 20))
    with pytest.raises(CuratorError, match="decompression bomb"):
        sheets.choose(source_of(stream.getvalue()))


def test_a_module_in_the_current_folder_is_not_run(tmp_path, monkeypatch):
    (tmp_path / "python_calamine.py").write_text("raise SystemExit('taken over')")
    (tmp_path / "json.py").write_text("raise SystemExit('taken over')")
    monkeypatch.chdir(tmp_path)
    assert rows_of(xlsx({"S": [HEADER, ["here", "x"]]}))[0].values["text"] == "here"


def test_a_workbook_is_converted_once(tmp_path, monkeypatch):
    path = tmp_path / "book.xlsx"
    path.write_bytes(xlsx({"S": [HEADER, ["a", "x"]]}))
    source = Source("book.xlsx", str(path), lambda: path.open("rb"))
    layout = sheets.layout(source)
    monkeypatch.setattr(sheets, "_converted", None)
    with source.open() as stream:
        assert len(list(sheets.read(stream, layout))) == 1


def test_a_workbook_that_was_changed_is_read_anew(tmp_path):
    path = tmp_path / "book.xlsx"
    source = Source("book.xlsx", str(path), lambda: path.open("rb"))
    for text in ("first", "and the second"):
        path.write_bytes(xlsx({"S": [HEADER, [text, "x"]]}))
        with source.open() as stream:
            rows = list(sheets.read(stream, Layout(format="sheet", table="S", columns=("text",))))
        assert [row.values["text"] for row in rows] == [text]


@needs_shared_data
@pytest.mark.parametrize("name", ["table.xls", "table.xlsx", "table.ods", "sheet2.xls", "sheet2.xlsx"])
def test_workbooks_of_real_programs(name):
    path = SHARED / "frictionless_tables" / name
    if not path.exists():
        pytest.skip("not among the public files here")
    source = Source(name, str(path), lambda: path.open("rb"))
    with source.open() as stream:
        rows = list(sheets.read(stream, sheets.layout(source)))
    assert [json.loads(row.raw) for row in rows] == [
        {"id": 1, "name": "english"},
        {"id": 2, "name": "中国人"},
    ]
