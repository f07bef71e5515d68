"""Records as tokens: asked of a process that has the tokenizer, which the terminal UI itself never loads."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any, NamedTuple

from curator.config import Config
from curator.store.derived import dump


class Shown(NamedTuple):
    """A record as the model will see it."""

    given: str
    learned: str
    given_tokens: int
    learned_tokens: int
    problem: str


class Tokens:
    """Lays records out for the project's model; the process starts with the first question."""

    def __init__(self, config: Config) -> None:
        self._command = [
            sys.executable,
            "-m",
            "curator.train.rows.showing",
            config.model,
            config.kind,
            config.system,
            *config.coded_labels,
        ]
        self._process: subprocess.Popen[str] | None = None
        self._turn = threading.Lock()

    def ask(self, fields: Mapping[str, Any]) -> Shown | None:
        """Lay a record out; None when the process cannot answer. Takes seconds the first time: not for the screen."""
        with self._turn:
            process = self._process or self._start()
            if process.stdin is None or process.stdout is None:
                return None
            try:
                process.stdin.write(dump(fields) + "\n")
                process.stdin.flush()
                answer = process.stdout.readline()
            except (OSError, ValueError):
                answer = ""
        return Shown(**json.loads(answer)) if answer else None

    def _start(self) -> subprocess.Popen[str]:
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            errors="backslashreplace",
            start_new_session=True,
        )
        return self._process

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait()
