from __future__ import annotations

import json

import numpy as np
import pytest

from curator.config import EvaluateSettings
from curator.errors import CuratorError
from curator.evaluate.evaluation import Evaluation, evaluate_scores
from curator.evaluate.scores import RowScore
from curator.evaluate.verdict import Gain
from curator.records import ClassificationRow, InstructionRow, WindowRow

LABELS = ("even", "odd")
QUICK = EvaluateSettings(resamples=400)


def tickets(n: int, groups: int = 0) -> list[ClassificationRow]:
    return [
        ClassificationRow(
            id=str(i), group=str(i % groups) if groups else "", text=f"no {i // 2}", label=LABELS[i % 2]
        )
        for i in range(n)
    ]


def answered(rows: list[ClassificationRow], right: list[bool]) -> list[RowScore]:
    scores = []
    for row, hit in zip(rows, right, strict=True):
        answer = row.label if hit else LABELS[LABELS.index(row.label) - 1]
        values = {"correct": float(hit), "log_loss": 0.2 if hit else 2.0}
        scores.append(RowScore(id=row.id, group=row.group, answer=answer, values=values))
    return scores


def classified(base: list[bool], tuned: list[bool], settings: EvaluateSettings = QUICK) -> Evaluation:
    rows = tickets(len(base))
    systems = {"base": answered(rows, base), "tuned": answered(rows, tuned)}
    return evaluate_scores("classification", LABELS, [], rows, systems, settings)


def test_the_result_holds_what_scripts_rely_on():
    rows = tickets(60)
    right = [True] * 50 + [False] * 10
    systems = {"base": answered(rows, [False] * 60), "tuned": answered(rows, right)}
    found = evaluate_scores("classification", LABELS, tickets(20), rows, systems, QUICK).to_json()
    assert found["n"] == 60
    assert set(found["systems"]) == {"base", "tuned", "majority", "tfidf_logreg"}
    assert found["systems"]["tuned"]["accuracy"] == pytest.approx(50 / 60)
    assert found["gain"]["metric"] == "accuracy"
    assert found["gain"]["difference"] == pytest.approx(50 / 60)
    assert found["gain"]["low"] <= found["gain"]["difference"] <= found["gain"]["high"]
    assert found["gain"]["p"] < 1e-6
    assert set(found["gains_over"]) == {"majority", "tfidf_logreg"}
    assert {"accuracy", "macro_f1", "log_loss"} == set(found["gains"])
    assert found["outcome"] == "worth it"
    assert found["verdict"].startswith("Worth it: accuracy rose from 0.0 % to 83.3 % on 60 held-out rows")
    json.dumps(found, allow_nan=False)


def test_a_useless_tuning_is_undecided_and_a_harmful_one_is_not_worth_it():
    half = [True, False] * 30
    assert classified(half, half).verdict.outcome == "undecided"
    assert classified([True] * 60, [True] * 30 + [False] * 30).verdict.outcome == "not worth it"


def test_chance_alone_is_worth_it_in_at_most_one_of_twenty_cases():
    rng = np.random.default_rng(0)
    quick = EvaluateSettings(resamples=200)
    fooled = 0
    for _ in range(150):
        base, tuned = rng.random((2, 60)) < 0.6
        fooled += classified(base.tolist(), tuned.tolist(), quick).verdict.outcome == "worth it"
    assert fooled / 150 <= 0.05


def test_all_rows_right_before_and_after_is_no_gain():
    found = classified([True] * 10, [True] * 10)
    assert (found.gain.difference, found.gain.low, found.gain.high, found.gain.p) == (0.0, 0.0, 0.0, 1.0)
    assert found.verdict.outcome == "undecided"


def test_two_rows_prove_nothing():
    assert classified([False] * 2, [True] * 2).verdict.outcome == "undecided"


