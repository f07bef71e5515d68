from __future__ import annotations

from curator.evaluate.endpoint.judged import Judged
from curator.evaluate.reporting import asked, page, report
from curator.evaluate.reporting.made import Made
from tests.evaluations import bare

USED = {"requests": 1200, "refused": 2, "prompt_tokens": 52_114, "completion_tokens": 1204, "cost": 0.0312}


def with_rival(**facts):
    found, rows = bare()
    systems = {**found.systems, "majority": {**found.systems["majority"], **facts}}
    return found.model_copy(update={"systems": systems}), rows


def test_rivals_that_could_not_be_asked_as_wished_are_told():
    found, _ = with_rival(examples=2.5, examples_wanted=4, cut_rows=3, usage=USED)
    found = found.model_copy(update={"left_out": {"few_shot": "The template allows no earlier turns."}})
    told = list(asked.about_rivals(found))
    assert told == [
        "always the most frequent label: 2.5 of 4 examples fitted before a row, on average.",
        "always the most frequent label: 3 of 20 rows were too long; their beginning was cut.",
        "always the most frequent label: 2 of 20 rows were refused, which counts as wrong.",
        "few_shot was left out: The template allows no earlier turns.",
    ]
    assert list(asked.about_rivals(bare()[0])) == []


def test_answers_that_were_cut_before_a_label_are_told_with_what_to_do():
    found, _ = bare()
    cut = [
        score.model_copy(
            update={"values": {**score.values, "cut": float(place < 3), "off_list": float(place < 2)}}
        )
        for place, score in enumerate(found.scores["majority"])
    ]
    found = found.model_copy(update={"scores": {**found.scores, "majority": tuple(cut)}})
    (told,) = asked.about_rivals(found)
    assert "2 of 20 answers were cut off before they named a label, which counts as wrong." in told
    assert told.endswith("Let the model think less, or not at all, at its server.")


def test_what_servers_cost_stands_in_the_report():
    found, rows = with_rival(usage=USED)
    line = ["always the most frequent label", "1,200", "52,114", "1,204", "0.0312"]
    assert asked.usage(found)[1:] == [line]
    assert f"| {' | '.join(line)} |" in report.render(found, rows, Made())
    assert asked.usage(with_rival(usage={"requests": 5, "refused": 0})[0])[1][1:] == ["5", "–", "–", "–"]
    assert asked.usage(bare()[0]) == []


def test_a_judge_is_heard_and_its_cost_told():
    found, rows = bare()
    judged = Judged(judge="big at example", wins=12, ties=5, losses=3, low=0.4, high=0.8, p=0.035, usage=USED)
    found = found.model_copy(update={"judged": judged})
    assert "big at example prefers the tuned answer on 12 of 20 rows" in page.render(found, rows, Made())
    assert asked.usage(found)[1][0] == "big at example, as a judge"
