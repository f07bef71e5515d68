"""A column for every field: what becomes a field, what stays out, what is left to the checks."""

from __future__ import annotations

import pytest

from curator.formats.mapping import Refused, converter
from curator.formats.plain import SEVERAL_ANSWERS

LABELS = {"text": "t", "label": "l"}
ASKED = {"instruction": "q", "answer": "a", "input": "i", "system": "s", "history": "h"}


def fields(kind, mapping, row):
    (made,) = converter(kind, mapping)(row)
    return made.fields


def test_numbers_and_booleans_become_labels_but_not_texts():
    (made,) = converter("classification", LABELS)({"t": 5, "l": 1, "x": 2})
    assert made == ({"text": 5, "label": "1"}, {"x": 2}, ())
    assert fields("classification", LABELS, {"t": "a", "l": False}) == {"text": "a", "label": "false"}
    assert fields("classification", LABELS, {"t": "a", "l": 0}) == {"text": "a", "label": "0"}


@pytest.mark.parametrize("blank", ["", None, []])
def test_an_empty_label_is_no_label(blank):
    assert fields("classification", LABELS, {"t": "a", "l": blank}) == {"text": "a"}


def test_an_empty_text_stays_visible():
    assert fields("classification", LABELS, {"t": "", "l": ""}) == {"text": ""}
    assert fields("instruction", ASKED, {"q": "", "a": "", "i": "", "s": "", "h": []}) == {
        "instruction": "",
        "answer": "",
    }


def test_a_label_in_a_list_stays_a_fault_to_be_reported():
    assert fields("classification", LABELS, {"t": "a", "l": ["x"]})["label"] == ["x"]
    assert fields("classification", LABELS, {"t": "a", "l": ["x", "y"]})["label"] == ["x", "y"]


def test_a_label_with_half_a_character_can_be_stored():
    assert fields("classification", LABELS, {"t": "a", "l": "\ud83d"})["label"] == "\\ud83d"


def test_a_value_of_the_wrong_type_stays():
    assert fields("text", {"text": "t"}, {"t": {"a": 1}}) == {"text": {"a": 1}}


def test_a_column_that_is_missing_in_a_row_does_not_hide_another():
    (made,) = converter("classification", LABELS)({"t": "a", "x": 1})
    assert made == ({"text": "a"}, {"x": 1}, ())


def test_one_column_can_hold_two_fields():
    (made,) = converter("classification", {"text": "t", "label": "t"})({"t": "a", "x": 1})
    assert made == ({"text": "a", "label": "a"}, {"x": 1}, ())


def test_a_row_without_any_field_is_refused_by_the_name_of_its_column():
    (made,) = converter("instruction", ASKED)({"other": 1})
    assert made == Refused("has no 'q', so there is nothing to make a record of")


@pytest.mark.parametrize(
    "history",
    [
        [["q", "a"]],
        '[["q", "a"]]',
        [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}],
        '[{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]',
        [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}],
        [{"human": "q", "assistant": "a"}],
    ],
)
def test_earlier_turns_become_messages_however_they_are_written(history):
    assert fields("instruction", ASKED, {"q": "x", "h": history})["history"] == [
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": "a"},
    ]


@pytest.mark.parametrize("history", ["", "[]", "null", None, []])
def test_no_earlier_turns_make_no_history(history):
    assert fields("instruction", ASKED, {"q": "x", "h": history}) == {"instruction": "x"}


@pytest.mark.parametrize(
    "history", ["he said", [["q", None]], [1], [{"role": "user", "content": "q", "at": 5}]]
)
def test_a_history_that_cannot_be_read_stays_as_it_is(history):
    assert fields("instruction", ASKED, {"q": "x", "h": history})["history"] == history


def test_several_answers_make_a_record_each():
    made = converter("instruction", {"instruction": "q", "answer": "a"})(
        {"q": "x", "a": ["one", "two"], "id": 7}
    )
    assert [m.fields["answer"] for m in made] == ["one", "two"]
    assert all(m.meta == {"id": 7} and m.notes == (SEVERAL_ANSWERS,) for m in made)


def test_one_answer_in_a_list_is_an_answer_and_none_is_none():
    convert = converter("instruction", {"instruction": "q", "answer": "a"})
    assert convert({"q": "x", "a": ["one"]}) == [({"instruction": "x", "answer": "one"}, {}, ())]
    assert convert({"q": "x", "a": []}) == [({"instruction": "x"}, {}, ())]
    assert convert({"q": "x", "a": [1, 2]}) == [({"instruction": "x", "answer": [1, 2]}, {}, ())]


def test_answers_with_their_places_keep_the_places_as_metadata():
    answers = {"text": ["Paris"], "answer_start": [10]}
    made = converter("instruction", {"instruction": "q", "answer": "a"})({"q": "x", "a": answers})
    assert made == [({"instruction": "x", "answer": "Paris"}, {"a": answers}, ())]
