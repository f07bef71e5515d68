"""Find and replace: what is shown is what happens, in one step."""

from __future__ import annotations

import pytest

from curator.errors import CuratorError
from curator.replacing import Replacement


def replaced(project, **wanted) -> int:
    replacer = project.replacer(Replacement(**wanted))
    ids = project.ids("")
    before = {swap.record_id: swap.after for swap in replacer.preview(ids)}
    changed = replacer.apply(project.editor, ids)
    assert changed == len(before)
    for record_id, after in before.items():
        assert after.items() <= project.record(record_id).fields.items()
    return changed


def test_text_is_found_as_it_stands_and_one_undo_brings_it_back(tickets):
    assert replaced(tickets, find="parcel", put=r"box\1") == 2
    assert tickets.record(1).fields["text"] == r"Where is my box\1?"
    assert tickets.editor.undo()[0].count == 2
    assert tickets.record(1).fields["text"] == "Where is my parcel?"


def test_an_expression_names_its_groups_in_any_script(tickets):
    assert replaced(tickets, find=r"(спасибо|thank you), ", put=r"\1! ", regex=True, ignore_case=True) == 2
    assert tickets.record(6).fields["text"] == "Спасибо! всё отлично!"


def test_labels_are_never_touched_and_no_text_is_emptied(tickets):
    assert replaced(tickets, find=r"^.*$", put="", regex=True) == 0
    assert replaced(tickets, find="refund", put="x") == 0


def test_every_turn_of_a_conversation_is_looked_at(make_project):
    turns = [{"role": "user", "content": "Hi Bob"}, {"role": "assistant", "content": "Bob here"}]
    project = make_project([{"instruction": "Who?", "answer": "Bob.", "history": turns}], "instruction")
    assert replaced(project, find="Bob", put="Ann") == 1
    fields = project.record(1).fields
    assert [turn["content"] for turn in fields["history"]] == ["Hi Ann", "Ann here"]
    assert fields["answer"] == "Ann."
    assert replaced(project, find="Ann", put="Eve", field="answer") == 1
    assert project.record(1).fields["history"][0]["content"] == "Hi Ann"


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"find": "", "put": "x"}, "nothing to look for"),
        ({"find": "(", "put": "x", "regex": True}, "no regular expression"),
        ({"find": "a", "put": r"\3", "regex": True}, "cannot be read"),
        ({"find": "a", "put": "b", "field": "txt"}, "no text field 'txt'"),
        ({"find": "a", "put": "b", "field": "label"}, "no text field 'label'"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_changes(tickets, wanted, told):
    with pytest.raises(CuratorError, match=told):
        tickets.replacer(Replacement(**wanted))
