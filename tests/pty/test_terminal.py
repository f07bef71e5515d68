"""What only a real terminal shows: signals, a lost connection, a process that is killed while somebody labels."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from curator.project import Project
from curator.store.records import StoredRecord
from tests.pty.terminal import Terminal

RUNS = int(os.environ.get("CURATOR_KILLS", "3"))
ROOT = Path(__file__).parents[2]
LABELS = ["a", "b", "c", "d"]


@pytest.fixture
def project(make_project) -> Project:
    rows = [{"text": f"message {n}", "label": "a"} for n in range(500)]
    return make_project(rows, labels=LABELS)


def opened(project: Project) -> Terminal:
    terminal = Terminal(project.root)
    terminal.wait_for("500 records")
    return terminal


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_good_order(project, number):
    terminal = opened(project)
    terminal.send(number)
    assert terminal.ended() == 128 + number
    assert b"\x1b[?1049l" in terminal.raw, "the terminal was not given back"


_LOST = """
import sys
from pathlib import Path
from tests.pty.terminal import Terminal

terminal = Terminal(Path(sys.argv[1]))
terminal.wait_for("500 records")
terminal.close()
print(terminal.ended())
"""
"""In a process of its own: whatever else holds the terminal's other end would keep it from being lost."""


def test_a_lost_terminal_ends_it(project):
    command = [sys.executable, "-c", _LOST, str(project.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout.strip() == str(128 + signal.SIGHUP), done.stderr


def test_q_leaves_with_zero(project):
    terminal = opened(project)
    terminal.type("q")
    assert terminal.ended() == 0


@pytest.mark.parametrize("seed", range(RUNS))
def test_what_was_shown_as_saved_survives_a_kill_in_the_right_record(project, seed):
    chance = random.Random(seed)
    keys = [chance.choice("1234xf") for _ in range(500)]
    terminal = opened(project)
    terminal.forget()
    terminal.type("l")
    terminal.wait_for("1/500")
    terminal.type("".join(keys))
    terminal.wait_for("saved")
    terminal.read(chance.random() * 2)
    terminal.send(signal.SIGKILL)
    assert terminal.ended() == -signal.SIGKILL
    records = project.records()
    done = sum(record.status != "new" for record in records)
    assert done > 0
    assert [decision(record) for record in records] == keys[:done] + [""] * (500 - done)
    assert len(project.editor.undo(done)) == done
    assert {(record.status, record.fields["label"]) for record in project.records()} == {("new", "a")}


def decision(record: StoredRecord) -> str:
    """The key that was pressed at a record."""
    if record.status == "accepted":
        return str(LABELS.index(record.fields["label"]) + 1)
    return {"rejected": "x", "flagged": "f", "new": ""}[record.status]
