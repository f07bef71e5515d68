"""Every change is a step that can be taken back, and nothing that was shown as saved is lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from curator.config import checked
from curator.edits import Editor
from curator.errors import CuratorError
from curator.importing import Options
from curator.project import Project

LABELS = ["delivery", "praise", "refund"]


def snapshot(project):
    return [r.model_dump() for r in project.records()], [r.id for r in project.records("status:deleted")]


def test_labelling_accepts_and_is_undone(tickets):
    before = snapshot(tickets)
    assert tickets.editor.label([1, 2], "refund") == 2
    assert [(r.fields["label"], r.status) for r in tickets.records("id:1,2")] == [("refund", "accepted")] * 2
    tickets.editor.undo()
    assert snapshot(tickets) == before


def test_a_bulk_edit_is_one_step(tickets):
    assert tickets.editor.set_status(tickets.ids("label:refund,praise"), "rejected") == 4
    assert [step.count for step in tickets.editor.undo()] == [4]
    assert tickets.ids("status:rejected") == []


def test_an_edit_that_changes_nothing_is_no_step(tickets):
    tickets.editor.label([1], "refund")
    tickets.editor.undo()
    assert tickets.editor.set_status([3], "new") == 0
    assert len(tickets.editor.redo()) == 1


def test_a_new_edit_ends_what_could_be_redone(tickets):
    tickets.editor.label([1], "refund")
    tickets.editor.undo()
    tickets.editor.label([2], "praise")
    assert tickets.editor.redo() == []


def test_undo_reaches_back_across_restarts(tickets):
    for record_id in (1, 2, 3):
        tickets.editor.label([record_id], "praise")
    root = tickets.root
    tickets.close()
    again = Project(root)
    assert len(again.editor.undo(10)) == 4
    assert again.records() == []
    assert len(again.editor.redo(10)) == 4
    assert len(again.ids("label:praise")) == 5
    again.close()


def test_deleted_records_come_back_as_they_were(tickets):
    tickets.editor.label([1], "refund")
    tickets.editor.delete([1])
    assert tickets.ids("") == [2, 3, 4, 5, 6]
    with pytest.raises(CuratorError, match="Record 1 is deleted"):
        tickets.editor.label([1], "praise")
    tickets.editor.restore([1])
    assert tickets.record(1).status == "accepted"


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("txt", "x", "no field 'txt'"),
        ("label", "refnd", "no label 'refnd'"),
        ("text", 3, "text:"),
        ("text", " ", "text:"),
        ("text", None, "cannot be empty"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(tickets, field, value, problem):
    with pytest.raises(CuratorError, match=problem):
        tickets.editor.set_fields([1], {field: value})


def test_one_missing_record_changes_none(tickets):
    before = snapshot(tickets)
    with pytest.raises(CuratorError, match="no record 99"):
        tickets.editor.label([1, 99], "refund")
    assert snapshot(tickets) == before


def test_the_journal_says_who_did_what(tickets):
    Editor(tickets.connection, tickets.kind, tickets.config.labels, actor="анна").label([1], "praise")
    step, change = tickets.history(1)[-1]
    assert (step.actor, step.verb, change.before["fields"]["label"]) == ("анна", "label", "delivery")
    assert tickets.log(1)[0].actor == "анна"


def test_search_follows_an_edit(tickets):
    tickets.editor.set_fields([1], {"text": "ПОСЫЛКА где?"})
    assert tickets.ids("посылка") == [1]
    assert tickets.ids('"my parcel"') == []


def test_two_processes_edit_the_same_project(tickets):
    other = Project(tickets.root)
    tickets.editor.label([1], "refund")
    other.editor.label([2], "refund")
    assert tickets.ids("label:refund status:accepted") == [1, 2]
    other.editor.undo(2)
    assert tickets.ids("status:accepted") == []
    other.close()


class Journal(RuleBasedStateMachine):
    """Random edits; undo walks back through every state there was, redo forward again."""

    folder = ""
    number = 0

    @initialize()
    def begin(self):
        Journal.number += 1
        root = os.path.join(Journal.folder, str(Journal.number))
        config = checked({"kind": "classification", "labels": LABELS})
        self.project = Project.create(Path(root), config)
        path = root + ".jsonl"
        with open(path, "w", encoding="utf-8") as stream:
            stream.writelines(f'{{"text": "t{i}", "label": "{LABELS[i % 3]}"}}\n' for i in range(5))
        self.project.import_files([path], Options(), lambda *_: None)
        self.states = [snapshot(self.project)]
        self.at = 0

    def did(self, changed):
        if changed:
            self.states = [*self.states[: self.at + 1], snapshot(self.project)]
            self.at += 1

    @rule(ids=st.lists(st.integers(1, 5), unique=True, min_size=1), label=st.sampled_from(LABELS))
    def label(self, ids, label):
        live = [i for i in ids if self.project.record(i).status != "deleted"]
        self.did(self.project.editor.label(live, label) if live else 0)

    @rule(record=st.integers(1, 5), text=st.text(min_size=1).filter(lambda t: t.strip()))
    def edit(self, record, text):
        if self.project.record(record).status != "deleted":
            try:
                self.did(self.project.editor.set_fields([record], {"text": text}))
            except CuratorError:
                assert snapshot(self.project) == self.states[self.at]

    @rule(ids=st.lists(st.integers(1, 5), unique=True, min_size=1))
    def delete_or_restore(self, ids):
        gone = [i for i in ids if self.project.record(i).status == "deleted"]
        self.did(self.project.editor.restore(gone) if gone else self.project.editor.delete(ids))

    @rule(steps=st.integers(1, 4))
    def undo(self, steps):
        wanted = min(steps, self.at)
        if wanted:
            assert len(self.project.editor.undo(wanted)) == wanted
            self.at -= wanted
        assert snapshot(self.project) == self.states[self.at]

    @rule(steps=st.integers(1, 4))
    def redo(self, steps):
        done = len(self.project.editor.redo(steps))
        assert done == min(steps, len(self.states) - 1 - self.at)
        self.at += done
        assert snapshot(self.project) == self.states[self.at]

    def teardown(self):
        if hasattr(self, "project"):
            self.project.close()


def test_undo_and_redo_walk_through_every_state(tmp_path):
    Journal.folder = str(tmp_path)
    run_state_machine_as_test(
        Journal,
        settings=settings(
            max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