def test_groups_make_the_test_more_careful():
    alone, together = tickets(40), tickets(40, groups=4)
    right = [i % 4 < 3 for i in range(40)]
    found = [
        evaluate_scores(
            "classification", LABELS, [], rows,
            {"base": answered(rows, [False] * 40), "tuned": answered(rows, right)}, QUICK,
        )
        for rows in (alone, together)
    ]  # fmt: skip
    assert found[1].gain.high - found[1].gain.low > found[0].gain.high - found[0].gain.low
    assert found[0].gain.p < 0.001 < found[1].gain.p
    assert found[1].verdict.outcome == "undecided"


def test_an_instruction_run_is_judged_by_bits_and_shown_beside_the_nearest_answer():
    rows = [InstructionRow(id=str(i), instruction=f"question {i}", answer=f"answer {i}") for i in range(30)]
    base = [RowScore(id=r.id, values={"bits": 30.0 + i, "bytes": 8.0, "exact_match": 0.0, "chrf": 5.0})
            for i, r in enumerate(rows)]  # fmt: skip
    tuned = [RowScore(id=r.id, values={"bits": 8.0 + i / 9, "bytes": 8.0, "exact_match": 0.0, "chrf": 9.0})
             for i, r in enumerate(rows)]  # fmt: skip
    found = evaluate_scores("instruction", (), rows[:5], rows, {"base": base, "tuned": tuned}, QUICK)
    assert found.verdict.outcome == "worth it"
    assert found.gains_over["nearest_answer"].metric == "chrf"
    assert "bits_per_byte" not in found.systems["nearest_answer"]
    assert "in chrF the answer of the nearest training question is better" in found.verdict.sentence


def test_a_text_run_must_beat_a_byte_bigram_model():
    rows = [WindowRow(id=str(i), text="the cat sat on the mat") for i in range(20)]

    def scores(bits: float) -> list[RowScore]:
        return [RowScore(id=row.id, values={"bits": bits, "bytes": 22.0}) for row in rows]

    found = evaluate_scores("text", (), rows, rows, {"base": scores(170.0), "tuned": scores(160.0)}, QUICK)
    assert found.systems["byte_bigram"]["bits_per_byte"] < 160 / 22
    assert found.verdict.outcome == "not worth it"


def test_a_missing_row_is_a_clear_error():
    rows = tickets(5)
    full = answered(rows, [True] * 5)
    with pytest.raises(CuratorError, match="tuned has scores of 4 rows of 5"):
        evaluate_scores("classification", LABELS, [], rows, {"base": full, "tuned": full[:4]}, QUICK)
    with pytest.raises(CuratorError, match="base scored row 4 where the file has row 0"):
        evaluate_scores("classification", LABELS, [], rows, {"base": full[::-1], "tuned": full}, QUICK)
    with pytest.raises(CuratorError, match="base has scores of 0 rows of 5"):
        evaluate_scores("classification", LABELS, [], rows, {"tuned": full}, QUICK)


def test_no_test_rows_a_strange_label_and_an_overflow_are_clear_errors():
    rows = tickets(2)
    with pytest.raises(CuratorError, match="no test rows"):
        evaluate_scores("classification", LABELS, [], [], {}, QUICK)
    with pytest.raises(CuratorError, match="not on the list: 'odd'"):
        evaluate_scores("classification", ("even",), [], rows, {}, QUICK)
    broken = [score.model_copy(update={"values": {"correct": 1.0, "log_loss": float("nan")}})
              for score in answered(rows, [True, True])]  # fmt: skip
    with pytest.raises(CuratorError, match="base has no finite log_loss on row 0"):
        evaluate_scores("classification", LABELS, [], rows, {"base": broken, "tuned": broken}, QUICK)


def test_an_interval_that_is_open_is_null_in_json_and_open_when_it_is_read_again():
    few = classified([False] * 4, [True] * 4)
    assert not few.gain.bounded
    assert not few.gain.proven
    assert few.verdict.outcome == "undecided"
    assert "95 % interval -∞ to ∞" in few.verdict.sentence
    assert "so few independent rows cannot show any gain" in few.verdict.sentence
    told = json.loads(json.dumps(few.to_json(), allow_nan=False))
    assert told["gain"]["low"] is None
    assert told["gain"]["high"] is None
    assert Gain.model_validate(told["gain"]) == few.gain
