"""Whether the terminal UI stays at hand while the checks run, or while a model is tuned.

Two clocks: from a key to the paint that answers it, through the terminal; and, inside the app, a task that wants to run
every five milliseconds: how late it is tells for how long the event loop was held. How much of the worst was the app's
own work is told by the processor time that the loop used meanwhile; the rest it waited for a processor.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.checks import texts
from tests.pty.terminal import Terminal

SECONDS = 15.0
_F2, _F4 = "\x1bOQ", "\x1bOS"
_PAGES = {
    "checks": _F4,
    "split": "\x1b[15~",
    "train": "\x1b[17~",
    "results": "\x1b[18~",
    "import": "\x1b[21~",
}
_WATCHED = """
import asyncio, json, time
from pathlib import Path
from curator.tui import app

late = []

async def watch():
    while True:
        clock, used = time.perf_counter(), time.thread_time()
        await asyncio.sleep(0.005)
        late.append((clock, time.perf_counter() - clock - 0.005, time.thread_time() - used))

def begin(self):
    self.watching = asyncio.create_task(watch())

app.CuratorApp.on_load = begin
try:
    app.run(Path("."))
finally:
    Path("../late.json").write_text(json.dumps(late))
"""


def told(values: list[float]) -> str:
    """Median, 95th percentile and the worst, in milliseconds."""
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    p50, worst = ordered[len(ordered) // 2], ordered[-1]
    return f"p50 {1000 * p50:5.0f} ms   p95 {1000 * p95:5.0f} ms   worst {1000 * worst:5.0f} ms"


def while_checking(root: Path, total: str) -> None:
    """Keys while nothing else runs, and while the checks run, which are started from the app."""
    with _open(root) as terminal:
        terminal.wait_for(f"{total} records")
        span = _keys(terminal, "nothing beside", "")
        pages = _opened(terminal)
    _tell(root, "nothing beside", span)
    _tell_pages(root, "nothing beside", pages)
    with _open(root) as terminal:
        terminal.wait_for(f"{total} records")
        terminal.type(_F4)
        terminal.wait_for("looking at records", seconds=120)
        span = _keys(terminal, "while it checks", "checking")
        pages = _opened(terminal)
        terminal.type(_F4)
        terminal.read(1.0)
        terminal.type("x")
        terminal.read(1.0)
    _tell(root, "while it checks", span)
    _tell_pages(root, "while it checks", pages)


def while_training(folder: Path) -> None:
    """The same in a small project whose model is being tuned."""
    root, rows = folder / "training", folder / "training.jsonl"
    some = texts()[:3000]
    labels = sorted({row["label"] for row in some})
    rows.write_text("".join(json.dumps(row) + "\n" for row in some), encoding="utf-8")
    for arguments in (
        ("init", str(root), "--kind", "classification", "--labels", ",".join(labels)),
        ("-C", str(root), "import", str(rows)),
    ):
        subprocess.run([sys.executable, "-m", "curator", *arguments], check=True, capture_output=True)
    command = [sys.executable, "-m", "curator", "-C", str(root), "train", "slow", "--set", "train.epochs=50"]
    trainer = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with _open(root) as terminal:
        terminal.wait_for("training slow: step", seconds=300)
        span = _keys(terminal, "while it trains", "training")
        pages = _opened(terminal)
    _tell(root, "while it trains", span)
    _tell_pages(root, "while it trains", pages)
    trainer.send_signal(signal.SIGINT)
    trainer.wait()


@contextmanager
def _open(root: Path) -> Iterator[Terminal]:
    """The app with a watch."""
    terminal = Terminal(root, _WATCHED)
    yield terminal
    terminal.send(signal.SIGTERM)
    terminal.ended()


def _tell(root: Path, doing: str, span: tuple[float, float]) -> None:
    """For how long the loop was held while keys were typed."""
    late = json.loads((root.parent / "late.json").read_text())
    within = [(seconds, used) for at, seconds, used in late if span[0] <= at <= span[1]]
    over = [used for seconds, used in within if seconds > 0.05]
    own = f", at most {1000 * max(over):.0f} ms of one the app's own work" if over else ""
    print(f"  the loop, {doing:22} {told([seconds for seconds, _ in within])}")
    print(f"    held for more than 50 ms {len(over)} of {len(within)} times{own}")


def _opened(terminal: Terminal) -> dict[str, tuple[float, float]]:
    """Each page opened from the records and left again, twice; tells when it was the second time."""
    spans = {}
    for page, key in (*_PAGES.items(), *_PAGES.items()):
        began = time.perf_counter()
        for typed in (key, _F2):
            terminal.type(typed)
            terminal.read(1.0)
        spans[page] = (began, time.perf_counter())
    # What comes now is the end of the program, and no page.
    terminal.read(0.5)
    return spans


def _tell_pages(root: Path, doing: str, spans: dict[str, tuple[float, float]]) -> None:
    """For how long the loop was held at most while each page was opened and left."""
    late = json.loads((root.parent / "late.json").read_text())
    worst = {}
    for page, (began, ended) in spans.items():
        within = [(seconds, used) for at, seconds, used in late if at <= ended and at + seconds >= began]
        worst[page] = max(within)
    told_pages = ", ".join(
        f"{page} {1000 * held:.0f} ({1000 * used:.0f})" for page, (held, used) in worst.items()
    )
    print(f"  pages opened, {doing:18} held at most, in ms (of it the app's own work): {told_pages}")


def _keys(terminal: Terminal, doing: str, words: str) -> tuple[float, float]:
    """Down and down in the list, then labels; what goes on must still go on at the end. Tells when it was."""
    terminal.type(_F2)
    terminal.wait_for(words or "record ")
    terminal.read(1.0)
    began = time.perf_counter()
    moves = _typed(terminal, "\x1b[B", "record ")
    terminal.forget()
    terminal.type("l")
    terminal.wait_for("undecided first")
    terminal.read(0.5)
    labels = _typed(terminal, "1", "saved")
    ended = time.perf_counter()
    print(f"  moving, {doing:24} {told(moves)}")
    print(f"  labels, {doing:24} {told(labels)}")
    terminal.type("\x1b")
    terminal.forget()
    terminal.type(_F2)
    terminal.wait_for(words or "record ")
    return began, ended


def _typed(terminal: Terminal, key: str, answer: str) -> list[float]:
    """From each key to the paint that answers it, ten keys a second."""
    started, times = time.perf_counter(), []
    while time.perf_counter() - started < SECONDS:
        terminal.forget()
        typed = time.perf_counter()
        terminal.type(key)
        while answer not in terminal.text and time.perf_counter() - typed < 5:
            terminal.read(0.001)
        times.append(time.perf_counter() - typed)
        terminal.read(0.1)
    return times
