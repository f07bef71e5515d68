"""Each check finds its defect, names the place, and stays silent on clean records."""

from __future__ import annotations

from pathlib import Path

import pytest

from curator.checks import registry
from curator.errors import CuratorError
from curator.importing import Options
from curator.project import Project
from tests.findings import checked

SAMPLES = Path(__file__).parents[2] / "samples"


def found(project: Project, check_id: str) -> list[tuple[int, str]]:
    return [(f.record_id, f.message) for f in checked(project, check_id)]


@pytest.fixture
def dirty(make_project) -> Project:
    rows = [
        {"text": "Where is it?", "label": "delivery"},
        {"text": "  ", "label": "delivery"},
        {"label": "delivery"},
        {"text": 7, "label": "delivery"},
        {"text": "half \ud83d", "label": "delivery"},
        {"text": "Money back", "label": "refnd"},
        {"text": "no label yet"},
        {"text": "where  IS it?", "label": "delivery"},
        {"text": "Where is it?", "label": "refund"},
        {"text": "list", "label": ["refund"]},
    ]
    return make_project(rows, labels=["delivery", "refund"])


def test_every_check_finds_its_defect(dirty):
    assert found(dirty, "empty-field") == [(2, "text is empty")]
    assert found(dirty, "missing-field") == [(3, "text is missing")]
    assert [i for i, _ in found(dirty, "wrong-type")] == [4, 5, 10]
    assert found(dirty, "unknown-label") == [(6, "'refnd' is not in the list. Did you mean refund?")]
    assert found(dirty, "no-target") == [(7, "has no label yet")]
    assert found(dirty, "exact-duplicate") == [(8, "says the same as record 1 but for case and white space")]
    assert found(dirty, "conflicting-target") == [(9, "same input as record 1, which says 'delivery'")]


def test_a_leak_made_by_an_edit_is_found(tickets):
    tickets.split()
    test_id, train_id = tickets.ids("split:test")[0], tickets.ids("split:train")[0]
    assert found(tickets, "split-leak") == []
    tickets.editor.set_fields([train_id], {"text": tickets.record(test_id).fields["text"].upper()})
    assert [i for i, _ in found(tickets, "split-leak")] == [train_id]


def test_findings_can_be_queried_until_the_record_changes(dirty):
    dirty.check()
    assert dirty.ids("issue:unknown-label") == [6]
    dirty.editor.set_fields([6], {"label": "refund"})
    assert dirty.ids("issue:unknown-label") == []


def test_rejected_records_are_not_checked(dirty):
    dirty.editor.set_status([2], "rejected")
    assert found(dirty, "empty-field") == []


def test_clean_samples_have_no_errors(make_project):
    project = make_project()
    project.import_files([str(SAMPLES / "tickets")], Options(), lambda *_: None)
    assert [f for f in checked(project) if f.severity != "info"] == []


def test_an_unknown_check_is_named(tickets):
    with pytest.raises(CuratorError) as caught:
        tickets.check(["exact-duplicates"])
    assert "Did you mean exact-duplicate?" in caught.value.remedy


def test_every_check_says_what_it_harms_and_has_a_name_of_its_own():
    assert len({check.id for check in registry.ALL}) == len(registry.ALL)
    assert all(check.title and check.harm.endswith(".") for check in registry.ALL)


def test_rejecting_one_of_two_copies_ends_the_finding_of_the_other(make_project):
    project = make_project([{"text": "same", "label": "a"}, {"text": "same", "label": "a"}])
    project.check()
    assert project.ids("issue:exact-duplicate") == [2]
    project.editor.set_status([1], "rejected")
    assert project.ids("issue:exact-duplicate") == []


def test_findings_survive_what_does_not_touch_them(dirty):
    dirty.check()
    before = dirty.stats().issues
    dirty.split()
    dirty.editor.set_status(dirty.ids("issue:unknown-label"), "rejected")
    dirty.editor.undo()
    assert dirty.stats().issues == before


def test_a_query_for_a_check_that_does_not_exist_is_an_error(tickets):
    with pytest.raises(CuratorError, match="no check 'exact-dup'"):
        tickets.ids("issue:exact-dup")
