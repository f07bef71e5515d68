"""Replies are paid for: each is written down when it comes, and never asked for again."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from curator.errors import explained
from curator.evaluate.endpoint.address import Endpoint, Reply
from curator.text import digest

FILE_NAME = "endpoint.jsonl"


class KeptReplies:
    """The replies of a run's folder, one a line; to be had by endpoint and question."""

    def __init__(self, run_dir: Path) -> None:
        """Read what there is; a line that was not written to its end is left out.

        Raises:
            CuratorError: the file cannot be read.
        """
        self._path = run_dir / FILE_NAME
        self._lock = threading.Lock()
        self._stream: BinaryIO | None = None
        self._replies: dict[str, Reply] = {}
        with explained("read the replies of the endpoint", self._path):
            lines = self._path.read_bytes().split(b"\n") if self._path.is_file() else []
        for line in lines:
            self._take(line)

    def __contains__(self, key: str) -> bool:
        """Whether a question has been answered."""
        return key in self._replies

    def __getitem__(self, key: str) -> Reply:
        """The reply to a question."""
        return self._replies[key]

    @contextmanager
    def open(self) -> Iterator[None]:
        """While replies are put down.

        Raises:
            CuratorError: the disk does not want them.
        """
        with explained("keep the replies of the endpoint", self._path), self._path.open("ab+") as stream:
            self._stream = stream
            if stream.tell():
                stream.seek(-1, os.SEEK_END)
                if stream.read(1) != b"\n":
                    stream.write(b"\n")
            try:
                yield
            finally:
                self._stream = None

    def put(self, key: str, row: str, reply: Reply) -> None:
        """Write a reply down, so that it outlives a loss of power."""
        line = {"key": key, "row": row, **reply.model_dump(exclude_defaults=True)}
        data = json.dumps(line, ensure_ascii=False).encode() + b"\n"
        with self._lock:
            self._replies[key] = reply
            if self._stream is not None:
                self._stream.write(data)
                self._stream.flush()
                os.fsync(self._stream.fileno())

    def _take(self, line: bytes) -> None:
        try:
            found = json.loads(line)
            key, _ = str(found.pop("key")), found.pop("row")
            self._replies[key] = Reply.model_validate(found)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return


def key_of(endpoint: Endpoint, turns: object, max_tokens: int) -> str:
    """The same for the same question to the same model."""
    return digest(endpoint.identity, json.dumps(turns, ensure_ascii=False), str(max_tokens))
