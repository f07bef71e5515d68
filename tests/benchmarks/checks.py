"""100,000 records: all checks that need no model, the first time and after one edit; seconds and peak memory.

Each run is a process of its own, as a user would start it. The rows are real ones in several languages, repeated with
words replaced until there are enough.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from itertools import islice
from pathlib import Path

from tests.benchmarks.detectors import Row, mixed, sets
from tests.shared_data import SHARED

ROWS = 100_000
REPLACED = 0.5
"""Share of the words of a repeated row that are replaced by those of another one."""


def varied(rows: list[Row], seed: int = 0) -> list[Row]:
    """Rows that repeat an earlier one get half of their words from other rows."""
    chance = random.Random(seed)
    seen: set[Row] = set()
    words = [word for row in rows[:2000] for text in row for word in text.split()]
    out = []
    for row in rows:
        out.append(tuple(_mixed_up(text, words, chance) for text in row) if row in seen else row)
        seen.add(row)
    return out


def _mixed_up(text: str, words: list[str], chance: random.Random) -> str:
    parts = text.split(" ")
    for _ in range(int(REPLACED * len(parts)) + 1 if text else 0):
        parts[chance.randrange(len(parts))] = chance.choice(words)
    return " ".join(parts)


def instructions() -> list[dict[str, str]]:
    """Questions with answers in English and Chinese, and code."""
    found = sets()
    some = {name: found[name] for name in ("gsm8k", "alpaca", "oaast_zh")}
    rows = varied(list(islice(mixed(some), ROWS)))
    return [{"instruction": row[0], "input": row[1], "output": row[2]} for row in rows]


def texts() -> list[dict[str, str]]:
    """Short texts in English and Russian under seven labels."""
    found = sets()
    some = {name: found[name] for name in ("banking77", "rucola", "shakespeare", "ruslit")}
    rows = varied(list(islice(mixed(some), ROWS)))
    return [{"text": row[0], "label": "abcdefg"[number % 7]} for number, row in enumerate(rows)]


_LAUNCHER = """
import os, sys, time
started = time.perf_counter()
quiet = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
pid = os.posix_spawn(sys.executable, [sys.executable, "-m", "curator", *sys.argv[1:]], own, file_actions=quiet)
_, status, usage = os.wait4(pid, 0)
print(time.perf_counter() - started, usage.ru_maxrss // 1024, os.waitstatus_to_exitcode(status))
"""
"""A small process starts the one that is measured: what a parent holds would count as its child's.

Compiled modules are kept, as they are on a user's machine.
"""


def timed(*arguments: str) -> tuple[float, int]:
    """Seconds and peak memory (MiB) of a command line of Curator."""
    command = [sys.executable, "-c", _LAUNCHER, *arguments]
    seconds, memory, code = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert code == "0", arguments
    return float(seconds), int(memory)


_INSIDE = """
import sys, time
from pathlib import Path
from curator.project import Project
project = Project(Path(sys.argv[1]))
started = time.perf_counter()
project.check(quick=True)
print(time.perf_counter() - started)
"""


def inside(project: str) -> float:
    """Seconds of the run itself in a fresh process: without interpreter and imports."""
    command = [sys.executable, "-c", _INSIDE, project]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def edit(project: str, kind: str, record_id: int) -> None:
    """Add a word to a record."""
    field = "answer" if kind == "instruction" else "text"
    now = json.loads(_shown(project, record_id))["fields"][field]
    timed("-C", project, "edit", str(record_id), "--set", f"{field}={now} Indeed.")


def _shown(project: str, record_id: int) -> str:
    command = [sys.executable, "-m", "curator", "-C", project, "show", str(record_id), "--json"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def measure(kind: str, rows: list[dict[str, str]]) -> None:
    """One set: first run, run after an edit (as a command, and inside a process), with nothing to do."""
    with tempfile.TemporaryDirectory() as folder:
        path, project = Path(folder) / "rows.jsonl", str(Path(folder) / "project")
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        timed("init", project, "--kind", kind)
        timed("-C", project, "import", str(path))
        timed("-C", project, "split")
        print(f"{kind}: {len(rows):,} records, {path.stat().st_size / 1e6:.0f} MB, split")
        seconds, memory = timed("-C", project, "check", "--quick")
        print(f"  first run             {seconds:6.2f} s {memory:6} MiB")
        for number in range(3):
            edit(project, kind, 500 + number)
            seconds, memory = timed("-C", project, "check", "--quick")
            edit(project, kind, 600 + number)
            print(
                f"  run after one edit    {seconds:6.2f} s {memory:6} MiB, the run itself {inside(project):.2f} s"
            )
        seconds, memory = timed("-C", project, "check", "--quick")
        print(f"  run after no edit     {seconds:6.2f} s {memory:6} MiB")


if __name__ == "__main__":
    if (SHARED / "INDEX.md").is_file():
        measure("instruction", instructions())
        measure("classification", texts())
    else:
        print("needs the public data sets (CURATOR_DATA)")
