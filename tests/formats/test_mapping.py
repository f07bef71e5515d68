"""Columns find their fields without being told, and the user overrules."""

from __future__ import annotations

import pytest

from curator.errors import CuratorError
from curator.formats.mapping import parse_assignments, resolve, split_row


@pytest.mark.parametrize(
    ("kind", "columns", "expected"),
    [
        ("classification", ["id", "Message", "Category"], {"text": "Message", "label": "Category"}),
        ("classification", ["текст", "метка"], {"text": "текст", "label": "метка"}),
        ("classification", ["text"], {"text": "text"}),
        ("instruction", ["instruction", "output"], {"instruction": "instruction", "answer": "output"}),
        ("instruction", ["prompt", "input", "reply"], {"instruction": "prompt", "answer": "reply", "input": "input"}),
        ("instruction", ["question", "answer"], {"instruction": "question", "answer": "answer"}),
        ("instruction", ["prompt", "completion"], {"instruction": "prompt", "answer": "completion"}),
        ("instruction", ["вопрос", "ответ"], {"instruction": "вопрос", "answer": "ответ"}),
        ("text", ["title", "content"], {"text": "content"}),
    ],
)  # fmt: skip
def test_the_usual_names(kind, columns, expected):
    assert resolve(kind, columns, {}, "f") == expected


def test_the_user_overrules():
    assert resolve("classification", ["text", "body", "label"], {"text": "body"}, "f") == {
        "text": "body",
        "label": "label",
    }


def test_a_wrong_field_is_named():
    with pytest.raises(CuratorError, match="no field 'txt'"):
        resolve("text", ["a"], {"txt": "a"}, "f")


@pytest.mark.parametrize("pair", ["text", "=a", "text="])
def test_a_broken_assignment_is_named(pair):
    with pytest.raises(CuratorError, match="Cannot read --map"):
        parse_assignments([pair])


def test_numbers_and_booleans_become_labels_but_not_texts():
    fields, meta = split_row("classification", {"text": "t", "label": "l"}, {"t": 5, "l": 1, "x": 2})
    assert fields == {"text": 5, "label": "1"}
    assert meta == {"x": 2}


def test_an_empty_label_is_no_label_but_an_empty_text_stays_visible():
    assert split_row("classification", {"text": "t", "label": "l"}, {"t": "", "l": ""})[0] == {"text": ""}
