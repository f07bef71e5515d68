from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from curator.evaluate import figures, metrics, statistics
from curator.evaluate.scores import RowScore

LABELS = ("a", "b", "c", "unused")


def classified(n: int = 120, seed: int = 0) -> tuple[list[str], list[RowScore]]:
    rng = np.random.default_rng(seed)
    references = [LABELS[i] for i in rng.integers(0, 3, n)]
    scores = []
    for number, reference in enumerate(references):
        shares = rng.dirichlet(np.ones(4))
        answer = LABELS[int(shares.argmax())]
        values = {
            "correct": float(answer == reference),
            "log_loss": float(-np.log(shares[LABELS.index(reference)])),
        }
        scores.append(
            RowScore(id=str(number), answer=answer, values=values, probabilities=tuple(shares.tolist()))
        )
    return references, scores


def test_figures_of_a_classifier_equal_scikit_learn():
    references, scores = classified()
    answers = [score.answer for score in scores]
    found = metrics.summary("classification", LABELS, references, scores)
    assert found["accuracy"] == pytest.approx(sk.accuracy_score(references, answers))
    assert found["macro_f1"] == pytest.approx(
        sk.f1_score(references, answers, labels=list("abc"), average="macro")
    )
    shares = [score.probabilities for score in scores]
    assert found["log_loss"] == pytest.approx(sk.log_loss(references, shares, labels=list(LABELS)))
    assert found["confusion"] == sk.confusion_matrix(references, answers, labels=list(LABELS)).tolist()


def test_the_table_by_label_equals_scikit_learn():
    references, scores = classified()
    answers = [score.answer for score in scores]
    table = metrics.summary("classification", LABELS, references, scores)["per_class"]
    columns = sk.precision_recall_fscore_support(references, answers, labels=list("abc"))
    for position, label in enumerate("abc"):
        ours = [table[label][name] for name in ("precision", "recall", "f1", "support")]
        assert ours == pytest.approx([column[position] for column in columns])


def test_a_share_of_nothing_is_left_out():
    scores = [RowScore(id="1", answer="a", values={"correct": 1.0})]
    found = metrics.summary("classification", LABELS, ["a"], scores)
    assert found["per_class"]["unused"] == {"support": 0}
    assert "log_loss" not in found
    assert "ece" not in found


def test_support_counts_rows_whose_answer_is_off_the_list():
    scores = [RowScore(id="1", answer="something else", values={"correct": 0.0})]
    found = metrics.summary("classification", LABELS, ["a"], scores)
    assert found["per_class"]["a"] == {"recall": 0.0, "f1": 0.0, "support": 1}
    assert found["macro_f1"] == 0.0


def test_a_model_as_sure_as_it_is_right_has_no_calibration_error():
    def sure(right: float) -> RowScore:
        return RowScore(id="1", values={"correct": right}, probabilities=(0.75, 0.25))

    assert metrics.calibration_error([sure(1.0)] * 3 + [sure(0.0)]) == pytest.approx(0.0)
    assert metrics.calibration_error([sure(0.0)] * 4) == pytest.approx(0.75)


def test_macro_f1_of_resamples_equals_scikit_learn_on_the_repeated_rows():
    references, scores = classified(30)
    answers = [score.answer for score in scores]
    estimator = metrics.macro_f1(LABELS, references, answers)
    weights = np.random.default_rng(0).integers(0, 3, 30)
    rows = np.repeat(np.arange(30), weights)
    there, said = [references[i] for i in rows], [answers[i] for i in rows]
    ours = estimator.value(weights.astype(float) @ estimator.columns)
    assert ours == pytest.approx(sk.f1_score(there, said, labels=sorted(set(there)), average="macro"))


def test_bits_per_byte_weighs_rows_by_their_bytes():
    rows = [
        RowScore(id="1", values={"bits": 10.0, "bytes": 10.0, "exact_match": 1.0, "chrf": 80.0, "cut": 0.0}),
        RowScore(id="2", values={"bits": 90.0, "bytes": 30.0, "exact_match": 0.0, "chrf": 20.0, "cut": 1.0}),
    ]
    found = metrics.summary("instruction", (), ["x", "y"], rows)
    assert found == {"bits_per_byte": 2.5, "exact_match": 0.5, "chrf": 50.0, "cut": 0.5}


def test_a_metric_that_some_row_lacks_is_absent():
    rows = [
        RowScore(id="1", values={"bits": 1.0, "bytes": 1.0, "last_unit": 1.0}),
        RowScore(id="2", values={"bits": 1.0, "bytes": 1.0}),
    ]
    assert set(metrics.estimators("text", (), ["", ""], rows)) == {"bits_per_byte"}


def test_perplexity_is_two_to_the_power_of_the_bits_per_token():
    rows = [RowScore(id=str(n), values={"bits": bits, "bytes": 4.0, "tokens": tokens}) for n, bits, tokens in
            ((1, 6.0, 2.0), (2, 6.0, 4.0))]  # fmt: skip
    assert metrics.summary("text", (), ["", ""], rows)["perplexity"] == pytest.approx(2 ** (12 / 6))
    hopeless = [rows[0].model_copy(update={"values": {"bits": 1e6, "bytes": 1.0, "tokens": 1.0}})]
    assert np.isfinite(metrics.summary("text", (), [""], hopeless)["perplexity"])


def test_the_same_number_counts_the_rows_that_ask_for_one_where_most_do():
    def rows(marks: list[float | None]) -> list[RowScore]:
        return [
            RowScore(id=str(n), values={} if mark is None else {"numeric_match": mark})
            for n, mark in enumerate(marks)
        ]

    most = metrics.estimators("instruction", (), [""] * 4, rows([1.0, 0.0, 1.0, None]))["numeric_match"]
    assert statistics.point(most) == pytest.approx(2 / 3)
    assert most.outcomes.tolist() == [1.0, 0.0, 1.0]
    assert "numeric_match" not in metrics.estimators(
        "instruction", (), [""] * 4, rows([1.0, 0.0, None, None])
    )


def test_answers_off_the_list_are_a_share():
    rows = [
        RowScore(id=str(n), answer="a", values={"correct": 1.0, "off_list": off})
        for n, off in enumerate((1.0, 0.0))
    ]
    assert metrics.summary("classification", LABELS, ["a", "a"], rows)["off_list"] == 0.5


def test_values_are_written_in_the_units_of_their_metric():
    assert figures.shown("accuracy", 0.9104) == "91.0 %"
    assert figures.shown("bits_per_byte", 1.23456) == "1.235"
    assert (
        figures.shown_difference("accuracy", -0.125) + figures.unit_of_difference("accuracy")
        == "-12.5 points"
    )


def test_a_point_is_the_metric_on_the_rows_as_they_are():
    assert statistics.point(statistics.mean_of([0.0, 1.0, 1.0, 1.0])) == 0.75
