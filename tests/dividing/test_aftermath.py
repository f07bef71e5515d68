"""What is told right after a change: leaks across the split, and a frozen test set that differs."""

from __future__ import annotations

import pytest

from curator.dividing import aftermath
from tests.dividing.test_divide import nearly, sentence
from tests.findings import checked


@pytest.fixture
def letters(make_project):
    project = make_project([{"text": sentence(i), "label": "ab"[i % 2]} for i in range(40)])
    project.split()
    return project


def pair(project):
    return project.ids("split:train")[0], project.ids("split:test")[0]


def told(project, record_id):
    return [(finding.related, finding.message) for finding in project.leaks_of([record_id])]


def test_a_leak_made_by_an_edit_is_told_everywhere(letters):
    train_id, test_id = pair(letters)
    letters.editor.set_fields([train_id], {"text": letters.record(test_id).fields["text"].upper()})
    assert told(letters, train_id) == [
        (test_id, f"is in train, but has the same input as record {test_id} in test")
    ]
    assert letters.leaks() == letters.split().leaks == 1
    assert [finding.record_id for finding in checked(letters, "split-leak")] == [train_id]


def test_a_near_leak_made_by_an_edit_is_told_in_the_words_of_the_check(letters):
    train_id, test_id = pair(letters)
    letters.editor.set_fields([train_id], {"text": nearly(letters.record(test_id).fields["text"])})
    message = f"is in train, but has nearly the same input as record {test_id} in test (similarity 0.95)"
    assert told(letters, train_id)[0] == (test_id, message)
    assert [finding.message for finding in checked(letters, "split-leak")] == [message]
    assert letters.split().leaks == 1
    assert letters.leaks() == 0


def test_an_edit_on_one_side_tells_nothing(letters):
    one, other = letters.ids("split:train")[:2]
    letters.editor.set_fields([one], {"text": nearly(letters.record(other).fields["text"])})
    assert told(letters, one) == []


def test_a_record_without_a_side_leaks_nothing(letters):
    train_id, test_id = pair(letters)
    letters.editor.assign_splits({train_id: None})
    letters.editor.set_fields([train_id], {"text": letters.record(test_id).fields["text"]})
    assert told(letters, train_id) == []


def test_without_changed_texts_nothing_is_compared(letters):
    train_id, test_id = pair(letters)
    letters.editor.set_fields([train_id], {"text": letters.record(test_id).fields["text"]})
    assert letters.leaks_of([train_id], texts_changed=False) == []


def test_a_large_split_says_that_only_the_check_compares_all(letters, monkeypatch):
    monkeypatch.setattr(aftermath, "MOST_PLACED", 10)
    train_id, test_id = pair(letters)
    letters.editor.set_fields([train_id], {"text": nearly(letters.record(test_id).fields["text"])})
    (finding,) = letters.leaks_of([train_id])
    assert (finding.severity, finding.related) == ("info", None)
    assert "curator check" in finding.message


def test_after_a_large_change_the_check_is_named_instead(letters, monkeypatch):
    monkeypatch.setattr(aftermath, "MOST_CHANGED", 3)
    train_ids, test_id = letters.ids("split:train")[:5], letters.ids("split:test")[0]
    letters.editor.set_fields(train_ids, {"text": letters.record(test_id).fields["text"]})
    ((_, message),) = [(f.related, f.message) for f in letters.leaks_of(train_ids)]
    assert message == "was changed together with 4 others: only `curator check` looks for leaks"


def test_an_edited_record_of_a_frozen_test_set_is_told(letters):
    letters.split(freeze=True)
    _, test_id = pair(letters)
    letters.editor.label([test_id], letters.record(test_id).fields["label"])
    assert told(letters, test_id) == []
    letters.editor.label([test_id], "b" if letters.record(test_id).fields["label"] == "a" else "a")
    ((_, message),) = told(letters, test_id)
    assert message.startswith("changed since the test set was frozen on 20")


def test_a_deleted_record_of_a_frozen_test_set_is_told(letters):
    letters.split(freeze=True)
    _, test_id = pair(letters)
    letters.editor.delete([test_id])
    assert "left the test set" in told(letters, test_id)[0][1]
