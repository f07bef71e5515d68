"""A repair changes what its preview says, in one step, and undo brings every byte back."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.checks import registry
from curator.config import checked as config_of
from curator.errors import CuratorError
from curator.importing import Options
from curator.project import Project
from curator.store.records import dump
from tests.checks.detectors.test_repairs import PIECES

REPAIRABLE = [check.id for check in registry.ALL if check.fix]
texts = st.lists(st.sampled_from(PIECES), max_size=6).map("".join) | st.text(max_size=20)
labels = st.sampled_from(["a", "b", " A ", "bb", "aa"])
rows = st.lists(st.tuples(texts, labels), min_size=1, max_size=6)


def stored(project: Project) -> list[tuple[object, ...]]:
    """Every byte of what the records are now."""
    query = (
        "SELECT id, fields, status, split, tags, hidden, input_key, length, search FROM records ORDER BY id"
    )
    return project.connection.execute(query).fetchall()


@settings(deadline=None, max_examples=60)
@given(rows=rows)
def test_preview_and_change_agree_and_undo_restores_the_bytes(rows):
    with tempfile.TemporaryDirectory() as folder:
        project = Project.create(Path(folder), config_of({"kind": "classification", "labels": ["a", "b"]}))
        path = Path(folder) / "rows.jsonl"
        path.write_text("".join(dump({"text": t, "label": label}) + "\n" for t, label in rows), "utf-8")
        project.import_files([str(path)], Options(), lambda *_: None)
        try:
            for check_id in REPAIRABLE:
                if "classification" not in next(c for c in registry.ALL if c.id == check_id).kinds:
                    continue
                before = stored(project)
                fixer = project.fixer([check_id])
                repairs = list(fixer.preview(None))
                assert stored(project) == before
                assert fixer.apply(project.editor, None) == len(repairs)
                differing = {row[0] for row, was in zip(stored(project), before, strict=True) if row != was}
                assert differing == {repair.record_id for repair in repairs}
                if repairs:
                    project.editor.undo()
                assert stored(project) == before
        finally:
            project.close()


def test_several_repairs_are_one_step(make_project):
    project = make_project([{"text": "CafÃ©\u200b &amp; bar", "label": "a"}], labels=["a"])
    fixer = project.fixer(["html-remains", "mojibake", "invisible-characters"])
    assert [repair.after for repair in fixer.preview(None)] == [{"text": "Café & bar"}]
    assert fixer.apply(project.editor, None) == 1
    assert project.log(1)[0].summary == "fix mojibake, invisible-characters, html-remains"
    project.editor.undo()
    assert project.record(1).fields["text"] == "CafÃ©\u200b &amp; bar"


def test_only_the_records_of_a_query_are_repaired(make_project):
    rows = [{"text": f"mail me at a{n}@example.com", "label": "a"} for n in range(3)]
    project = make_project(rows, labels=["a"])
    assert project.fixer(["personal-data"]).apply(project.editor, project.ids("id>1")) == 2
    assert project.record(1).fields["text"].endswith("a0@example.com")


def test_suppressed_findings_are_not_repaired(make_project):
    project = make_project([{"text": f"mail a{n}@example.com", "label": "a"} for n in range(2)], labels=["a"])
    project.check()
    project.suppress("personal-data", [1], "our own address")
    assert project.fixer(["personal-data"]).apply(project.editor, None) == 1
    assert project.record(1).fields["text"] == "mail a0@example.com"


def test_the_copies_are_rejected_and_the_first_stays(make_project):
    project = make_project([{"text": "same", "label": "a"}, {"text": " same ", "label": "a"}], labels=["a"])
    (repair,) = project.fixer(["exact-duplicate"]).preview(None)
    assert (repair.record_id, repair.before, repair.after) == (2, {"status": "new"}, {"status": "rejected"})
    project.fixer(["exact-duplicate"]).apply(project.editor, None)
    assert [record.status for record in project.records()] == ["new", "rejected"]


@pytest.mark.parametrize(
    ("one", "other"), [("Is 103 even?", "Is 10³ even?"), ("us", "US"), ("if x:\n  y", "if x:\n    y")]
)
def test_copies_that_differ_in_more_than_spaces_are_left_to_people(make_project, one, other):
    rows = [{"text": one, "label": "a"}, {"text": other, "label": "a"}]
    assert list(make_project(rows, labels=["a"]).fixer(["exact-duplicate"]).preview(None)) == []


def test_of_several_copies_an_accepted_one_stays_and_none_where_all_are_flagged(make_project):
    project = make_project([{"text": "same", "label": "a"}, {"text": "same ", "label": "a"}], labels=["a"])
    project.editor.set_status([1], "flagged")
    project.editor.set_status([2], "accepted")
    assert [repair.record_id for repair in project.fixer(["exact-duplicate"]).preview(None)] == [1]
    project.editor.set_status([2], "flagged")
    assert list(project.fixer(["exact-duplicate"]).preview(None)) == []


def test_a_copy_in_a_frozen_test_set_stays(make_project):
    rows = [{"text": f"a text about thing number {n}", "label": "ab"[n % 2]} for n in range(20)]
    project = make_project(rows, labels=["a", "b"])
    project.split(freeze=True)
    held_out = project.ids("split:test")[-1]
    train = project.ids("split:train")[0]
    project.editor.set_fields([train], dict(project.record(held_out).fields))
    assert [repair.record_id for repair in project.fixer(["exact-duplicate"]).preview(None)] == [train]


@pytest.mark.parametrize("text", ["\u3164", "</s>", "А" * 80, "&amp;lt;p&amp;gt;"])
def test_no_repair_empties_a_text(make_project, text):
    project = make_project([{"text": text, "label": "a"}], labels=["a"])
    checks = [check.id for check in registry.ALL if check.fix and "classification" in check.kinds]
    project.fixer(checks).apply(project.editor, None)
    assert str(project.record(1).fields["text"]).strip()


def test_what_no_rule_can_repair_is_refused(tickets):
    with pytest.raises(CuratorError, match="conflicting-target"):
        tickets.fixer(["conflicting-target"])


def test_a_repair_that_changes_nothing_leaves_the_journal_alone(tickets):
    steps = len(tickets.log(10))
    assert tickets.fixer(["mojibake"]).apply(tickets.editor, None) == 0
    assert len(tickets.log(10)) == steps
