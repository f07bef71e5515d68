"""Leaks across the split that is there: equal inputs, groups, near duplicates, runs of words, a frozen test set."""

from __future__ import annotations

import json

import pytest

from tests.dividing.test_divide import add, nearly, sentence
from tests.findings import checked


@pytest.fixture
def letters(make_project):
    project = make_project([{"text": sentence(i), "label": "ab"[i % 2]} for i in range(40)])
    project.split()
    return project


def found(project, check_id):
    return [(f.record_id, f.related, f.message) for f in checked(project, check_id)]


def test_a_clean_split_has_none(letters):
    letters.split(freeze=True)
    for check_id in ("split-leak", "contaminated", "frozen-test"):
        assert found(letters, check_id) == []


def test_the_inner_record_is_named_and_the_strongest_tie(letters):
    train_id, test_id = letters.ids("split:train")[0], letters.ids("split:test")[0]
    between = letters.ids("split:validation")[0]
    text = letters.record(test_id).fields["text"]
    letters.editor.set_fields([train_id], {"text": nearly(text)})
    letters.editor.set_fields([between], {"text": text})
    other = f"input as record {test_id} in test"
    assert found(letters, "split-leak") == [
        (between, test_id, f"is in validation, but has the same {other}"),
        (train_id, test_id, f"is in train, but has nearly the same {other} (similarity 0.95)"),
    ]


def test_answers_that_make_two_records_alike_are_found(make_project):
    rows = [{"instruction": f"{i} q", "output": sentence(i, 30)} for i in range(30)]
    project = make_project(rows, kind="instruction")
    project.split()
    train_id, test_id = project.ids("split:train")[0], project.ids("split:test")[0]
    project.editor.set_fields([train_id], {"answer": project.record(test_id).fields["answer"]})
    ((record_id, related, message),) = found(project, "split-leak")
    assert (record_id, related) == (train_id, test_id)
    assert "nearly the same input and target" in message


def test_near_documents_that_are_cut_inside_are_found(make_project):
    project = make_project([{"text": sentence(i, 600)} for i in range(3)], kind="text")
    project.split()
    project.editor.set_fields([2], {"text": nearly(project.record(1).fields["text"], 9)})
    ((_, _, message),) = found(project, "split-leak")
    assert message.startswith("is cut inside, but has nearly the same input as record")
    assert "cut inside (similarity 0.99)" in message
    assert project.split().leaks == 1


def test_a_test_record_with_a_long_run_of_a_training_text_is_found(letters):
    train_id, test_id = letters.ids("split:train")[0], letters.ids("split:test")[0]
    taken = letters.record(train_id).fields["text"].split()
    letters.editor.set_fields([test_id], {"text": sentence(99, 40) + " " + " ".join(taken[:13])})
    assert [i for i, _, _ in found(letters, "contaminated")] == [test_id]
    assert found(letters, "split-leak") == []
    letters.editor.set_fields([test_id], {"text": sentence(99, 40) + " " + " ".join(taken[:12])})
    assert found(letters, "contaminated") == []


def test_an_answer_that_gives_a_test_question_away_is_found(make_project):
    rows = [{"instruction": sentence(i, 15), "output": f"answer {i}"} for i in range(30)]
    project = make_project(rows, kind="instruction")
    project.split()
    train_id, test_id = project.ids("split:train")[0], project.ids("split:test")[0]
    asked = project.record(test_id).fields["instruction"]
    project.editor.set_fields([train_id], {"answer": f"As you asked before: {asked}"})
    assert [i for i, _, _ in found(project, "contaminated")] == [test_id]


def test_an_instruction_that_many_records_give_is_a_form(make_project):
    rows = [
        {"instruction": sentence(0, 30), "input": f"case number {i}", "output": f"{i}"} for i in range(30)
    ]
    project = make_project(rows, kind="instruction", split={"near_duplicates": 0})
    project.split()
    assert found(project, "contaminated") == []


