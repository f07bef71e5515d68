"""Who comes into which split, over the life of a project."""

from __future__ import annotations

import pytest

from curator.errors import CuratorError
from curator.importing import Options


@pytest.fixture
def messages(make_project):
    rows = [{"text": f"message {i}", "label": f"l{i % 2}", "customer": f"c{i // 4}"} for i in range(60)]
    project = make_project(rows)
    project.split()
    return project


def sides(project):
    return {record.id: record.split for record in project.records()}


def test_a_record_keeps_its_side_while_it_cannot_be_used(messages):
    before = sides(messages)
    held_out = messages.ids("split:test")
    messages.editor.set_status(held_out, "flagged")
    assert messages.split().changed == 0
    messages.editor.set_status(held_out, "accepted")
    assert messages.split().changed == 0
    assert sides(messages) == before


def test_a_frozen_test_set_stays_whatever_is_asked(messages):
    messages.split(freeze=True)
    held_out = messages.ids("split:test")
    messages.change_settings({"split.seed": 9})
    messages.split(fresh=True)
    assert messages.ids("split:test") == held_out


def test_undoing_the_split_ends_the_freeze(make_project):
    project = make_project([{"text": f"m {i}", "label": "a"} for i in range(30)])
    project.split(freeze=True)
    project.editor.undo()
    assert project.split().counts["test"] == 6


def test_there_must_be_a_test_set_to_freeze(make_project):
    with pytest.raises(CuratorError, match="no test set to freeze"):
        make_project().split(freeze=True)


def test_a_group_that_comes_late_is_reported_as_a_leak_until_a_fresh_split(messages):
    messages.change_settings({"split.group": "customer"})
    assert messages.split().leaks > 0
    assert messages.check(["split-leak"])[0][0].count > 0
    assert messages.split(fresh=True).leaks == 0
    assert messages.check(["split-leak"])[0][0].count == 0


def test_a_group_column_that_does_not_exist_is_named(messages):
    messages.change_settings({"split.group": "custmer"})
    with pytest.raises(CuratorError) as caught:
        messages.split()
    assert "Did you mean customer?" in caught.value.remedy


def test_a_leak_made_by_an_edit_is_counted_everywhere(messages):
    test_id, train_id = messages.ids("split:test")[0], messages.ids("split:train")[0]
    messages.editor.set_fields([train_id], {"text": messages.record(test_id).fields["text"]})
    assert messages.leaks_of(train_id) == [test_id]
    assert messages.leaks() == messages.split().leaks == 1


@pytest.mark.parametrize("count", [3, 8])
def test_documents_are_dealt_out_or_cut_inside_once_and_for_all(make_project, tmp_path, count):
    project = make_project(kind="text")

    def add(numbers):
        for i in numbers:
            (tmp_path / f"doc{i}.txt").write_text(" ".join(f"d{i}w{j}" for j in range(400)))
        project.import_files([str(tmp_path / f"doc{i}.txt") for i in numbers], Options(), lambda _: None)

    add(range(count))
    project.split(freeze=True)
    before = sides(project)
    add(range(count, count + 9))
    project.split()
    assert {i: side for i, side in sides(project).items() if i in before} == before
    project.editor.set_status(list(before)[:-1], "rejected")
    project.split()
    assert {i: side for i, side in sides(project).items() if i in before} == before
    assert ("blocks" in sides(project).values()) is (count == 3)
