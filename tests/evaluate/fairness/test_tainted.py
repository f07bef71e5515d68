"""Test rows that the training data gives away."""

from __future__ import annotations

import numpy as np
import pytest

from curator.config import EvaluateSettings
from curator.evaluate.evaluation import evaluate_scores
from curator.evaluate.fairness.tainted import how_held_out, tainted
from curator.evaluate.scores import RowScore
from curator.records import ClassificationRow, InstructionRow
from tests.evaluations import full

LABELS = ("a", "b")


def sentence(seed: int, words: int = 30) -> str:
    rng = np.random.default_rng(seed)
    return " ".join(f"w{number}" for number in rng.integers(0, 5_000, words))


def row(number: int, text: str) -> ClassificationRow:
    return ClassificationRow(id=str(number), text=text, label=LABELS[number % 2])


def test_the_same_near_and_overlapping_rows_are_named_with_the_train_row():
    train = [row(number, sentence(number)) for number in range(20)]
    near = " ".join([*sentence(4).split()[:-1], "other"])
    shared = sentence(700, 20) + " " + " ".join(sentence(5).split()[3:16])
    short = sentence(800, 20) + " " + " ".join(sentence(6).split()[3:15])
    test = [
        row(100, sentence(3).upper()),
        row(101, near),
        row(102, shared),
        row(103, short),
        row(104, sentence(900)),
    ]
    found = tainted(train, test, ["a"] * 20)
    assert [(one.id, one.train_id, one.tie) for one in found] == [
        ("100", "3", "the same"),
        ("101", "4", "near duplicate"),
        ("102", "5", "shared words"),
    ]
    assert 0.8 <= found[1].similarity < 1.0


def test_an_instruction_that_many_rows_give_is_a_form_and_gives_nothing_away():
    form = (
        "Sort the following message into one of the kinds that are listed in the handbook of the help desk: "
    )
    train = [InstructionRow(id=str(n), instruction=form, input=sentence(n, 6), answer="a") for n in range(12)]
    test = [InstructionRow(id="x", instruction=form, input=sentence(99, 6), answer="a")]
    assert tainted(train, test, ["a"] * 12) == []
    one = [InstructionRow(id="0", instruction=form, input=sentence(1, 6), answer="a")]
    assert [found.tie for found in tainted(one, test, ["a"])] == ["shared words"]


def test_a_question_whose_words_stand_in_a_train_answer_is_given_away():
    train = [InstructionRow(id="1", instruction="Quote the passage.", answer=sentence(1, 40))]
    test = [
        InstructionRow(
            id="2", instruction=f"Who wrote: {' '.join(sentence(1, 40).split()[5:25])}", answer="me"
        )
    ]
    assert [found.train_id for found in tainted(train, test, [train[0].answer])] == ["1"]


def test_a_planted_leak_is_caught_and_the_score_is_given_without_it():
    train = [row(number, sentence(number)) for number in range(40)]
    leaked = [row(100 + number, sentence(number)) for number in range(20)]
    fresh = [row(200 + number, sentence(200 + number)) for number in range(20)]
    test = [*leaked, *fresh]

    def scores(right: list[bool]) -> list[RowScore]:
        return [
            RowScore(
                id=one.id,
                answer=one.label if hit else LABELS[LABELS.index(one.label) - 1],
                values={"correct": float(hit)},
            )
            for one, hit in zip(test, right, strict=True)
        ]

    systems = {"base": scores([True, False] * 20), "tuned": scores([True] * 20 + [True, False] * 10)}
    found = evaluate_scores("classification", LABELS, train, test, systems, EvaluateSettings(resamples=300))
    assert found.gain.proven
    assert found.verdict.outcome == "undecided"
    assert "gives 20 test rows away" in found.verdict.sentence
    clean = found.contamination
    assert [one.id for one in clean.rows] == [one.id for one in leaked]
    assert clean.clean == 20
    assert clean.systems["tuned"] == clean.systems["base"] == pytest.approx(0.5)
    assert clean.gain.difference == 0.0
    assert not clean.gain.proven


def test_a_test_that_is_all_in_train_has_no_score_without_it():
    rows = [row(number, sentence(number)) for number in range(6)]
    test = [row(100 + number, sentence(number)) for number in range(6)]
    scores = [RowScore(id=one.id, answer=one.label, values={"correct": 1.0}) for one in test]
    found = evaluate_scores(
        "classification",
        LABELS,
        rows,
        test,
        {"base": scores, "tuned": scores},
        EvaluateSettings(resamples=100),
    )
    assert (found.contamination.clean, found.contamination.systems, found.contamination.gain) == (0, {}, None)


def test_without_train_rows_nothing_is_said():
    test = [row(1, sentence(1)), row(2, sentence(2))]
    scores = [RowScore(id=one.id, answer=one.label, values={"correct": 1.0}) for one in test]
    found = evaluate_scores(
        "classification", LABELS, [], test, {"base": scores, "tuned": scores}, EvaluateSettings(resamples=100)
    )
    assert found.contamination is None


def test_it_is_said_how_many_test_rows_the_training_data_gives_away():
    found = full()[0].contamination
    assert found is not None
    assert how_held_out(found) == "1 of them given away by training rows"
    assert how_held_out(found.model_copy(update={"rows": ()})) == "none of them given away by training rows"
    assert how_held_out(None) == "held out of the training"