def test_a_paragraph_in_two_documents_is_found(make_project):
    documents = [[sentence(1000 * i + p) for p in range(5)] for i in range(20)]
    for document in documents:
        document[2] = sentence(5)
    project = make_project([{"text": "\n\n".join(document)} for document in documents], kind="text")
    project.split()
    assert [i for i, _, _ in found(project, "contaminated")] == project.ids("split:test")


def test_a_paragraph_on_both_sides_of_a_document_cut_inside_is_found(make_project):
    texts = [sentence(i, 900).split() for i in range(3)]
    texts[1][-40:] = texts[1][:40]
    project = make_project([{"text": " ".join(words)} for words in texts], kind="text")
    project.split()
    assert [i for i, _, _ in found(project, "contaminated")] == [2]


def test_a_frozen_test_set_that_is_no_longer_the_same_is_told_record_by_record(letters, tmp_path):
    letters.split(freeze=True)
    changed, moved, rejected, deleted, flagged, kept = letters.ids("split:test")[:6]
    newcomer = letters.ids("split:train")[0]
    letters.editor.set_fields([changed], {"text": "another text"})
    letters.editor.assign_splits({moved: "train", newcomer: "test"})
    letters.editor.set_status([rejected], "rejected")
    letters.editor.set_status([flagged], "flagged")
    letters.editor.delete([deleted])
    add(letters, [{"text": sentence(77), "label": "a"}], tmp_path)
    messages = {i: message for i, _, message in found(letters, "frozen-test")}
    assert kept not in messages
    assert {i: message.split(" on 20")[0] for i, message in messages.items()} == {
        changed: "changed since the test set was frozen",
        moved: "left the test set after it was frozen",
        newcomer: "came into the test set after it was frozen",
        rejected: "was rejected or deleted after the test set was frozen",
        deleted: "was rejected or deleted after the test set was frozen",
        flagged: "left the test set after it was frozen",
    }


def test_freezing_again_takes_the_test_set_as_it_is(letters):
    letters.split(freeze=True)
    letters.editor.set_fields(letters.ids("split:test")[:1], {"text": "mended"})
    assert len(found(letters, "frozen-test")) == 1
    letters.split(freeze=True)
    assert letters.ids("issue:frozen-test") == []
    assert found(letters, "frozen-test") == []


def test_findings_about_the_split_end_with_it(letters):
    train_id, test_id = letters.ids("split:train")[0], letters.ids("split:test")[0]
    letters.editor.set_fields([train_id], {"text": nearly(letters.record(test_id).fields["text"])})
    letters.check()
    assert letters.ids("issue:split-leak") == [train_id]
    assert letters.ids("issue:contaminated") == [test_id]
    letters.split(fresh=True)
    assert letters.ids("issue:split-leak") == letters.ids("issue:contaminated") == []


def test_messages_can_be_written_as_json(letters):
    train_id, test_id = letters.ids("split:train")[0], letters.ids("split:test")[0]
    letters.editor.set_fields([train_id], {"text": letters.record(test_id).fields["text"]})
    assert json.dumps([finding.as_dict() for finding in checked(letters, "split-leak")])


def test_a_changed_record_that_may_share_words_with_thousands_is_compared_with_all(make_project):
    shared = "one two three four five six seven eight nine ten eleven twelve thirteen"
    rows = [{"text": f"{shared.split()[n % 13]} filler {n}", "label": "a"} for n in range(30)]
    project = make_project([*rows, {"text": f"x {shared} y", "label": "a"}], labels=["a"])
    project.editor.assign_splits({n + 1: "train" for n in range(30)} | {31: "test"})
    assert found(project, "contaminated") == []
    project.editor.set_fields([3], {"text": f"{shared} {shared[::-1]} and more"})
    assert [(record_id, related) for record_id, related, _ in found(project, "contaminated")] == [(31, 3)]
