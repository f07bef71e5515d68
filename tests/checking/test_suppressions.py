"""What somebody has called no fault, with a reason, does not count, and the journal knows it."""

from __future__ import annotations

import pytest

from curator.errors import CuratorError
from curator.project import Project
from tests.findings import checked


@pytest.fixture
def mails(make_project) -> Project:
    rows = [{"text": f"write to desk{n}@example.com", "label": "a"} for n in range(3)]
    project = make_project(rows, labels=["a"])
    project.check()
    return project


def open_and_suppressed(project: Project, check_id: str = "personal-data") -> tuple[int, int]:
    (report,) = project.check([check_id])
    return report.count, report.suppressed


def test_one_record_is_excused_from_one_check(mails):
    assert mails.suppress("personal-data", [2], "our own desk") == 1
    assert open_and_suppressed(mails) == (2, 1)
    assert mails.ids("issue:personal-data") == [1, 3]
    assert mails.record(2).findings == ()
    assert mails.suppressed(2) == {"personal-data": "our own desk"}
    assert [finding.suppressed for finding in checked(mails, "personal-data")] == [False, True, False]


def test_it_stays_when_the_record_changes(mails):
    mails.suppress("personal-data", [2], "our own desk")
    mails.editor.set_fields([2], {"text": "write to other@example.com"})
    assert open_and_suppressed(mails) == (2, 1)


def test_it_is_undone_redone_and_lifted(mails):
    mails.suppress("personal-data", [1, 2], "our own desk")
    assert mails.log(1)[0].summary == "suppress personal-data: our own desk"
    mails.editor.undo()
    assert open_and_suppressed(mails) == (3, 0)
    mails.editor.redo()
    assert open_and_suppressed(mails) == (1, 2)
    assert mails.suppress("personal-data", [1], "") == 1
    assert open_and_suppressed(mails) == (2, 1)


def test_a_whole_check_is_excused_undone_and_lifted(mails):
    assert mails.suppress("personal-data", None, "addresses are made up") == 1
    (report,) = mails.check(["personal-data"])
    assert (report.count, report.suppressed, report.reason) == (0, 3, "addresses are made up")
    assert mails.ids("issue:personal-data") == []
    assert mails.stats().issues.get("personal-data") is None
    mails.editor.undo()
    assert open_and_suppressed(mails) == (3, 0)
    mails.editor.redo()
    assert open_and_suppressed(mails) == (0, 3)
    assert mails.suppress("personal-data", None, "") == 1
    assert open_and_suppressed(mails) == (3, 0)


def test_a_finding_to_come_is_excused_as_well(mails, tmp_path):
    mails.suppress("personal-data", None, "addresses are made up")
    mails.editor.set_fields([3], {"text": "and one more: z@example.com"})
    assert open_and_suppressed(mails) == (0, 3)


def test_saying_it_twice_changes_nothing(mails):
    mails.suppress("personal-data", None, "made up")
    steps = len(mails.log(20))
    assert mails.suppress("personal-data", None, "made up") == 0
    assert len(mails.log(20)) == steps


def test_an_unknown_check_is_named(mails):
    with pytest.raises(CuratorError) as caught:
        mails.suppress("personal-dat", [1], "x")
    assert "personal-data" in caught.value.remedy
