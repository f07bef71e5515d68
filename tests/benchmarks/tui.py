"""The terminal UI on a million records, through a real pseudo-terminal: first screen, memory, keys, search.

Clocks are read where the bytes arrive: a key counts as answered when what it leads to has been painted, and a decision
is durable before that (the app paints a record only after the one before is committed). Figures are of the whole way:
terminal, app, database, terminal. `python -m tests.benchmarks.tui [RECORDS]`.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from curator.project import Project
from tests.benchmarks import tui_busy
from tests.benchmarks.checks import texts
from tests.pty.terminal import Terminal

KEYS = 200
PER_SECOND = 30
LABELS = "abcdefg"


def build(folder: Path, number: int) -> Path:
    """A project of so many short texts under seven labels: real ones, each with a number of its own."""
    root, rows = folder / "project", folder / "rows.jsonl"
    real = texts()
    with rows.open("w", encoding="utf-8") as stream:
        for place in range(number):
            text = real[place % len(real)]["text"][:160]
            row = {"text": f"{text} #{place}", "label": LABELS[place % 7]}
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    for arguments in (
        ("init", str(root), "--kind", "classification", "--labels", ",".join(LABELS)),
        ("-C", str(root), "import", str(rows)),
    ):
        subprocess.run([sys.executable, "-m", "curator", *arguments], check=True, capture_output=True)
    return root


def answered(terminal: Terminal, keys: str, words: str) -> float:
    """Seconds from typing to the paint of some words."""
    terminal.forget()
    started = time.perf_counter()
    terminal.type(keys)
    terminal.wait_for(words, pause=0.001)
    return time.perf_counter() - started


def first_screen(root: Path, total: str) -> None:
    """From the start of the process, and from the end of its imports, to the first screen with records on it."""
    started = time.perf_counter()
    terminal = Terminal(root, _LAUNCHER)
    terminal.wait_for("#0", pause=0.001)
    shown = time.perf_counter()
    imported = float(re.search(rb"imported=([0-9.]+)", terminal.raw)[1])  # type: ignore[index]
    terminal.wait_for(f"{total} records", pause=0.001)
    counted = time.perf_counter()
    after_start, after_imports, all_counted = (
        f"{1000 * seconds:.0f} ms" for seconds in (shown - started, shown - imported, counted - started)
    )
    print(f"  first screen          {after_start} after the start, {after_imports} after its imports")
    print(f"                        all {total} counted {all_counted} after the start")
    terminal.type("q")
    terminal.ended()


_LAUNCHER = """
import sys, time
from pathlib import Path
import curator.tui.app, curator.tui.screens.browse
print(f"imported={time.perf_counter()}", flush=True)
curator.tui.app.run(Path("."))
"""


def peak(pid: int) -> float:
    """The most memory that a process has had, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def labeling(root: Path, total: str) -> None:
    """One key at a time, then as many as a second of a fast typist has; memory at the end."""
    terminal = Terminal(root)
    terminal.wait_for(f"{total} records")
    answered(terminal, "l", f"1/{total}")
    times = [answered(terminal, str(1 + n % 7), f"{n + 2:,}/{total}") for n in range(KEYS)]
    print(f"  a key, saved, next    {tui_busy.told(times)}")
    wanted = [str(1 + random.Random(n).randrange(7)) for n in range(10 * PER_SECOND)]
    started = time.perf_counter()
    for place, key in enumerate(wanted):
        terminal.type(key)
        while time.perf_counter() - started < (place + 1) / PER_SECOND:
            terminal.read(0.002)
    terminal.wait_for(f"{KEYS + len(wanted) + 1:,}/{total}", pause=0.001)
    late = time.perf_counter() - started - len(wanted) / PER_SECOND
    print(
        f"  {len(wanted)} keys, {PER_SECOND} a second  the last one painted {1000 * late:.0f} ms after its turn"
    )
    print(f"  memory                {peak(terminal.pid):5.0f} MiB at most, {total} records")
    terminal.send(signal.SIGTERM)
    terminal.ended()
    project = Project(root)
    labels = [record.fields["label"] for record in project.records(limit=KEYS + len(wanted))]
    project.close()
    assert labels[KEYS:] == [LABELS[int(key) - 1] for key in wanted], (
        "a key was lost or went to another record"
    )


def indexing(root: Path) -> None:
    """What the app starts in the background when it opens a large project."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "curator.indexing", str(root)], check=True)
    seconds, size = time.perf_counter() - started, (root / "project.db").stat().st_size / 1e6
    print(f"  made ready to search  {seconds:.1f} s in the background, {size:.0f} MB now")


def searching(root: Path, total: str) -> None:
    """Words typed letter by letter at 6 letters a second: from each letter to the records that it leaves."""
    for words in (("card", "refund", "transfer", "деньги"), ("zygote",)):
        times = []
        for word in words:
            terminal = Terminal(root)
            terminal.wait_for(f"{total} records")
            terminal.type("/")
            terminal.read(0.2)
            for letter in word:
                times.append(_letter(terminal, letter))
                terminal.read(max(0.0, 1 / 6 - times[-1]))
            terminal.send(signal.SIGTERM)
            terminal.ended()
        print(f"  search as you type    {tui_busy.told(times)}   {', '.join(words)}")


def _letter(terminal: Terminal, letter: str) -> float:
    """To the first paint after the letter's own that tells what was found, or that nothing was."""
    terminal.forget()
    started = time.perf_counter()
    terminal.type(letter)
    while not re.search(r"searching|[\d,]+ records?|No record", terminal.text):
        terminal.read(0.001)
        assert time.perf_counter() - started < 30
    return time.perf_counter() - started


def main(number: int) -> None:
    """All of it on one project."""
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    with tempfile.TemporaryDirectory() as folder:
        root = Path(os.environ.get("CURATOR_BENCH_PROJECT") or build(Path(folder), number))
        total = f"{number:,}"
        print(f"{total} records, {(root / 'project.db').stat().st_size / 1e6:.0f} MB")
        for _ in range(3):
            first_screen(root, total)
        labeling(root, total)
        indexing(root)
        searching(root, total)
        tui_busy.while_checking(root, total)
        tui_busy.while_training(Path(folder))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
