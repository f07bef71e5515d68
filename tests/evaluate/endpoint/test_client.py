from __future__ import annotations

import json
import threading

import pytest

from curator.errors import CuratorError
from curator.evaluate.endpoint import client as client_module
from curator.evaluate.endpoint.address import endpoint_at
from curator.evaluate.endpoint.client import Client
from curator.evaluate.endpoint.patience import Pace, Stopped
from tests.endpoint import KEY, Said, completion, refusal

ASKED = [{"role": "user", "content": "Where is my parcel?"}]


def client(server, **options) -> Client:
    return Client(endpoint_at(server.url, "small", **options), threading.Event())


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        ("http://localhost:8000", "http://localhost:8000/v1/chat/completions"),
        ("https://api.example.com/v1/", "https://api.example.com/v1/chat/completions"),
        ("https://x.org/v1/chat/completions", "https://x.org/v1/chat/completions"),
        ("https://x.org/a?version=2", "https://x.org/a/chat/completions?version=2"),
    ],
)
def test_an_address_may_end_anywhere(given, whole):
    assert endpoint_at(given, "m").url == whole


@pytest.mark.parametrize(
    "given", ["", "localhost:8000", "ftp://x.org", "http://", "http://x:y:z", "http://[x"]
)
def test_what_is_no_address_is_told(given):
    with pytest.raises(CuratorError, match="no address"):
        endpoint_at(given, "m")


def test_a_password_in_the_address_is_refused_and_not_repeated():
    with pytest.raises(CuratorError) as error:
        endpoint_at("https://me:hunter2@x.org/v1", "m")
    assert "hunter2" not in str(error.value)


def test_a_question_and_its_reply(server):
    server.answer = lambda _: completion(" It is lost. ", finish_reason="length")
    reply = client(server).ask(ASKED, 7)
    assert (reply.text, reply.cut, reply.prompt_tokens, reply.completion_tokens) == (
        "It is lost.",
        True,
        10,
        2,
    )
    assert server.asked == [{"model": "small", "messages": ASKED, "temperature": 0, "max_tokens": 7}]
    assert server.keys == [f"Bearer {KEY}"]


def test_without_a_key_none_is_sent(server, monkeypatch, tmp_path):
    monkeypatch.delenv("CURATOR_API_KEY")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    client(server).ask(ASKED, 7)
    assert server.keys == [None]


def test_a_key_that_is_none_is_told_without_showing_it(server, monkeypatch):
    monkeypatch.setenv("CURATOR_API_KEY", "sk-ключ")
    with pytest.raises(CuratorError, match="cannot be a key") as error:
        client(server)
    assert "ключ" not in str(error.value)


def test_thoughts_are_no_part_of_the_answer(server):
    server.answer = lambda _: "<think>\nMaybe refund?\n</think>\n\ndelivery"
    assert client(server).ask(ASKED, 7).text == "delivery"
    server.answer = lambda _: "<think>\nMaybe refund? Or deliv"
    assert client(server).ask(ASKED, 7).text == ""


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        ([{"type": "text", "text": "a"}, {"type": "image"}, "?"], "a"),
        (5, "5"),
        ("\ud800x", "\\ud800x"),
    ],
)
def test_odd_contents_are_read(server, content, text):
    server.answer = lambda _: completion(content)
    assert client(server).ask(ASKED, 7).text == text


def test_an_answer_beyond_all_limits_is_cut(server):
    server.answer = lambda _: "very " * 400_000
    reply = client(server).ask(ASKED, 10)
    assert reply.cut
    assert len(reply.text) == 320


def test_a_reply_without_end_is_refused(server, monkeypatch):
    monkeypatch.setattr(client_module, "_MOST_BYTES", 10_000)
    server.answer = lambda _: "x" * 20_000
    with pytest.raises(CuratorError, match="more than 8 MiB"):
        client(server).ask(ASKED, 10)


