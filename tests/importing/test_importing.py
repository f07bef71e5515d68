"""Every row is added, a duplicate of an earlier import, or a reject; nothing is lost."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curator.config import Config
from curator.errors import CuratorError
from curator.importing import Options
from curator.project import Project


def import_text(project: Project, tmp_path, text, name="rows.jsonl", **options):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return project.import_files([str(path)], Options(**options), lambda *_: None)


def counts(report):
    return report.read, report.added, report.duplicates, report.rejected


def test_a_repeated_import_adds_nothing(make_project, tmp_path):
    project = make_project(kind="text")
    text = '{"text": "a"}\n{"text": "a"}\n{"text": "b"}\n'
    assert counts(import_text(project, tmp_path, text)) == (3, 3, 0, 0)
    assert counts(import_text(project, tmp_path, text)) == (3, 0, 3, 0)
    assert len(project.log(10)) == 1


def test_a_grown_file_adds_only_what_is_new(make_project, tmp_path):
    project = make_project(kind="text")
    import_text(project, tmp_path, '{"text": "a"}\n')
    assert counts(import_text(project, tmp_path, '{"text": "a"}\n{"text": "a"}\n{"text": "b"}\n')) == (
        3,
        2,
        1,
        0,
    )


def test_rejects_keep_place_reason_and_bytes(make_project, tmp_path):
    project = make_project()
    bad = [
        b"{'text': 'x'}",
        b'{"text": "x",',
        b'["x"]',
        b'"x"',
        b'{"text": NaN}',
        b'{"text": "\xff"}',
        b'{"other": 1}',
    ]
    report = import_text(project, tmp_path, b'{"text": "good"}\n\n' + b"\n".join(bad) + b"\n")
    assert counts(report) == (8, 1, 0, 7)
    rejects = project.rejects()
    assert [r.raw for r in rejects] == bad
    assert [r.place for r in rejects] == [f"rows.jsonl:{line}" for line in range(3, 10)]
    assert [r.reason.split(" ")[:2] for r in rejects[:5]] == [
        ["not", "JSON:"],
        ["not", "JSON:"],
        ["is", "a"],
        ["is", "a"],
        ["not", "JSON:"],
    ]


def test_a_repeated_import_keeps_each_reject_once(make_project, tmp_path):
    project = make_project(kind="text")
    for _ in range(2):
        import_text(project, tmp_path, '{"text": "a"}\nbroken\n', name="a.jsonl")
    assert len(project.rejects()) == 1


def test_rejects_can_be_read_with_another_mapping(make_project, tmp_path):
    project = make_project(kind="text")
    import_text(project, tmp_path, '{"text": "a"}\n{"inhalt": "b"}\nbroken\n')
    assert project.retry_rejects({}) == (0, 2)
    assert project.retry_rejects({"text": "inhalt"}) == (1, 1)
    assert [r.fields["text"] for r in project.records()] == ["a", "b"]
    project.editor.undo()
    assert len(project.rejects()) == 2
    project.editor.redo()
    assert len(project.rejects()) == 1


def test_an_import_is_one_step_that_can_be_undone(make_project, tmp_path):
    project = make_project(kind="text")
    import_text(project, tmp_path, '{"text": "a"}\nbroken\n')
    project.editor.undo()
    assert project.records() == []
    assert project.rejects() == []
    assert counts(import_text(project, tmp_path, '{"text": "a"}\nbroken\n')) == (2, 1, 0, 1)


def test_a_dry_run_counts_and_writes_nothing(make_project, tmp_path):
    project = make_project(kind="text")
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "a"}\nbroken\n')
    report = project.import_files([str(path)], Options(), lambda *_: None, dry_run=True)
    assert counts(report) == (2, 1, 0, 1)
    assert report.sources[0].preview == ({"text": "a"},)
    assert (project.records(), project.rejects(), project.log(5)) == ([], [], [])


def test_labels_come_from_the_data_when_there_are_none(tickets):
    assert tickets.config.labels == ("delivery", "praise", "refund")


def test_extra_columns_and_the_original_row_are_kept(make_project, tmp_path):
    project = make_project()
    import_text(project, tmp_path, "id,message,Category\n7,Привет,greeting\n", name="t.csv")
    record = project.record(1)
    assert record.fields == {"text": "Привет", "label": "greeting"}
    assert record.meta == {"id": "7"}
    assert record.original == {"id": "7", "message": "Привет", "Category": "greeting"}
    assert (record.source, record.line) == ("t.csv", 2)


def test_a_missing_column_is_an_error_before_anything_is_written(make_project, tmp_path):
    project = make_project()
    with pytest.raises(CuratorError, match="no column for the field text") as caught:
        import_text(project, tmp_path, "a,b\n1,2\n", name="t.csv")
    assert "--map text=COLUMN" in caught.value.remedy
    with pytest.raises(CuratorError, match="has no column 'boddy'") as caught:
        import_text(project, tmp_path, "body,b\n1,2\n", name="t.csv", mapping={"text": "boddy"})
    assert "Did you mean body?" in caught.value.remedy
    assert project.log(5) == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"\x00\x01\x02", "binary"),
        (b"%PDF-1.7\n\x00\xff", "PDF"),
    ],
)
def test_a_wrong_file_is_named_as_what_it_is(make_project, tmp_path, content, problem):
    with pytest.raises(CuratorError, match=problem):
        import_text(make_project(kind="text"), tmp_path, content, name="x.json")


def test_a_folder_is_imported_without_its_readme(make_project, tmp_path):
    folder = tmp_path / "books"
    folder.mkdir()
    for name in ("Чехов.txt", "b.md", "README.md", "c.png"):
        (folder / name).write_text(f"text of {name}", encoding="utf-8")
    project = make_project(kind="text")
    report = project.import_files([str(folder)], Options(), lambda *_: None)
    assert [name.split(" ")[0] for name in report.left_out] == ["README.md", "c.png"]
    assert {r.source for r in project.records()} == {"Чехов.txt", "b.md"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1251", "koi8-r"])
def test_encodings(make_project, tmp_path, encoding):
    project = make_project()
    named = encoding if not encoding.startswith("utf") else ""
    import_text(project, tmp_path, "текст,метка\nПривет,да\n".encode(encoding), name="t.csv", encoding=named)
    assert project.record(1).fields == {"text": "Привет", "label": "да"}


def test_wrong_bytes_in_one_row_reject_that_row_only(make_project, tmp_path):
    project = make_project()
    report = import_text(project, tmp_path, b"text,label\nfine,a\n\xcf\xf0,b\nfine too,a\n", name="t.csv")
    assert counts(report) == (3, 2, 0, 1)
    assert project.rejects()[0].raw == b"\xcf\xf0,b"
    assert "--encoding" in project.rejects()[0].reason


def test_quotes_that_never_close_do_not_swallow_the_rows_below(make_project, tmp_path):
    project = make_project()
    report = import_text(project, tmp_path, 'text,label\nfine,a\n"open,b\nmore,c\n', name="t.csv")
    assert counts(report) == (3, 3, 0, 0)
    assert [record.fields["text"] for record in project.records()] == ["fine", '"open', "more"]


def test_a_row_with_too_many_cells_is_rejected(make_project, tmp_path):
    project = make_project()
    import_text(project, tmp_path, "text,label\na,b,c\n", name="t.csv")
    assert project.rejects()[0].reason == "has 3 cells, but the header has 2"


def test_alpaca_history_becomes_messages(make_project, tmp_path):
    project = make_project(kind="instruction")
    row = {"instruction": "and?", "input": "", "output": "so", "history": [["q", "a"]]}
    import_text(project, tmp_path, json.dumps(row) + "\n")
    assert project.record(1).fields == {
        "instruction": "and?",
        "answer": "so",
        "history": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}],
    }


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=())), min_size=1, max_size=8), st.integers(0, 2**32))
def test_a_damaged_file_never_loses_a_row(tmp_path_factory, texts, seed):
    folder = tmp_path_factory.mktemp("damaged")
    rng = random.Random(seed)
    data = bytearray("".join(json.dumps({"text": text}) + "\n" for text in [*texts, "end"]).encode("utf-8"))
    data[rng.randrange(len(data) - 16)] = rng.randrange(256)
    with_bytes = [
        line for line in bytes(data).split(b"\n") if line.decode("utf-8", "surrogateescape").strip()
    ]
    project = Project.create(folder / "p", Config(kind="text"))
    try:
        report = import_text(project, folder, bytes(data))
    except CuratorError as error:
        assert "binary" in error.problem or "empty" in error.problem or "column" in error.problem
        return
    finally:
        project.close()
    assert report.read == report.added + report.duplicates + report.rejected == len(with_bytes)


def test_a_label_that_first_appears_far_down_is_not_lost(make_project, tmp_path):
    rows = [{"text": f"t{i}"} for i in range(3000)] + [{"text": f"l{i}", "label": "a"} for i in range(10)]
    project = make_project()
    report = import_text(project, tmp_path, "".join(json.dumps(row) + "\n" for row in rows))
    assert report.sources[0].mapping == {"text": "text", "label": "label"}
    assert len(project.ids("label:a")) == 10


def test_rejects_before_the_first_good_row_do_not_hide_its_columns(make_project, tmp_path):
    project = make_project(kind="text")
    assert counts(import_text(project, tmp_path, "broken\n" * 300 + '{"body": "x"}\n')) == (301, 1, 0, 300)


def test_slips_of_the_pen_do_not_become_labels(make_project):
    rows = [{"text": f"t{i}", "label": "billing"} for i in range(5)]
    rows += [
        {"text": "x", "label": "biling"},
        {"text": "y", "label": " Billing "},
        {"text": "z", "label": ["billing"]},
    ]
    rows += [{"text": "w", "label": "praise"}]
    project = make_project(rows)
    assert project.config.labels == ("billing", "praise")
    assert project.unlisted() == 3


def test_a_table_from_standard_input_is_known_by_its_header(make_project, monkeypatch):
    import io

    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"text,label\nfoo,a\n")))
    project = make_project()
    project.import_files(["-"], Options(), lambda *_: None)
    assert project.record(1).fields == {"text": "foo", "label": "a"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_only_line_feeds_end_a_line(make_project, tmp_path, encoding):
    project = make_project()
    import_text(project, tmp_path, "text,label\nfoo\u2028bar\x0bbaz\x85,a\n".encode(encoding), name="t.csv")
    assert project.record(1).fields == {"text": "foo\u2028bar\x0bbaz\x85", "label": "a"}


def test_a_header_below_blank_lines_and_with_a_name_twice(make_project, tmp_path):
    project = make_project()
    import_text(project, tmp_path, "\n\ntext,label,text\na,b,c\n", name="t.csv")
    assert project.record(1).original == {"text": "a", "label": "b", "text_3": "c"}


@pytest.mark.parametrize(
    ("content", "options", "problem"),
    [
        (b"text,label\na,b\n", {"encoding": "rot13"}, "no encoding 'rot13'"),
        (b"text,label\na,b\n", {"encoding": "nonsense"}, "no encoding 'nonsense'"),
    ],
)
def test_what_cannot_be_decoded_is_named(make_project, tmp_path, content, options, problem):
    with pytest.raises(CuratorError, match=problem):
        import_text(make_project(), tmp_path, content, name="t.csv", **options)


def test_a_label_with_half_a_character_does_no_harm(make_project):
    project = make_project([{"text": "a", "label": "\ud83d"}])
    assert project.stats().label == {"\\ud83d": 1}


def test_a_reject_that_a_later_import_can_read_is_settled(make_project, tmp_path):
    project = make_project()
    content = "text,label\nгде,a\n".encode("cp1251")
    import_text(project, tmp_path, content, name="t.csv")
    assert len(project.rejects()) == 1
    import_text(project, tmp_path, content, name="t.csv", encoding="cp1251")
    assert project.rejects() == []


def test_an_import_that_brings_nothing_leaves_redo_alone(make_project, tmp_path):
    project = make_project(kind="text")
    text = '{"text": "a"}\nbroken\n'
    import_text(project, tmp_path, text)
    project.editor.set_status([1], "accepted")
    project.editor.undo()
    import_text(project, tmp_path, text)
    project.retry_rejects({})
    assert len(project.editor.redo()) == 1


def test_a_file_name_that_is_no_utf8_is_written_as_escapes(make_project, tmp_path):
    import os

    path = os.fsencode(tmp_path) + b"/bad\xff.jsonl"
    with open(path, "w", encoding="utf-8") as stream:
        stream.write('{"text": "a"}\n')
    project = make_project(kind="text")
    project.import_files([os.fsdecode(path)], Options(), lambda *_: None)
    assert project.record(1).source == "bad\\udcff.jsonl"
