"""What all tests of the terminal UI need."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from curator.checking import CheckReport, Progress
from curator.project import Project
from tests.tiny import LABELS, rows_of


def _checked_here(root: Path, progress: Progress, _unwanted: Callable[[], bool]) -> list[CheckReport]:
    project = Project(root)
    try:
        return project.check(quick=True, progress=progress)
    finally:
        project.close()


@pytest.fixture(autouse=True)
def _own_state(tmp_path, monkeypatch):
    """The list of projects opened last is that of the test."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("CURATOR_LANGUAGE", "en")


@pytest.fixture(autouse=True)
def _quick_checks(request, monkeypatch):
    """Checks run here and without the tokenizer, which takes seconds to load; `real_checks` runs them as users do."""
    if "real_checks" not in request.fixturenames:
        monkeypatch.setattr("curator.tui.links.checking.run", _checked_here)


@pytest.fixture
def real_checks():
    """The checks run in a process of their own."""


@pytest.fixture
def project(make_project):
    """Forty tickets on three sides; tests of other things make their own."""
    rows = [{"text": row["text"], "label": row["label"]} for row in rows_of("classification", 40)]
    made = make_project(rows, labels=list(LABELS))
    made.split()
    return made


@pytest.fixture(autouse=True)
def _short_pauses(request, monkeypatch):
    """What is done in a pause is done at once, so that nothing waits for it; `real_pauses` last as for users."""
    if "real_pauses" not in request.fixturenames:
        monkeypatch.setattr("curator.tui.pauses._SHORT", 0.0)


@pytest.fixture
def real_pauses():
    """Pauses last as for users."""
