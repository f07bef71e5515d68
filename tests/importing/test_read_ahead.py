"""A large file is read by a second process, and becomes the same records as a small one."""

from __future__ import annotations

import json

import pytest

from curator.errors import CuratorError
from curator.formats.base import Layout
from curator.importing import Options, read_ahead
from curator.importing.read_ahead import Job


def write(path, rows):
    lines = [row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode() for row in rows]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return str(path)


def odd_rows():
    """Plain rows with every sort of other row among them."""
    for number in range(5000):
        yield {"text": f"text {number}", "label": "ab"[number % 2]}
        if number % 500 == 0:
            yield b"{broken"
            yield {"text": number, "label": None}
            yield {"text": f"текст {number}", "label": "a", "score": 0.5}
            yield {"label": "a"}
            yield {
                "text": f"half \ud800 {number}".encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            }
        if number == 4000:
            yield b""
            yield {"text": "late", "label": "a", "unseen": {"deep": [1]}}


@pytest.fixture
def always(monkeypatch):
    monkeypatch.setattr(read_ahead, "LARGE", 0)


def everything(project):
    columns = "line, fields, meta, original, row_hash, input_key, length, search"
    records = project.connection.execute(f"SELECT {columns} FROM records ORDER BY id").fetchall()
    return records, [(r.line, r.reason, r.raw) for r in project.rejects()]


def test_both_ways_import_the_same(make_project, tmp_path, monkeypatch):
    path = write(tmp_path / "rows.jsonl", odd_rows())
    here = make_project()
    report = here.import_files([path], Options(), lambda *_: None)
    monkeypatch.setattr(read_ahead, "LARGE", 0)
    there = make_project()
    far = there.import_files([path], Options(), lambda *_: None)
    assert everything(here) == everything(there)
    for name in ("read", "added", "duplicates", "rejected", "unsound"):
        assert getattr(report, name) == getattr(far, name)
    assert there.import_files([path], Options(), lambda *_: None).duplicates == far.added


def test_a_column_that_comes_late_finds_its_field(make_project, tmp_path, always):
    rows = [{"text": f"t{i}"} for i in range(3000)] + [{"text": f"u{i}", "label": "a"} for i in range(3000)]
    project = make_project()
    project.import_files([write(tmp_path / "rows.jsonl", rows)], Options(), lambda *_: None)
    assert project.stats().label == {"none": 3000, "a": 3000}
    assert project.record(1).original == {"text": "t0"}
    assert project.record(6000).original == {"text": "u2999", "label": "a"}


def test_a_file_that_vanishes_is_told_and_nothing_is_written(make_project, tmp_path, always):
    job = Job(
        str(tmp_path / "gone.jsonl"), Layout(format="jsonl").model_dump(), "text", {"text": "text"}, (), 1, 1
    )
    with pytest.raises(CuratorError, match=r"Could not read .*gone"):
        list(read_ahead.batches(job))


def test_a_reader_that_is_killed_is_told(make_project, tmp_path, always):
    path = write(tmp_path / "rows.jsonl", [{"text": f"t{i}" * 50} for i in range(20_000)])
    started = []
    popen = read_ahead.subprocess.Popen

    def remembered(*args, **options):
        started.append(popen(*args, **options))
        return started[-1]

    job = Job(path, Layout(format="jsonl").model_dump(), "text", {"text": "text"}, ("text",), 1, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read_ahead.subprocess, "Popen", remembered)
        found = read_ahead.batches(job)
        next(found)
        started[0].kill()
        with pytest.raises(CuratorError, match="ended from outside"):
            list(found)


def test_the_process_ends_with_the_import(tmp_path, always):
    path = write(tmp_path / "rows.jsonl", [{"text": f"t{i}" * 50} for i in range(20_000)])
    job = Job(path, Layout(format="jsonl").model_dump(), "text", {"text": "text"}, ("text",), 1, 1)
    started = []
    popen = read_ahead.subprocess.Popen

    def remembered(*args, **options):
        started.append(popen(*args, **options))
        return started[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read_ahead.subprocess, "Popen", remembered)
        found = read_ahead.batches(job)
        next(found)
        found.close()
    assert started[0].poll() is not None


@pytest.mark.parametrize("layout", [Layout(format="csv"), Layout(format="json")])
def test_other_formats_are_read_here(tmp_path, always, layout):
    path = write(tmp_path / "rows", [b"a"])
    assert not read_ahead.is_worthwhile(path, layout)
    assert not read_ahead.is_worthwhile(str(tmp_path / "none"), Layout(format="jsonl"))
