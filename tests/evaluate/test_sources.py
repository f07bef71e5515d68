"""Test rows know the file that they came from, through the project."""

from __future__ import annotations

from curator.evaluate.sources import sources_of
from curator.records import ClassificationRow
from tests.tiny import LABELS, rows_of


def test_rows_of_a_projects_export_know_their_source(make_project):
    rows = [{"text": row["text"], "label": row["label"]} for row in rows_of("classification", 6)]
    project = make_project(rows, labels=list(LABELS))
    export = project.root / "exports" / "data-1"
    asked = [
        ClassificationRow(id=name, text="x", label="refund") for name in ("1", "2:3", "999", "general:1")
    ]
    found = sources_of(export, asked)
    assert set(found) == {"1", "2:3"}
    assert len(set(found.values())) == 1


def test_an_export_outside_of_any_project_tells_nothing(tmp_path):
    row = ClassificationRow(id="1", text="x", label="refund")
    assert sources_of(tmp_path / "exports" / "data", [row]) == {}
    (tmp_path / "project.db").write_bytes(b"no database at all, but long enough to be taken for one")
    assert sources_of(tmp_path / "exports" / "data", [row]) == {}
