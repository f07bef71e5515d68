"""A new user's path, with no other help than what the screen says: each key is pressed where its hint is seen."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from curator.project import Project
from tests.pty.terminal import Terminal

SAMPLE = Path(__file__).parents[2] / "samples" / "tickets" / "english.csv"
ROWS = 120
KEYS = {
    "⏎": "\r",
    "enter": "\r",
    "esc": "\x1b",
    "^s": "\x13",
    "ctrl+s": "\x13",
    "tab": "\t",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f5": "\x1b[15~",
    "f6": "\x1b[17~",
    "f7": "\x1b[18~",
}
"""What a terminal sends for the keys that are named on the screen."""


class Newcomer:
    """Somebody who does only what the screen tells."""

    def __init__(self, folder: Path) -> None:
        self.terminal = Terminal(folder)

    def sees(self, words: str, seconds: float = 30.0) -> None:
        """Wait for words on the screen."""
        self.terminal.until(words, seconds)

    def presses(self, hint: str, seconds: float = 30.0) -> None:
        """Press the key that a hint begins with, once the hint is seen: `i Import`."""
        self.sees(hint, seconds)
        key = hint.split()[0].removesuffix(":")
        self.terminal.type(KEYS.get(key.lower(), key))


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    folder = tmp_path / "here"
    folder.mkdir()
    with SAMPLE.open(encoding="utf-8") as lines:
        rows = "".join(islice(lines, ROWS + 1))
    (folder / "tickets.csv").write_text(rows.replace("we've", "weâ€™ve"), encoding="utf-8")
    return Newcomer(folder)


def test_from_a_file_to_a_verdict_by_what_the_screen_says(newcomer, tmp_path):
    begins(newcomer)
    imports(newcomer)
    labels(newcomer)
    checks(newcomer)
    splits(newcomer)
    trains(newcomer)
    judges(newcomer)
    leaves(newcomer)
    project = Project(tmp_path / "here" / "my-project")
    try:
        assert len(project.records()) == ROWS
        assert [record.status for record in project.records()[:2]] == ["accepted", "accepted"]
        assert project.is_split
    finally:
        project.close()


def begins(newcomer: Newcomer) -> None:
    newcomer.sees("There is no project here yet. Press n to begin one.")
    newcomer.presses("n New project")
    newcomer.sees("Will be made: a classification project")
    newcomer.presses("^s Make the project")


def imports(newcomer: Newcomer) -> None:
    newcomer.sees("tickets.csv  19 KB")
    newcomer.presses("enter opens it here")
    newcomer.sees(f"{ROWS} rows in all, 0 not readable")
    newcomer.presses("i brings all of it in")
    newcomer.sees(f"✓ {ROWS} records added")
    newcomer.presses("F2 Records")
    newcomer.sees(f"{ROWS} records")


def labels(newcomer: Newcomer) -> None:
    newcomer.presses("l decides about them one by one")
    newcomer.sees("1/120")
    newcomer.presses("1 account")
    newcomer.sees("2/120")
    newcomer.presses("2 billing")
    newcomer.sees("3/120")
    newcomer.presses("u Undo")
    newcomer.sees("undone: label billing")
    newcomer.presses("5 outage")
    newcomer.sees("saved ✓")


def checks(newcomer: Newcomer) -> None:
    newcomer.presses("F4 Checks")
    newcomer.sees("found nothing", 120)
    newcomer.sees("mojibake")
    newcomer.presses("r: ")
    newcomer.presses("r again makes it so")
    newcomer.sees("1 record changed")


def splits(newcomer: Newcomer) -> None:
    newcomer.presses("F5 goes on")
    newcomer.presses("s deals them out")
    newcomer.sees("Every record has its side.")


def trains(newcomer: Newcomer) -> None:
    newcomer.presses("f6 trains")
    newcomer.sees("Tab goes down the form")
    for part in ("name", "model", "method"):
        newcomer.sees(f"│ {part}".replace("│ ", "▏ "))
        newcomer.presses("Tab goes down the form")
    newcomer.sees("▏ epochs")
    newcomer.terminal.type("\x1b[F\x7f1")
    newcomer.sees("about 6")
    newcomer.presses("ctrl+s starts")
    newcomer.sees("run-1: trained and scored", 180)


def judges(newcomer: Newcomer) -> None:
    newcomer.presses("F7 shows why")
    newcomer.sees("✗ not worth it")
    newcomer.sees("24 test rows")
    newcomer.presses("3  Rows")


def leaves(newcomer: Newcomer) -> None:
    newcomer.presses("esc Leave")
    newcomer.presses("q Quit")
    assert newcomer.terminal.ended() == 0
