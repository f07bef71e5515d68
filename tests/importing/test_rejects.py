"""No reject is lost: none vanishes unread, none is counted and not kept, none comes twice."""

from __future__ import annotations

import json
import threading

from curator.importing import Options
from curator.project import Project


def import_bytes(project, path, data, **options):
    path.write_bytes(data)
    return project.import_files([str(path)], Options(**options), lambda *_: None)


def array(*rows):
    return json.dumps(rows).encode()


GOOD = {"question": "q", "answer": "a"}
BAD = {"foo": 1}


def test_a_reject_on_the_line_of_a_readable_row_stays(make_project, tmp_path):
    project = make_project(kind="instruction")
    path = tmp_path / "one.json"
    import_bytes(project, path, array(GOOD, BAD))
    report = import_bytes(project, path, array(GOOD, BAD, {**GOOD, "question": "another"}))
    assert (report.added, report.duplicates, report.rejected) == (1, 1, 1)
    assert [reject.raw for reject in project.rejects()] == [b'{"foo": 1}']


def test_a_file_with_other_rows_under_the_same_name_settles_nothing(make_project, tmp_path):
    project = make_project(kind="instruction")
    path = tmp_path / "daily.jsonl"
    import_bytes(project, path, b'{"question": "q", "answer": "a"}\nPRECIOUS\n')
    import_bytes(project, path, b'{"question": "r", "answer": "a"}\n{"question": "s", "answer": "a"}\n')
    assert [reject.raw for reject in project.rejects()] == [b"PRECIOUS"]


def test_equal_rejects_are_all_kept_and_not_again(make_project, tmp_path):
    project = make_project(kind="instruction")
    path = tmp_path / "dup.json"
    assert import_bytes(project, path, array(GOOD, BAD, BAD, BAD)).rejected == 3
    assert len(project.rejects()) == 3
    assert import_bytes(project, path, array(GOOD, BAD, BAD, BAD, BAD)).rejected == 4
    assert len(project.rejects()) == 4


def test_a_retry_reads_rows_as_their_import_did(make_project, tmp_path):
    project = make_project(kind="instruction")
    rows = [
        {"instruction": "do", "instances": [{"input": "i", "output": "o"}]},
        {"instruction": "do 3", "instances": "none"},
    ]
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    assert import_bytes(project, tmp_path / "nested.jsonl", data).rejected == 1
    assert project.retry_rejects({}) == (0, 1)
    assert project.retry_rejects({"answer": "instances"}) == (1, 0)


def test_two_first_imports_at_once_bring_each_row_once(make_project, tmp_path):
    project = make_project(kind="text")
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(f'{{"text": "t{i}"}}\n' for i in range(3000)), encoding="utf-8")
    added = []

    def bring():
        mine = Project(project.root)
        added.append(mine.import_files([str(path)], Options(), lambda *_: None).added)
        mine.close()

    threads = [threading.Thread(target=bring) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(added) == [0, 0, 3000]
    assert len(project.ids("")) == 3000


def test_the_order_of_other_columns_makes_no_new_row(make_project, tmp_path):
    project = make_project(kind="text")
    import_bytes(project, tmp_path / "a.jsonl", b'{"text": "a", "n": 1, "m": [2]}\n')
    assert import_bytes(project, tmp_path / "b.jsonl", b'{"m": [2], "n": 1, "text": "a"}\n').duplicates == 1


def test_a_search_looks_at_what_is_said_and_not_at_who_says_it(make_project):
    rows = [
        {"instruction": q, "output": "ok", "history": [[q, "ответ" if q == "ё" else "fine"]]}
        for q in ("ё", "e")
    ]
    project = make_project(rows, kind="instruction")
    assert project.ids("user") == project.ids("assistant") == []
    assert project.ids("fine") == [2]


def test_rejects_of_a_table_are_written_out_with_its_header(make_project, tmp_path, monkeypatch):
    from curator.cli.main import run

    project = make_project()
    import_bytes(project, tmp_path / "t.csv", b"text;label\na;b\nx;y;z\n")
    monkeypatch.chdir(project.root)
    assert run(["rejects", "--out", "mend.csv"]) == 0
    assert (project.root / "mend.csv").read_bytes() == b"text;label\nx;y;z\n"
    import_bytes(project, tmp_path / "b.csv", b"text,label\na,b\nx,y,z\n")
    assert project.reject_header() == b""
