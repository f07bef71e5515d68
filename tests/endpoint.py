"""A stand-in for a server that speaks chat completions: what it is asked, and what it shall say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple

import pytest

from tests.serving import on_this_machine

KEY = "sk-secret-of-the-test"


class Said(NamedTuple):
    """What one request is answered with."""

    status: int = 200
    body: bytes | None = None
    headers: dict[str, str] = {}


class Server:
    """What the server was asked; tests set what it answers."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.answer: Callable[[dict[str, Any]], str | dict[str, Any]] = lambda _: "fine"
        """From the body of a request to the text of the reply, or to the whole document."""
        self.first: list[Said] = []
        """What the first requests are answered with instead."""

    @property
    def questions(self) -> list[str]:
        """The last turn of each request."""
        return [body["messages"][-1]["content"] for body in self.asked]

    def reply(self, body: dict[str, Any]) -> Said:
        """The next reply."""
        self.asked.append(body)
        if self.first:
            return self.first.pop(0)
        found = self.answer(body)
        return Said(body=json.dumps(found if isinstance(found, dict) else completion(found)).encode())


def completion(text: Any, **more: Any) -> dict[str, Any]:
    """A chat completion as servers send it."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}
    return {"id": "x", "choices": [choice | more], "usage": usage}


def refusal(status: int, message: str, **headers: str) -> Said:
    """An error as servers send it."""
    return Said(status, json.dumps({"error": {"message": message}}).encode(), headers)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_: Server

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server_.keys.append(self.headers.get("authorization"))
        said = self.server_.reply(json.loads(raw))
        payload = said.body or b""
        self.send_response(said.status)
        self.send_header("content-length", str(len(payload)))
        for name, value in said.headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server on this machine that answers at once, and a key for it; nobody waits between tries."""
    from curator.evaluate.endpoint import patience

    monkeypatch.setenv("CURATOR_API_KEY", KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(patience, "FIRST_WAIT", 0.0)
    made = Server()
    with on_this_machine(type("Handler", (_Handler,), {"server_": made})) as url:
        made.url = f"{url}/v1"
        yield made
