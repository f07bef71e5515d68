"""Labels of the test that are likely wrong."""

from __future__ import annotations

import numpy as np

from curator.evaluate.fairness.suspects import suspects
from curator.records import ClassificationRow

LABELS = ("refund", "delivery", "unused")
WORDS = {
    "refund": ["money", "back", "refund", "paid", "charged", "twice", "bank", "account", "return", "invoice"],
    "delivery": [
        "parcel",
        "delivery",
        "courier",
        "door",
        "late",
        "truck",
        "street",
        "arrived",
        "box",
        "tracking",
    ],
}


def tickets(count: int, start: int) -> list[ClassificationRow]:
    rng = np.random.default_rng(start)
    return [
        ClassificationRow(
            id=str(start + number),
            text=" ".join(rng.choice(WORDS[LABELS[number % 2]], 6)),
            label=LABELS[number % 2],
        )
        for number in range(count)
    ]


def test_a_wrong_label_of_the_test_is_listed_with_the_likelier_one():
    train, test = tickets(200, 0), tickets(60, 1_000)
    wrong = test[7].model_copy(update={"label": "refund"})
    test[7] = wrong
    found = suspects(LABELS, train, test, ["delivery"] * 60)
    assert [one.id for one in found] == [wrong.id]
    assert (found[0].label, found[0].likelier, found[0].tuned) == ("refund", "delivery", "delivery")
    assert found[0].probability > 0.9 > found[0].own


def test_a_wrong_label_of_the_train_rows_is_not_the_tests_matter():
    train, test = tickets(200, 0), tickets(60, 1_000)
    train[7] = train[7].model_copy(update={"label": "refund"})
    assert suspects(LABELS, train, test, ["delivery"] * 60) == ()


def test_too_few_rows_cannot_be_judged():
    assert suspects(LABELS, tickets(40, 0), tickets(20, 1_000), ["refund"] * 20) == ()
