"""Records come in quickly, and nothing about them gets lost on the way."""

from __future__ import annotations

import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.importing import Options
from curator.query import parse
from curator.store import connection, intake, records
from curator.store.original import Told, is_told, rebuilt

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def import_rows(project, path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return project.import_files([str(path)], Options(), lambda *_: None)


def stored(project, column):
    return [value for (value,) in project.connection.execute(f"SELECT {column} FROM records ORDER BY id")]


def test_a_row_that_its_fields_tell_is_not_kept_twice(make_project, tmp_path):
    project = make_project(kind="instruction")
    rows = [
        {"instruction": "a", "input": "", "output": "b", "n": 1},
        {"instruction": "a", "output": "b"},
        {"instruction": "a", "input": None, "output": "b"},
    ]
    import_rows(project, tmp_path / "rows.jsonl", rows)
    assert [original == "" for original in stored(project, "original")] == [True, False, False]
    assert [record.original for record in project.records()] == rows


def test_the_original_survives_edits_and_undo(make_project, tmp_path):
    project = make_project(kind="text")
    import_rows(project, tmp_path / "rows.jsonl", [{"text": "as it came", "n": 1}])
    project.editor.set_fields([1], {"text": "edited"})
    assert project.record(1).original == {"text": "as it came", "n": 1}
    project.editor.undo()
    assert project.record(1).original == {"text": "as it came", "n": 1}


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), JSON, max_size=3), st.sampled_from(["a", "b"]))
def test_what_counts_as_told_can_be_rebuilt(values, column):
    told = Told(("a", "b", "c"), {"text": column})
    fields = {"text": values[column]} if values.get(column) not in (None, "") else {}
    meta = {name: value for name, value in values.items() if name != column}
    if is_told(told, values, fields, meta):
        assert rebuilt(told, fields, meta) == values


def test_plain_ascii_needs_no_text_of_its_own_to_be_searched(make_project, tmp_path):
    project = make_project(kind="text")
    rows = [{"text": 'Say "Hello"\nworld'}, {"text": "ПРИВЕТ world"}, {"text": "tab\there \x1f \\ end"}]
    import_rows(project, tmp_path / "rows.jsonl", rows)
    assert [search == "" for search in stored(project, "search")] == [True, False, True]
    for query, ids in [
        ("WORLD", [1, 2]),
        ("привет", [2]),
        (r'"say \"hello\""', [1]),
        ("text", []),
        ('"\\\\ end"', [3]),
        ("-world", [3]),
    ]:
        assert project.ids(query) == ids, query


@pytest.mark.parametrize("number", [1, 99, 100, 101, 250])
def test_any_number_of_records_goes_in(make_project, tmp_path, number):
    project = make_project(kind="text")
    assert (
        import_rows(project, tmp_path / "rows.jsonl", [{"text": f"t{i}"} for i in range(number)]).added
        == number
    )
    assert [record.fields["text"] for record in project.records()] == [f"t{i}" for i in range(number)]


def test_after_an_import_the_log_is_written_ahead_again_and_the_index_is_there(make_project, tmp_path):
    project = make_project(kind="text")
    for number in (2, 3):
        import_rows(project, tmp_path / "rows.jsonl", [{"text": f"t{i}"} for i in range(number)])
        assert project.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        names = [name for (name,) in project.connection.execute("SELECT name FROM sqlite_master")]
        assert "records_by_content" in names


def test_a_first_import_beside_another_reader_works_as_well(make_project, tmp_path):
    project = make_project(kind="text")
    other = connection.connect(project.root / "project.db")
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM records").fetchone()
    assert import_rows(project, tmp_path / "rows.jsonl", [{"text": "a"}]).added == 1
    assert other.execute("SELECT count(*) FROM records").fetchone() == (0,)
    other.execute("ROLLBACK")
    assert other.execute("SELECT count(*) FROM records").fetchone() == (1,)
    other.close()


def test_a_failed_import_leaves_table_and_index_as_they_were(make_project):
    project = make_project(kind="text")

    class Stop(Exception):
        pass

    def fail():
        with intake.bulk(project.connection) as empty:
            assert empty
            raise Stop

    with pytest.raises(Stop):
        fail()
    index = project.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'records_by_content'")
    assert index.fetchone() == (1,)
    assert not records.ids(project.connection, parse(""))


def test_another_program_can_open_the_project_while_an_import_runs(make_project):
    project = make_project(kind="text")
    opened: list[str] = []
    looker = threading.Thread(target=lambda: opened.append(open_and_count(project.root / "project.db")))
    with intake.bulk(project.connection):
        project.connection.execute("INSERT INTO facts VALUES ('a', 'b')")
        looker.start()
        looker.join(2)
    looker.join(20)
    assert opened == ["wal"]
    assert project.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def open_and_count(path) -> str:
    other = connection.connect(path)
    other.execute("SELECT count(*) FROM records").fetchone()
    # By now the import is over, or it was never in the way.
    with connection.transaction(other):
        other.execute("INSERT INTO facts VALUES ('c', 'd')")
    (mode,) = other.execute("PRAGMA journal_mode").fetchone()
    other.close()
    return str(mode)
