"""Columns without telling names: what their values say, and when they do not say enough."""

from __future__ import annotations

import pytest

from curator.errors import CuratorError
from curator.formats.mapping import resolve

TEXTS = [
    "Ok lar... Joking wif u oni...",
    "Free entry in a weekly competition to win tickets",
    "I don't think he goes there, he lives around here though",
    "Where is my parcel, it was due a week ago",
    "Верните деньги за этот заказ, пожалуйста",
    "Thank you all, that was very kind of you",
]
LABELS = ["ham", "spam", "ham", "ham", "spam", "ham"]


def table(**columns):
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def found(kind, rows):
    return resolve(kind, list(rows[0]), {}, "f", rows)


@pytest.mark.parametrize(
    "extra",
    [
        {},
        {"id": [1, 2, 3, 4, 5, 6]},
        {"key": ["a1b2c3d4", "a1b2c3d5", "a1b2c3d6", "a1b2c3d7", "a1b2c3d8", "a1b2c3d9"]},
        {"column_3": ["", "", "", "", "", "spilled text of one row"]},
        {"language": ["en", "en", "en", "en", "ru", "en"]},
        {"class_number": [0, 1, 0, 0, 1, 0]},
        {"created": ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-06"]},
        {"page": [f"https://example.org/{n}" for n in range(6)]},
        {"score": [0.5, 0.25, 0.125, 0.75, 0.5, 0.5]},
        {"nested": [{"a": 1}] * 6},
    ],
)
def test_few_short_values_are_the_label_and_long_varied_ones_the_text(extra):
    rows = table(v1=LABELS, v2=TEXTS, **extra)
    assert found("classification", rows) == {"text": "v2", "label": "v1"}
    assert found("text", rows) == {"text": "v2"}


def test_numbers_can_be_classes_when_there_is_nothing_else():
    assert found("classification", table(a=TEXTS, b=[0, 1, 0, 0, 1, 0])) == {"text": "a", "label": "b"}
    assert found("classification", table(a=TEXTS, b=["0", "1", "0", "0", "1", "0"])) == {
        "text": "a",
        "label": "b",
    }


def test_a_file_sorted_by_class_shows_one_class_at_first():
    assert found("classification", table(column_1=TEXTS, column_2=["oos"] * 6)) == {
        "text": "column_1",
        "label": "column_2",
    }


def test_texts_without_labels_are_texts_to_be_labelled():
    assert found("classification", table(a=TEXTS, n=[1, 2, 3, 4, 5, 6])) == {"text": "a"}


def test_a_script_without_blanks_is_text():
    texts = [
        "布洛芬和对乙酰氨基酚的区别是",
        "我需要举办六人晚宴",
        "识别并解释给定列表中的",
        "你能帮我推荐三道菜吗",
    ]
    assert found("classification", table(a=texts, b=["甲", "乙", "甲", "乙"])) == {"text": "a", "label": "b"}


def test_the_clearly_longer_of_two_texts_is_the_text():
    assert found("text", table(a=TEXTS, b=[text * 4 for text in TEXTS])) == {"text": "b"}


@pytest.mark.parametrize(
    "rows",
    [
        table(a=TEXTS, b=TEXTS[::-1]),
        table(a=TEXTS, b=LABELS, c=["x", "x", "y", "y", "x", "y"]),
        table(a=LABELS, b=LABELS),
        table(a=[1, 2, 3, 4, 5, 6]),
    ],
)
def test_what_can_be_read_in_two_ways_or_none_is_asked_about(rows):
    with pytest.raises(CuratorError, match="no column for the field text"):
        found("classification", rows)


def test_a_named_text_takes_the_only_other_column_for_its_label():
    assert found("classification", table(text=TEXTS, colour=LABELS)) == {"text": "text", "label": "colour"}
    assert (
        found("classification", table(id=[1, 2, 3, 4, 5, 6], text=TEXTS, colour=LABELS))["label"] == "colour"
    )


@pytest.mark.parametrize(
    "other", [{"source": LABELS}, {"colour": LABELS, "size": LABELS[::-1]}, {"note": TEXTS}]
)
def test_a_named_text_stays_without_label_where_that_is_open(other):
    assert found("classification", table(text=TEXTS, **other)) == {"text": "text"}


def test_a_question_and_its_answer_are_not_guessed():
    with pytest.raises(CuratorError, match="no column for the field instruction"):
        found("instruction", table(a=TEXTS, b=TEXTS[::-1]))
