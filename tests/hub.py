"""A stand-in for the hub on this machine: what an upload asks of it, and what it was sent."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from tests.serving import on_this_machine


class Hub:
    """What the server knows; tests look at it and set what it shall answer."""

    def __init__(self) -> None:
        self.url = ""
        self.created: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        self.blobs: dict[str, bytes] = {}
        self.commits: list[str] = []
        self.tokens: set[str] = set()
        self.calls: list[str] = []
        self.refuse: dict[str, tuple[int, str]] = {}
        """Ending of a path to the status and words that it is answered with."""
        self.garbled = False
        """Whether every answer is a web page."""

    def answer(self, path: str, body: bytes) -> Any:
        """What a POST is answered with."""
        if path == "/api/repos/create":
            self.created.append(json.loads(body))
            return {"url": f"{self.url}/datasets/me/tickets"}
        if path == "/api/validate-yaml":
            return {}
        if path.endswith("/preupload/main"):
            return {"files": [self._mode(file) for file in json.loads(body)["files"]]}
        if path.endswith("/info/lfs/objects/batch"):
            return {
                "objects": [self._place(blob) for blob in json.loads(body)["objects"]],
                "transfer": "basic",
            }
        assert path.endswith("/commit/main"), path
        return self._commit([json.loads(line) for line in body.splitlines()])

    def _mode(self, file: dict[str, Any]) -> dict[str, Any]:
        large = file["path"].endswith((".parquet", ".arrow", ".safetensors"))
        return {"path": file["path"], "uploadMode": "lfs" if large else "regular", "shouldIgnore": False}

    def _place(self, blob: dict[str, Any]) -> dict[str, Any]:
        return blob | {"actions": {"upload": {"href": f"{self.url}/upload/{blob['oid']}"}}}

    def _commit(self, operations: list[dict[str, Any]]) -> dict[str, str]:
        for operation in operations:
            value = operation["value"]
            if operation["key"] == "header":
                self.commits.append(value["summary"])
            elif operation["key"] == "file":
                self.files[value["path"]] = base64.b64decode(value["content"])
            else:
                self.files[value["path"]] = self.blobs[value["oid"]]
        return {"commitUrl": f"{self.url}/datasets/me/tickets/commit/abc", "commitOid": "abc" * 13 + "d"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def do_POST(self) -> None:
        body, path = self._begin(), self.path.split("?")[0]
        if not self._refused(path):
            self._send(200, self.hub.answer(path, body))

    def do_PUT(self) -> None:
        body = self._begin()
        if not self._refused("/upload"):
            self.hub.blobs[self.path.rpartition("/")[2]] = body
            self._send(200, {})

    def do_GET(self) -> None:
        self._begin()
        self._send(404, {"error": "Repository not found"})

    def _begin(self) -> bytes:
        self.hub.calls.append(f"{self.command} {self.path}")
        if token := self.headers.get("authorization"):
            self.hub.tokens.add(token)
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def _refused(self, path: str) -> bool:
        refusal = next((said for ending, said in self.hub.refuse.items() if path.endswith(ending)), None)
        if refusal:
            self._send(refusal[0], {"error": refusal[1], "url": f"{self.hub.url}/datasets/me/tickets"})
        return refusal is not None

    def _send(self, status: int, document: Any) -> None:
        payload = b"<html>Welcome</html>" if self.hub.garbled else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub that answers on this machine, with the library switched on and a token at hand."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", os.devnull)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    made = Hub()
    with on_this_machine(type("Handler", (_Handler,), {"hub": made})) as made.url:
        yield made
