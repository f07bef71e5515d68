from __future__ import annotations

import json

import pytest

from curator.errors import CuratorError
from curator.evaluate.endpoint.address import Reply, endpoint_at
from curator.evaluate.endpoint.asking import Question, ask_all, usage
from curator.evaluate.endpoint.kept_replies import FILE_NAME, KeptReplies
from tests.endpoint import KEY, refusal


def questions(n: int) -> list[Question]:
    return [Question(str(i), [{"role": "user", "content": f"question {i}"}], 9) for i in range(n)]


@pytest.fixture
def endpoint(server):
    server.answer = lambda body: f"answer to {body['messages'][-1]['content']}"
    return endpoint_at(server.url, "small")


def texts(replies: list[Reply]) -> list[str]:
    return [reply.text for reply in replies]


def test_replies_come_in_the_order_of_the_questions(endpoint, tmp_path):
    seen: list[tuple[int, int]] = []
    found = ask_all(endpoint, questions(20), KeptReplies(tmp_path), lambda *done: seen.append(done))
    assert texts(found) == [f"answer to question {i}" for i in range(20)]
    assert seen == [(i, 20) for i in range(1, 21)]


def test_nothing_is_asked_twice(endpoint, server, tmp_path):
    first = ask_all(endpoint, questions(5), KeptReplies(tmp_path))
    assert ask_all(endpoint, questions(5), KeptReplies(tmp_path)) == first
    assert len(server.asked) == 5
    ask_all(endpoint, questions(6) + questions(6), KeptReplies(tmp_path))
    assert len(server.asked) == 6
    ask_all(endpoint_at(server.url, "other"), questions(1), KeptReplies(tmp_path))
    assert len(server.asked) == 7


def test_what_was_answered_before_a_failure_is_kept_and_the_rest_is_asked_later(endpoint, server, tmp_path):
    server.first = []
    broken = {"question 7"}

    def answer(body):
        question = body["messages"][-1]["content"]
        return {"no": "completion"} if question in broken else question

    server.answer = answer
    with pytest.raises(CuratorError, match="no chat completion"):
        ask_all(endpoint, questions(8), KeptReplies(tmp_path))
    kept = len((tmp_path / FILE_NAME).read_text().splitlines())
    assert kept >= 4
    broken.clear()
    before = len(server.asked)
    assert texts(ask_all(endpoint, questions(8), KeptReplies(tmp_path))) == [
        f"question {i}" for i in range(8)
    ]
    assert len(server.asked) - before == 8 - kept


def test_an_interruption_costs_no_answer(endpoint, server, tmp_path):
    def interrupt(done: int, of: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask_all(endpoint, questions(40), KeptReplies(tmp_path), interrupt)
    assert len(server.asked) < 40
    assert len((tmp_path / FILE_NAME).read_text().splitlines()) == len(server.asked)


def test_a_line_that_was_torn_off_is_asked_again(endpoint, server, tmp_path):
    ask_all(endpoint, questions(3), KeptReplies(tmp_path))
    path = tmp_path / FILE_NAME
    path.write_bytes(path.read_bytes()[:-20])
    ask_all(endpoint, questions(3), KeptReplies(tmp_path))
    assert len(server.asked) == 4
    ask_all(endpoint, questions(3), KeptReplies(tmp_path))
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    "line", [b"\xff\xfe", b"5", b"{}", b'{"key": "a", "row": "1", "text": 5}', b"[[" * 50_000]
)
def test_damaged_lines_are_passed_over(tmp_path, line):
    (tmp_path / FILE_NAME).write_bytes(line + b"\n")
    assert "a" not in KeptReplies(tmp_path)


def test_hostile_answers_are_kept_as_they_are_and_the_key_never(endpoint, server, tmp_path):
    hostile = "\x1b]0;owned\x07\u202e\ud800 \n\r "
    server.answer = lambda _: hostile
    (reply,) = ask_all(endpoint, questions(1), KeptReplies(tmp_path))
    assert reply.text.startswith("\x1b]0;owned")
    (line,) = (tmp_path / FILE_NAME).read_text(encoding="utf-8").split("\n")[:-1]
    assert json.loads(line)["text"] == reply.text
    assert KEY not in line


def test_a_refused_question_is_asked_again_another_time(endpoint, server, tmp_path):
    server.first = [refusal(400, "content filter")]
    first = ask_all(endpoint, questions(5), KeptReplies(tmp_path))
    assert [reply.refused for reply in first].count("content filter") == 1
    assert all(reply.text for reply in ask_all(endpoint, questions(5), KeptReplies(tmp_path)))
    assert len(server.asked) == 6


def test_an_endpoint_that_refuses_everything_is_soon_left_alone(endpoint, server, tmp_path):
    server.first = [refusal(400, "no")] * 100
    with pytest.raises(CuratorError, match="refuses every question: no"):
        ask_all(endpoint, questions(60), KeptReplies(tmp_path))
    assert len(server.asked) < 30


def test_costs_are_counted_where_tokens_and_prices_are_known():
    paid = Reply(text="x", prompt_tokens=1000, completion_tokens=100)
    asked = questions(3)
    replies = [(asked[0], paid), (asked[1], Reply(refused="no"))]
    cheap = endpoint_at("http://x.org", "m", price=(2.0, 10.0))
    assert usage(cheap, replies) == {
        "requests": 1, "refused": 1, "prompt_tokens": 1000, "completion_tokens": 100,
        "cost": pytest.approx(0.003),
    }  # fmt: skip
    assert "cost" not in usage(endpoint_at("http://x.org", "m"), replies)
    assert "prompt_tokens" not in usage(cheap, [*replies, (asked[2], Reply(text="y"))])


def test_what_is_asked_once_is_paid_for_once():
    twice = [Question(row, questions(1)[0].turns, 9) for row in ("1", "2")]
    found = usage(
        endpoint_at("http://x.org", "m", price=(1.0, 1.0)),
        [(question, Reply(text="x", prompt_tokens=10, completion_tokens=1)) for question in twice],
    )
    assert (found["requests"], found["prompt_tokens"], found["cost"]) == (1, 10, pytest.approx(11e-6))
    refused = usage(endpoint_at("http://x.org", "m"), [(question, Reply(refused="no")) for question in twice])
    assert (refused["requests"], refused["refused"]) == (0, 2)
