from __future__ import annotations

import pytest

from curator.evaluate.endpoint.address import endpoint_at
from curator.evaluate.endpoint.answering_rows import answer_rows
from curator.evaluate.endpoint.kept_replies import KeptReplies
from curator.records import ClassificationRow, InstructionRow
from curator.train import runs
from tests.endpoint import completion, refusal

TICKETS = [
    ClassificationRow(id="1", group="g", text="Where is my parcel?", label="delivery"),
    ClassificationRow(id="2", text="Thank you!", label="praise"),
]


@pytest.fixture
def ask(server, make_run, tmp_path):
    def asked(kind, rows, system=""):
        spec = runs.load(make_run(kind)).model_copy(update={"system": system})
        return answer_rows(endpoint_at(server.url, "small"), spec, rows, KeptReplies(tmp_path))

    return asked


def test_the_labels_are_told_below_the_prompt_of_the_project(ask, server):
    ask("classification", TICKETS[:1], "Sort tickets.")
    system, user = server.asked[0]["messages"]
    assert system["content"].startswith("Sort tickets.\n\nAnswer with exactly one of these labels")
    assert system["content"].endswith("- delivery\n- refund\n- praise")
    assert user == {"role": "user", "content": "Where is my parcel?"}


@pytest.mark.parametrize("said", ["delivery", " Delivery.\n", "**DELIVERY**", "«delivery»", '"ｄelivery"'])
def test_a_label_is_recognised_in_what_models_put_around_it(ask, server, said):
    server.answer = lambda _: said
    (score,) = ask("classification", TICKETS[:1]).scores
    assert (score.id, score.group, score.answer) == ("1", "g", "delivery")
    assert score.values == {"correct": 1.0, "off_list": 0.0, "cut": 0.0}


def test_an_answer_off_the_list_is_wrong_and_counted(ask, server):
    server.answer = lambda _: "delivery, or perhaps refund \x1b[31m" + "!" * 1000
    (score,) = ask("classification", TICKETS[:1]).scores
    assert score.values == {"correct": 0.0, "off_list": 1.0, "cut": 0.0}
    assert score.answer.startswith("delivery, or perhaps")
    assert len(score.answer) == 500


def test_a_model_that_thinks_beyond_the_limit_is_given_room_to(ask, server):
    def answer(body):
        if body["max_tokens"] < 1000:
            return completion("<think> It is either del", finish_reason="length")
        return "<think> It is either delivery or refund. </think> delivery"

    server.answer = answer
    found = ask("classification", TICKETS[:1])
    (score,) = found.scores
    assert (score.answer, score.values) == ("delivery", {"correct": 1.0, "off_list": 0.0, "cut": 0.0})
    assert [body["max_tokens"] for body in server.asked] == [64, 4096]
    assert (found.facts["usage"]["requests"], found.facts["usage"]["completion_tokens"]) == (2, 4)


def test_thoughts_without_an_end_are_wrong_and_recorded_as_cut(ask, server):
    server.answer = lambda _: completion("<think> delivery, or refund, or", finish_reason="length")
    (score,) = ask("classification", TICKETS[:1]).scores
    assert (score.answer, score.values) == ("", {"correct": 0.0, "off_list": 1.0, "cut": 1.0})


def test_a_refused_row_is_wrong(ask, server):
    server.answer = lambda _: "praise"
    server.first = [refusal(400, "content filter")]
    found = ask("classification", TICKETS)
    assert sum(score.values["correct"] for score in found.scores) <= 1
    assert found.facts["usage"]["refused"] == 1


def test_answers_are_compared_with_the_reference(ask, server):
    server.answer = lambda body: completion(" PARIS ", finish_reason="length")
    rows = [
        InstructionRow(id="1", instruction="Capital?", input="France", system="Be terse.", answer="Paris")
    ]
    found = ask("instruction", rows, "Be kind.")
    assert [turn["content"] for turn in server.asked[0]["messages"]] == ["Be terse.", "Capital?\n\nFrance"]
    assert server.asked[0]["max_tokens"] == 12
    (score,) = found.scores
    assert {"exact_match", "chrf", "token_f1"} <= set(score.values)
    assert (score.answer, score.values["exact_match"], score.values["cut"]) == ("PARIS", 1.0, 1.0)
    assert found.title.startswith("small at 127.0.0.1:")
