"""Parts of an export: nested, with the same labels, and judged by the same rows."""

from __future__ import annotations

from collections import Counter

import pytest

from curator.errors import CuratorError
from curator.export.subsets import subset
from curator.records import SPLITS
from curator.train.rows.data import read_rows
from curator.train.runs import hash_export
from tests.tiny import LABELS, rows_of


@pytest.fixture
def project(make_project):
    rows = [{"text": row["text"], "label": row["label"]} for row in rows_of("classification", 200)]
    project = make_project(rows, labels=list(LABELS))
    project.split()
    return project


def rows_in(export, kind="classification"):
    return {side: read_rows(export.path, kind, side) for side in SPLITS}


def part(project, percent, seed=0):
    export = project.export()
    return subset(export, rows_in(export), percent, seed, project.root / "exports")


def ids(export):
    return [row.id for row in rows_in(export)["train"]]


def test_smaller_parts_are_in_larger_ones_and_keep_their_order(project):
    whole = ids(project.export())
    small, large = ids(part(project, 25)), ids(part(project, 50))
    assert set(small) < set(large) < set(whole)
    assert (len(small), len(large)) == (round(len(whole) / 4), round(len(whole) / 2))
    assert small == [one for one in whole if one in set(small)]


def test_labels_keep_their_shares(project):
    whole = Counter(row.label for row in rows_in(project.export())["train"])
    half = Counter(row.label for row in rows_in(part(project, 50))["train"])
    assert all(abs(half[label] - count / 2) <= 1 for label, count in whole.items())


def test_they_are_judged_by_the_very_same_rows(project):
    whole, half = hash_export(project.export().path), hash_export(part(project, 50).path)
    assert half["test.jsonl"] == whole["test.jsonl"]
    assert half["train.jsonl"] != whole["train.jsonl"]


def test_the_same_part_is_found_again_and_another_seed_takes_other_rows(project):
    assert part(project, 25).path == part(project, 25).path
    assert ids(part(project, 25)) != ids(part(project, 25, seed=1))
    assert part(project, 100).path == project.export().path


def test_windows_of_a_document_stay_together(make_project):
    project = make_project([{"text": f"{row['text']}. " * 60} for row in rows_of("text", 40)], "text")
    project.split()
    export = project.export()
    rows = rows_in(export, "text")
    half = subset(export, rows, 50, 0, project.root / "exports")
    chosen = {row.id for row in read_rows(half.path, "text", "train")}
    documents = {one.partition(":")[0] for one in chosen}
    assert chosen == {row.id for row in rows["train"] if row.id.partition(":")[0] in documents}


def test_a_part_of_nothing_is_refused(project):
    export = project.export()
    rows = rows_in(export) | {"train": rows_in(export)["train"][:20]}
    with pytest.raises(CuratorError, match="training rows are none"):
        subset(export, rows, 1, 0, project.root / "exports")
