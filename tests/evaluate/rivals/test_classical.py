from __future__ import annotations

import math

import pytest

from curator.evaluate.rivals import classical
from curator.records import ClassificationRow, InstructionRow, WindowRow

LABELS = ("refund", "login", "never")


def ticket(number: int, text: str, label: str) -> ClassificationRow:
    return ClassificationRow(id=str(number), group=f"g{number}", text=text, label=label)


TRAIN = [
    ticket(1, "I want my money back", "refund"),
    ticket(2, "please refund my money", "refund"),
    ticket(3, "money was taken twice", "refund"),
    ticket(4, "cannot log in, password wrong", "login"),
    ticket(5, "password reset fails", "login"),
]
TEST = [ticket(6, "password please", "login"), ticket(7, "money!", "refund"), ticket(8, "???", "never")]


def test_the_majority_answers_its_label_with_the_train_frequencies():
    scores = classical.majority(LABELS, TRAIN, TEST)
    assert [score.answer for score in scores] == ["refund"] * 3
    assert [score.values["correct"] for score in scores] == [0.0, 1.0, 0.0]
    assert scores[0].probabilities == pytest.approx((0.6, 0.4, 0.0), abs=1e-5)
    assert scores[1].values["log_loss"] == pytest.approx(-math.log(0.6), abs=1e-5)


def test_rivals_keep_ids_groups_and_order():
    for scores in classical.answers("classification", LABELS, TRAIN, TEST, 0).values():
        assert [(score.id, score.group) for score in scores] == [("6", "g6"), ("7", "g7"), ("8", "g8")]


def test_logistic_regression_learns_the_words():
    scores = classical.tfidf_logreg(LABELS, TRAIN, TEST, 0)
    assert [score.answer for score in scores[:2]] == ["login", "refund"]
    assert all(sum(score.probabilities) == pytest.approx(1.0) for score in scores)


def test_a_label_unseen_in_training_has_a_finite_log_loss():
    found = classical.answers("classification", LABELS, TRAIN, TEST, 0)
    assert all(math.isfinite(scores[2].values["log_loss"]) for scores in found.values())


def test_one_label_in_training_leaves_the_majority_only():
    assert set(classical.answers("classification", LABELS, TRAIN[:3], TEST, 0)) == {"majority"}


def test_without_train_rows_there_is_no_rival():
    assert classical.answers("classification", LABELS, [], TEST, 0) == {}


def test_texts_without_words_are_no_obstacle():
    rows = [ticket(1, "???", "refund"), ticket(2, "!!!", "login")]
    assert [score.answer for score in classical.tfidf_logreg(LABELS, rows, rows, 0)] == ["refund", "login"]


def test_the_nearest_question_lends_its_answer():
    train = [
        InstructionRow(id="1", instruction="What is the capital of France?", answer="Paris"),
        InstructionRow(id="2", instruction="How many legs has a spider?", answer="Eight"),
    ]
    test = [
        InstructionRow(id="3", instruction="And the legs of a spider?", answer="Eight"),
        InstructionRow(id="4", instruction="Name France's capital", answer="It is Paris."),
    ]
    first, second = classical.nearest_answer(train, test)
    assert (first.answer, first.values) == ("Eight", {"exact_match": 1.0, "chrf": pytest.approx(100.0)})
    assert second.answer == "Paris"
    assert second.values["exact_match"] == 0.0
    assert 0.0 < second.values["chrf"] < 100.0


def test_a_byte_bigram_model_is_a_probability_distribution():
    train = [WindowRow(id="1", text="abab")]
    (score,) = classical.byte_bigram(train, [WindowRow(id="2", text="ab")])
    expected = -math.log2((1 + 1) / (1 + 256)) - math.log2((2 + 1) / (2 + 256))
    assert score.values == {"bits": pytest.approx(expected), "bytes": 2.0}


def test_a_byte_bigram_model_is_asked_for_the_learned_part_only():
    train = [WindowRow(id="1", text="abab")]
    (score,) = classical.byte_bigram(train, [WindowRow(id="2", text="xx é", target="é")])
    assert score.values["bytes"] == 3.0
    assert score.values["bits"] == pytest.approx(3 * 8.0)
