"""What happens around the app in a real terminal: editors, crashes, windows of another size, runs that outlive it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import pytest
from curator.tui.links.runs import Runs, going_on

from curator.project import Project
from tests.pty.terminal import Terminal
from tests.tiny import LABELS, rows_of

F6, CTRL_C, CTRL_O, CTRL_Q, CTRL_S, ESCAPE = "\x1b[17~", "\x03", "\x0f", "\x11", "\x13", "\x1b"
WIDE = 200
_STYLES = re.compile(rb"\x1b\[([0-9;]*)m")
_COLOURS = re.compile(r"[34]8;5;(\d+)|(?:^|;)((?:3|4|9|10)[0-7])(?=;|$)|[34]8;(2);")
_GREYS = {"0", "7", "8", "15", "16", "59", "102", "145", "188", "231", *map(str, range(232, 256))}
"""The shades of grey among the 256 colours."""

_EDITOR = """
import sys
from pathlib import Path

path = Path(sys.argv[1])
print("this is an editor")
path.write_text(path.read_text().upper() + "\\n")
"""

_BROKEN = """
from curator.cli.main import main
from curator.tui.screens.browse import BrowseScreen

def broken(page):
    raise RuntimeError("out of order [/b]")

BrowseScreen.action_history = broken
main({arguments})
"""
"""The command with a fault in it: h ends in an error that nobody thought of."""


def opened(project: Project, code: str = "", **environment: str) -> Terminal:
    terminal = Terminal(project.root, code, **environment)
    terminal.until("6 records")
    return terminal


def test_a_field_goes_to_the_users_editor_and_comes_back(tickets, tmp_path):
    script = tmp_path / "editor.py"
    script.write_text(_EDITOR, encoding="utf-8")
    terminal = opened(tickets, VISUAL="", EDITOR=f"{sys.executable} {script}")
    terminal.type("e")
    terminal.until("^o $EDITOR")
    terminal.forget()
    terminal.type(CTRL_O)
    page = terminal.until("WHERE IS MY PARCEL?")
    assert "this is an editor" in terminal.text
    assert "^o $EDITOR" in page, "the screen was not drawn again"
    terminal.type(CTRL_S)
    terminal.until("WHERE IS MY PARCEL?")
    terminal.until("6 records")
    terminal.type("q")
    assert terminal.ended() == 0
    assert tickets.record(1).fields == {"text": "WHERE IS MY PARCEL?", "label": "delivery"}


@pytest.mark.parametrize("arguments", [[], ["--debug"]])
def test_a_fault_of_ours_gives_the_terminal_back_and_says_what_is_safe(tickets, arguments):
    terminal = opened(tickets, _BROKEN.format(arguments=arguments))
    terminal.type("a")
    terminal.until("saved ✓")
    terminal.forget()
    terminal.type("h")
    assert terminal.ended() == 1
    assert b"\x1b[?1049l" in terminal.raw, "the terminal was not given back"
    terminal.raw = terminal.raw.partition(b"\x1b[?1049l")[2]
    assert "RuntimeError: out of order [/b]" in terminal.text
    assert ("Traceback" in terminal.text) == bool(arguments)
    assert ("Everything that was shown as saved is saved." in terminal.text) != bool(arguments)
    assert tickets.record(1).status == "accepted"


def test_ctrl_c_says_how_to_leave_and_loses_nothing(tickets):
    terminal = opened(tickets)
    terminal.type(CTRL_C)
    terminal.until("Everything is saved: ctrl+q leaves.")
    terminal.type(CTRL_Q)
    assert terminal.ended() == 0


def test_another_size_of_the_window_is_followed(tickets):
    terminal = opened(tickets)
    for columns, lines in ((80, 24), (WIDE, 50), (80, 24)):
        terminal.resize(columns, lines)
        words = ["F7 Results", "Where is my parcel?", *(["record 1"] if columns == WIDE else [])]
        terminal.until(lambda page, wanted=words: all(part in page for part in wanted) and ends(page))
        assert len(terminal.screen) == lines
    terminal.type("q")
    assert terminal.ended() == 0


def test_without_colours_all_is_grey_and_still_told_apart(tickets):
    terminal = opened(tickets, NO_COLOR="1")
    terminal.type(" ")
    terminal.until("● 1")
    painted = [_COLOURS.findall(style.decode()) for style in _STYLES.findall(terminal.raw)]
    shades = {shade for found in painted for shade in found}
    assert shades
    assert shades <= {(grey, "", "") for grey in _GREYS}
    terminal.type("q")
    assert terminal.ended() == 0


@pytest.mark.parametrize("term", ["screen-256color", "tmux-256color", "xterm"])
def test_other_terminals_show_the_same(tickets, term):
    terminal = opened(tickets, TERM=term)
    terminal.type("l")
    terminal.until("1/6")
    terminal.type("1")
    terminal.until("2/6")
    terminal.type(CTRL_Q)
    assert terminal.ended() == 0
    assert tickets.record(1).status == "accepted"


def ends(page: str) -> bool:
    """Whether the keys stand on the last line, right below the page."""
    return page.splitlines()[-1].strip().startswith("? Help")


@pytest.fixture
def long_run(make_project) -> Iterator[Project]:
    rows = [{"text": row["text"], "label": row["label"]} for row in rows_of("classification", 40)]
    project = make_project(rows, labels=list(LABELS), train={"epochs": 100, "batch_size": 4})
    project.split()
    yield project
    Runs(project.root).stop("run-1")


def test_a_run_outlives_the_app_and_is_found_again(long_run):
    terminal = Terminal(long_run.root)
    terminal.until("40 records")
    terminal.type(F6)
    terminal.until("training         ")
    terminal.type(CTRL_S)
    terminal.until("run-1: training, step", 120)
    terminal.type(CTRL_Q)
    assert terminal.ended() == 0
    assert going_on(long_run.root).startswith("training run-1")
    again = Terminal(long_run.root)
    again.until("training run-1: step")
    again.type(F6)
    again.until("run-1: training, step")
    again.type("x")
    again.until("Stop the run?")
    again.type("y")
    again.until("r goes on where it stopped", 60)
    assert going_on(long_run.root) == ""
    again.type(ESCAPE)
    again.until("q Quit")
    again.type("q")
    assert again.ended() == 0
