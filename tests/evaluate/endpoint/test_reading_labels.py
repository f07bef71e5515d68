from __future__ import annotations

import pytest

from curator.evaluate.endpoint.reading_labels import LabelReader


@pytest.mark.parametrize(
    "labels", [("A", "A*"), ("US", "us"), ("yes", "Yes!"), ("a", "A", "(a)"), ("C", "C#", "*")]
)
def test_an_answer_that_is_a_label_is_that_label(labels):
    read = LabelReader(labels)
    assert [read(label) for label in labels] == list(labels)
    assert [read(f" {label}\n") for label in labels] == list(labels)


@pytest.mark.parametrize(
    ("labels", "answer", "meant"),
    [
        (("US", "us"), "US.", "US"),
        (("US", "us"), "**us**", "us"),
        (("US", "us"), "Us", None),
        (("A", "A*"), "A.", None),
        (("yes", "Yes!"), "YES", None),
        (("Delivery", "refund"), "«delivery»", "Delivery"),
        (("delivery", "refund"), "delivery or refund", None),
        (("delivery", "refund"), "", None),
    ],
)
def test_what_stands_around_a_label_does_not_count_unless_labels_differ_in_it(labels, answer, meant):
    assert LabelReader(labels)(answer) == meant
