"""Exports: the same bytes for the same data, all or nothing, and what they hold is what they say."""

from __future__ import annotations

import hashlib
import json

import pytest

from curator.errors import CuratorError
from curator.importing import Options
from curator.records import ROWS


@pytest.fixture
def split_tickets(make_project):
    rows = [{"text": f"message number {i}", "label": f"l{i % 4}", "customer": i // 3} for i in range(60)]
    project = make_project(rows)
    project.split()
    return project


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_line_reads_back_as_its_record(split_tickets):
    export = split_tickets.export()
    for name, entry in export.manifest.files.items():
        lines = (export.path / name).read_bytes()
        assert hashlib.sha256(lines).hexdigest() == entry.sha256
        rows = [ROWS["classification"].model_validate_json(line) for line in lines.splitlines()]
        assert len(rows) == entry.rows
        for row in rows:
            record = split_tickets.record(int(row.id))
            assert (record.fields["text"], record.fields["label"]) == (row.text, row.label)
            assert record.split == name.removesuffix(".jsonl")


def test_the_same_data_give_the_same_bytes_and_name(split_tickets):
    first = split_tickets.export()
    before = {path.name: path.read_bytes() for path in first.path.iterdir()}
    again = split_tickets.export()
    assert again.path == first.path
    assert {path.name: path.read_bytes() for path in again.path.iterdir()} == before


def test_other_data_get_another_name_and_never_replace_a_named_export(split_tickets):
    first = split_tickets.export()
    named = split_tickets.export("mine")
    split_tickets.editor.delete([1])
    assert split_tickets.export().path != first.path
    with pytest.raises(CuratorError, match="with other rows"):
        split_tickets.export("mine")
    assert named.path.exists()


def test_a_query_chooses_the_records(split_tickets):
    split_tickets.editor.set_status(split_tickets.ids("label:l1"), "accepted")
    export = split_tickets.export("accepted", "status:accepted")
    labels = {row["label"] for name in export.manifest.files for row in read(export.path / name)}
    assert labels == {"l1"}
    assert export.manifest.query == "status:accepted"


def test_records_that_cannot_be_used_are_held_back_and_counted(split_tickets):
    split_tickets.editor.set_status([1], "rejected")
    split_tickets.editor.set_status([2], "flagged")
    held = split_tickets.export().manifest.held_back
    assert held == {"flagged": 1, "rejected": 1}


def test_nothing_to_export_is_an_error_that_leaves_nothing(tickets):
    with pytest.raises(CuratorError, match="nothing to export") as caught:
        tickets.export()
    assert "curator split" in caught.value.remedy
    assert not list((tickets.root / "exports").iterdir())


@pytest.mark.parametrize("name", ["../x", ".hidden", "a/b", "a b", "-x"])
def test_a_name_that_is_a_path_is_refused(split_tickets, name):
    with pytest.raises(CuratorError, match="cannot be a name"):
        split_tickets.export(name)


def test_the_card_is_what_the_hub_reads(split_tickets):
    import yaml

    card = (split_tickets.export().path / "README.md").read_text(encoding="utf-8")
    head = yaml.safe_load(card.split("---")[1])
    assert [f["split"] for f in head["configs"][0]["data_files"]] == ["train", "validation", "test"]


def test_datasets_reads_the_folder(split_tickets, tmp_path):
    import datasets

    export = split_tickets.export()
    loaded = datasets.load_dataset(str(export.path), cache_dir=str(tmp_path / "cache"))
    assert {name: len(rows) for name, rows in loaded.items()} == {
        name.removesuffix(".jsonl"): entry.rows for name, entry in export.manifest.files.items()
    }


def test_groups_stay_on_one_side_and_travel_along(make_project):
    rows = [{"text": f"message {i}", "label": "a", "customer": f"c{i // 3}"} for i in range(60)]
    project = make_project(rows, split={"group": "customer"})
    project.split()
    sides: dict[str, set[str]] = {}
    export = project.export()
    for name in export.manifest.files:
        for row in read(export.path / name):
            sides.setdefault(row["group"], set()).add(name)
    assert len(sides) == 20
    assert all(len(names) == 1 for names in sides.values())


def test_documents_are_split_before_their_windows_are_cut(make_project, tmp_path):
    folder = tmp_path / "books"
    folder.mkdir()
    for i in range(12):
        (folder / f"{i}.txt").write_text(" ".join(f"d{i}w{j}" for j in range(100)))
    project = make_project(kind="text", windows={"size": 20, "stride": 10})
    project.import_files([str(folder)], Options(), lambda *_: None)
    project.split()
    export = project.export()
    words = {
        name: {w for row in read(export.path / name) for w in row["text"].split()}
        for name in export.manifest.files
    }
    assert not words["train.jsonl"] & words["test.jsonl"]
    assert sum(map(len, words.values())) == 1200


def test_one_long_document_is_cut_into_blocks_with_a_gap(make_project, tmp_path):
    path = tmp_path / "book.txt"
    path.write_text(" ".join(f"w{j}" for j in range(1000)))
    project = make_project(kind="text", windows={"size": 10, "target": "last"})
    project.import_files([str(path)], Options(), lambda *_: None)
    assert project.split().counts == {"blocks": 1}
    export = project.export()
    words = {
        name: {w for row in read(export.path / name) for w in row["text"].split()}
        for name in export.manifest.files
    }
    assert set(words) == {"train.jsonl", "validation.jsonl", "test.jsonl"}
    assert not words["train.jsonl"] & words["validation.jsonl"]
    assert not words["validation.jsonl"] & words["test.jsonl"]
    assert all(row["text"].endswith(row["target"]) for row in read(export.path / "test.jsonl"))
