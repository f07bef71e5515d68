"""Fixtures for tests of the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from curator.cli.main import run


@pytest.fixture
def ask(capsys) -> Callable[..., tuple[int, Any]]:
    """Runs a command with --json; returns its exit code and the document."""

    def run_json(*arguments: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = run([*arguments, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run_json
