"""Whatever the data hold, a real terminal gets nothing of it that it would obey, and no key waits for a long line."""

from __future__ import annotations

import os
import time

from curator.project import Project
from tests.pty.terminal import Terminal

SLOWEST = float(os.environ.get("CURATOR_SLOWEST_KEY", "8"))
"""Seconds that a key may take on a machine that does other things too."""
MARKED = [
    "\x1b]52;c;SE9TVElMRQ==\x07",
    "\x1b]52;c;SE9TVElMRQ==\x1b\\",
    "\x9d52;c;SE9TVElMRQ==\x9c",
    "\x1b]0;HOSTILE-TITLE\x07",
    "\x1b]8;;http://hostile.example\x07link\x1b]8;;\x07",
    "\x1b[31;41;5mHOSTILE",
    "\x9b31mHOSTILE",
    "\x1bPq#0;HOSTILE\x1b\\",
    "\x1b[2J\x1b[?1049l\x1b[?2004lHOSTILE",
    "HOSTILE\x07\x08\x08\x00\x7f\x85",
    "\u202eHOSTILE\u202c\u2066HOSTILE\u2069",
    "[@click=app.bell]HOSTILE[/] [/foo]",
]
FORBIDDEN = [
    b"\x1b]52", b"\x1b]0;HOSTILE", b"\x1b]8;", b"\x1b[31;41;5m", b"\xc2\x9b", b"\xc2\x9d", b"\xc2\x9c", b"\xc2\x85",
    b"\x1bP", b"\x00", b"\x07HOSTILE", b"\x08", b"\x7f", "\u202e".encode(), "\u2066".encode(), "\u2069".encode(),
]  # fmt: skip
"""What would stand among the bytes if some text came through as it is."""


def obeyed(raw: bytes) -> list[bytes]:
    """What of the data reached the terminal as it is."""
    return [part for part in FORBIDDEN if part in raw]


def filled(make_project) -> Project:
    """A project full of them: texts, labels, columns, tags, findings."""
    rows: list[dict[str, object]] = [
        {"text": f"{text} {text}", "label": text[:40], f"c {text}": text} for text in MARKED * 2
    ]
    project = make_project(rows, labels=[*dict.fromkeys(text[:40] for text in MARKED)])
    project.editor.tag([1, 2], add=[MARKED[5]])
    project.editor.set_fields([2], {"text": MARKED[0] + MARKED[8]})
    project.split()
    return project


def test_no_text_from_data_reaches_the_terminal_as_it_is(make_project):
    project = filled(make_project)
    for place, text in enumerate(MARKED):
        name = text.replace("/", "∕").replace("\0", "")
        (project.root.parent / f"{place} {name}.jsonl").write_text("{}\n", encoding="utf-8")
    terminal = Terminal(project.root)
    terminal.wait_for("24 records")
    pages = ["\x1b[B", "h", "\x1b", "t", "\x1b", "R", "HOSTILE", "\x1b", "/", MARKED[9][:7], "\r", "\x1b"]
    function_keys = ["\x1bOR", "\x1bOS", "\x1b[15~", "\x1b[17~", "\x1b[18~", "\x1b[19~", "\x1b[21~", "\x1bOQ"]
    for keys in [*pages, *function_keys, "e", "\x1b", "?", "\x1b", " ", "b", "\x1b"]:
        terminal.type(keys)
        terminal.settle(0.7)
    assert "HOSTILE" in terminal.text
    terminal.type(f"/\x1b[200~{MARKED[0]}{MARKED[6]}\x1b[201~")
    terminal.settle(1)
    before = terminal.raw
    terminal.type("\x11")
    assert terminal.ended() == 0, terminal.text[-4000:]
    assert not obeyed(before)
    assert b"\x1b[?1049l" not in before, "the data left the page"


def test_a_line_of_a_megabyte_delays_no_key(make_project):
    long = "слово [/foo] \x1b]52;c;SE9TVElMRQ==\x07 HOSTILE " * (1_000_000 // 42)
    rows: list[dict[str, object]] = [
        {"text": f"first {long}", "label": "a"},
        {"text": "second", "label": "a"},
    ]
    project = make_project(rows, labels=["a", "b"])
    terminal = Terminal(project.root)
    terminal.wait_for("2 records")
    took = {}
    for keys, shown in (
        ("\x1b[B", ""),
        ("\x1b[A", ""),
        ("\x1bOR", "1/2"),
        ("1", "2/2"),
        ("u", "1/2"),
        ("\x1bOQ", "2 records"),
        ("e", "$EDITOR"),
    ):
        terminal.forget()
        began = time.monotonic()
        terminal.type(keys)
        terminal.until(shown)
        took[keys] = time.monotonic() - began
    assert not obeyed(terminal.raw)
    terminal.type("\x11")
    terminal.ended()
    assert max(took.values()) < SLOWEST, took
