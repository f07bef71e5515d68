"""What all tests of the terminal UI need."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _own_state(tmp_path, monkeypatch):
    """The list of projects opened last is that of the test."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
