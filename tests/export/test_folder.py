"""Where an export stands: all of it or nothing, and nothing of anybody else's."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from curator.errors import CuratorError, NotFound
from curator.export import folder
from curator.export.formats import FORMATS
from curator.export.rows import Plan, collect
from curator.store.records import StoredRecord


@pytest.fixture
def project(make_project):
    made = make_project(
        [{"text": f"message number {i}", "label": f"l{i % 4}", "day": "\ud83d"} for i in range(60)]
    )
    made.split()
    return made


def names(path):
    return sorted(str(inner.relative_to(path)) for inner in path.rglob("*"))


def test_another_folder_can_be_the_export(project, tmp_path):
    export = project.export(out=tmp_path / "deep" / "here", format_name="openai")
    assert export.path == tmp_path / "deep" / "here"
    assert names(export.path) == [
        "README.md",
        "manifest.json",
        "test.jsonl",
        "train.jsonl",
        "validation.jsonl",
    ]
    assert export.manifest.name.startswith("openai-")
    assert names(tmp_path / "deep") == ["here", *(f"here/{name}" for name in names(export.path))]


def test_an_empty_folder_is_filled_but_no_other_is_touched(project, tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    (full / "notes.txt").write_text("mine")
    with pytest.raises(CuratorError, match="exists already and is no export"):
        project.export(out=full)
    assert names(full) == ["notes.txt"]
    (tmp_path / "empty").mkdir()
    assert project.export(out=tmp_path / "empty").path.joinpath("train.jsonl").exists()


def test_exporting_again_mends_the_files_and_keeps_what_lies_beside_them(project):
    export = project.export("mine", format_name="datasets")
    before = (export.path / "train" / "state.json").read_bytes()
    (export.path / "train" / "state.json").write_text("{}")
    (export.path / "notes.txt").write_text("mine")
    project.export("mine", format_name="datasets")
    assert (export.path / "train" / "state.json").read_bytes() == before
    assert (export.path / "notes.txt").read_text() == "mine"


def test_the_same_name_in_another_format_is_refused(project):
    project.export("mine", format_name="openai")
    with pytest.raises(CuratorError, match="in another format already"):
        project.export("mine", format_name="messages")


@pytest.mark.parametrize("format_name", ["jsonl", "parquet", "csv", "datasets", "sharegpt"])
def test_an_interrupted_export_leaves_nothing(project, format_name, monkeypatch):
    def interrupt(rows: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("curator.export.writing.PROGRESS_ROWS", 7)
    with pytest.raises(KeyboardInterrupt):
        project.export("mine", format_name=format_name, progress=interrupt)
    assert names(project.root / "exports") == []


def test_progress_counts_the_rows(project, monkeypatch):
    monkeypatch.setattr("curator.export.writing.PROGRESS_ROWS", 25)
    seen: list[int] = []
    project.export(progress=seen.append)
    assert seen == [25, 50]


def test_tables_are_written_in_batches_and_hold_every_row_in_order(project, monkeypatch):
    import pyarrow.parquet as pq

    monkeypatch.setattr("curator.export.sinks.BATCH_ROWS", 10)
    export = project.export(format_name="parquet")
    table = pq.ParquetFile(export.path / "train.parquet")
    assert table.num_row_groups == -(-export.manifest.files["train.parquet"].rows // 10)
    lines = (project.export().path / "train.jsonl").read_text(encoding="utf-8").splitlines()
    assert table.read()["id"].to_pylist() == [json.loads(line)["id"] for line in lines]


def test_a_group_that_is_half_a_character_is_written_as_its_escape(project):
    project.change_settings({"split.group": "day"})
    line = (project.export().path / "train.jsonl").read_text(encoding="utf-8").splitlines()[0]
    assert json.loads(line)["group"] == "\\ud83d"


def test_a_manifest_that_cannot_be_read_is_told_as_such(project):
    export = project.export("mine")
    (export.path / "manifest.json").write_text('{"schema_version": 99, "what": 1}')
    with pytest.raises(CuratorError, match="no manifest of an export, or one of a newer version"):
        project.load_export("mine")
    with pytest.raises(NotFound, match="no export other"):
        project.load_export("other")


def test_a_manifest_of_before_there_were_formats_is_canonical(project):
    export = project.export("mine")
    manifest = json.loads((export.path / "manifest.json").read_text(encoding="utf-8"))
    for key in ("format", "columns", "others", "adapted"):
        del manifest[key]
    (export.path / "manifest.json").write_text(json.dumps(manifest))
    assert project.load_export("mine").manifest.format == "jsonl"


def test_changed_files_and_files_outside_are_noticed(project, tmp_path):
    export = project.export("mine", format_name="llamafactory")
    folder.verify(export)
    (export.path / "dataset_info.json").write_text("{}")
    with pytest.raises(CuratorError, match=r"dataset_info\.json is not the file that was exported"):
        folder.verify(export)
    (tmp_path / "secret").write_text("x")
    outside = {"../../../secret": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}
    manifest = export.manifest.model_copy(update={"files": {}, "others": outside})
    assert (export.path / "../../../secret").resolve() == tmp_path / "secret"
    with pytest.raises(CuratorError, match="is not the file that was exported"):
        folder.verify(export.model_copy(update={"manifest": manifest}))


def test_windows_of_blanks_are_held_back():
    record = StoredRecord.model_construct(
        id=1,
        fields={"text": "a b   \n  c d"},
        meta={},
        original={},
        status="new",
        split="train",
        tags=(),
        findings=(),
    )
    held: Counter[str] = Counter()
    by_two = lambda text: [(i, i + 2) for i in range(0, len(text), 2)]  # noqa: E731
    plan = Plan(kind="text", windows={"size": 2})
    texts = [placed.row.text for placed in collect([record], plan, by_two, held)]
    assert texts == ["a b ", " c d"]
    assert held == {"blank window": 1}


def test_every_format_says_who_reads_it_in_one_line():
    for name, chosen in FORMATS.items():
        assert chosen.about.endswith("."), name
        assert "\n" not in chosen.about, name