def test_tries_again_where_the_server_is_busy_or_fails(server):
    server.first = [refusal(429, "slow down"), refusal(500, "oops"), refusal(503, "busy", retry_after="0")]
    assert client(server).ask(ASKED, 7).text == "fine"
    assert len(server.asked) == 4


def test_waits_as_long_as_the_server_says_but_not_for_ever(server):
    waits: list[float] = []

    class Clockless(threading.Event):
        def wait(self, timeout=None):
            waits.append(timeout)
            return False

    server.first = [refusal(429, "slow", retry_after="7"), refusal(429, "slow", retry_after="86400")]
    Client(endpoint_at(server.url, "small"), Clockless()).ask(ASKED, 7)
    assert waits == [7, 120]


def test_requests_keep_to_their_pace():
    waits: list[float] = []

    class Clockless(threading.Event):
        def wait(self, timeout=None):
            waits.append(timeout)
            return False

    pace = Pace(30, Clockless(), clock=lambda: 100.0)
    for _ in range(3):
        pace.wait()
    assert waits == [2.0, 4.0]
    Pace(None, Clockless()).wait()
    assert len(waits) == 2


def test_whoever_waits_can_be_stopped(server):
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        Client(endpoint_at(server.url, "small"), stop).ask(ASKED, 7)
    assert server.asked == []


@pytest.mark.parametrize(
    ("said", "words", "remedy"),
    [
        (refusal(401, f"bad key {KEY}\x1b[31m"), "does not let us in: bad key …␛", "Check the key"),
        (refusal(404, "no such model"), "has no model small, or nothing at that address: no such model", "/v1"),
        (refusal(429, "slow down"), "too many requests after 7 tries: slow down", "--requests-per-minute"),
        (refusal(500, "oops"), r"fails \(status 500\) after 7 tries: oops", "later"),
        (refusal(418, "teapot"), r"refuses the request \(status 418\): teapot", "--endpoint"),
        (Said(302, b"", {"location": "http://127.0.0.1:1/"}), r"refuses the request \(status 302\)", "--endpoint"),
        (Said(200, b"<html>Welcome</html>"), "no chat completion: <html>", "--endpoint"),
        (Said(200, b'{"choices": []}'), "no chat completion", "--endpoint"),
        (Said(200, b"[" * 100_000), "no chat completion", "--endpoint"),
        (Said(200, b'"' + KEY.encode() + b'"'), "no chat completion: \"…\"", "--endpoint"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_told_in_words_and_without_the_key(server, said, words, remedy):
    server.first = [said] * 7
    with pytest.raises(CuratorError, match=words) as error:
        client(server).ask(ASKED, 7)
    assert remedy in error.value.remedy
    assert KEY not in str(error.value)


def test_nobody_listening_is_told(server, monkeypatch):
    with pytest.raises(CuratorError, match=r"Could not reach 127.0.0.1:9: nobody listens there"):
        Client(endpoint_at("http://127.0.0.1:9/v1", "m"), threading.Event()).ask(ASKED, 7)


def test_a_parameter_that_a_model_does_not_know_is_left_out(server):
    server.first = [
        refusal(400, "Unsupported parameter: 'max_tokens' is not supported with this model."),
        refusal(400, "Unsupported value: 'temperature' does not support 0 with this model."),
    ]
    asking = client(server)
    assert asking.ask(ASKED, 7).text == "fine"
    assert asking.ask(ASKED, 7).text == "fine"
    assert [set(body) - {"model", "messages"} for body in server.asked] == [
        {"temperature", "max_tokens"}, {"temperature"}, set(), set(),
    ]  # fmt: skip


def test_a_question_that_is_refused_is_no_error(server):
    server.first = [refusal(400, "maximum context length is 100 tokens, max_tokens is 7")]
    assert client(server).ask(ASKED, 7).refused.startswith("maximum context length")


def test_usage_that_is_no_number_is_unknown(server):
    server.answer = lambda _: json.loads(
        '{"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens": -5}}'
    )
    reply = client(server).ask(ASKED, 7)
    assert (reply.prompt_tokens, reply.completion_tokens, reply.cut) == (None, None, False)
