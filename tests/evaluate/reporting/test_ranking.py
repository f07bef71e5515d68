from __future__ import annotations

from curator.evaluate.evaluation import evaluate_scores
from curator.evaluate.reporting import ranking
from curator.evaluate.scores import RowScore
from curator.records import InstructionRow, Message, WindowRow
from tests.evaluations import QUICK, sample


def test_rows_that_got_worse_and_rows_still_wrong_are_ranked():
    found, rows = sample()
    assert [r.id for r in ranking.rows(found, rows, "regressed")] == ["3"]
    assert [r.id for r in ranking.rows(found, rows, "wrong")] == ["7", "3"]
    (worst,) = ranking.rows(found, rows, "wrong", 1)
    assert (worst.reference, worst.base, worst.tuned) == ("y", "x", "x")
    assert worst.after < worst.before


def test_rows_that_gained_and_all_rows_are_ranked_too():
    found, rows = sample()
    gained = ranking.rows(found, rows, "gained", 99)
    assert {r.turned for r in gained} == {"better"}
    assert len(gained) == 17
    everything = ranking.rows(found, rows, "all", 99)
    assert len(everything) == 20
    turned = {r.id: (r.turned, r.right) for r in everything}
    assert [turned[row] for row in ("3", "5", "7", "0")] == [
        ("worse", False),
        ("same", True),
        ("same", False),
        ("better", True),
    ]


def test_a_window_without_target_is_ranked_by_its_bits():
    rows = [WindowRow(id=str(i), text=f"window {i}") for i in range(4)]

    def scores(extra: float) -> list[RowScore]:
        return [RowScore(id=r.id, values={"bits": 8.0 + extra * int(r.id), "bytes": 8.0}) for r in rows]

    found = evaluate_scores("text", (), rows, rows, {"base": scores(1.0), "tuned": scores(2.0)}, QUICK)
    assert [r.id for r in ranking.rows(found, rows, "regressed")] == ["3", "2", "1"]


def test_a_window_with_a_target_shows_what_stands_before_it():
    rows = [WindowRow(id="1", text="a " * 200 + "before end", target="end")]
    values = {"bits": 8.0, "bytes": 3.0, "last_unit": 0.0}
    scored = [RowScore(id="1", answer="ant", values=values)]
    found = evaluate_scores("text", (), rows, rows, {"base": scored, "tuned": scored}, QUICK)
    (wrong,) = ranking.rows(found, rows, "wrong")
    assert wrong.text.endswith("a before ")
    assert (wrong.reference, wrong.tuned) == ("end", "ant")


def test_a_question_is_shown_with_the_system_prompt_and_what_was_said_before():
    rows = [
        InstructionRow(
            id="1",
            system="Be terse.",
            history=(Message(role="user", content="Hi."), Message(role="assistant", content="Yes?")),
            instruction="Capital?",
            input="France",
            answer="Paris",
        ),
        InstructionRow(id="2", instruction="Capital?", input="Italy", answer="Rome"),
    ]
    scores = [RowScore(id=row.id, values={"bits": 8.0, "bytes": 4.0, "exact_match": 0.0}) for row in rows]
    found = evaluate_scores("instruction", (), rows, rows, {"base": scores, "tuned": scores}, QUICK)
    assert [row.text for row in ranking.rows(found, rows, "all")] == [
        "system: Be terse.\n\nuser: Hi.\n\nassistant: Yes?\n\nuser: Capital?\n\nFrance",
        "Capital?\n\nItaly",
    ]
