"""Importing a large JSONL file, beside `datasets.load_dataset` and a pass through pydantic, in turn, whole processes.

Alpaca-shaped rows are made from public ones (or the bundled samples) by putting other words into them. Each system
runs in a process of its own; its peak memory is the highest resident set of that process and of its largest child.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.shared_data import SHARED

ROWS = 500_000
MANY = 1_000_000
ROUNDS = 3
WORDS = ("red", "seven", "Paris", "quick", "letter", "Tuesday")

_REPORT = """
import resource, time
def report(rows, started):
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peak = sum(resource.getrusage(who).ru_maxrss for who in both) // 1024
    print(rows, time.perf_counter() - started, peak)
"""

OURS = (
    _REPORT
    + """
import sys, tempfile
from pathlib import Path
started = time.perf_counter()
from curator.config import checked
from curator.importing import Options
from curator.project import Project
with tempfile.TemporaryDirectory(dir=Path(sys.argv[1]).parent) as folder:
    project = Project.create(Path(folder) / "project", checked({"kind": "instruction"}))
    done = project.import_files([sys.argv[1]], Options(), lambda *_: None)
    report(done.added, started)
"""
)

PEER = (
    _REPORT
    + """
import sys, tempfile
from pathlib import Path
started = time.perf_counter()
import datasets
from pydantic import BaseModel
datasets.disable_progress_bars()
class Row(BaseModel):
    instruction: str
    input: str
    output: str
with tempfile.TemporaryDirectory(dir=Path(sys.argv[1]).parent) as folder:
    loaded = datasets.load_dataset("json", data_files=sys.argv[1], split="train", cache_dir=folder)
    rows = sum(1 for row in loaded if Row.model_validate(row))
    report(rows, started)
"""
)


def originals() -> list[dict[str, str]]:
    """Rows of public Alpaca-shaped sets; of the law sample where there are none."""
    files = [*SHARED.glob("stanford_alpaca_5000/*.json"), *SHARED.glob("gsm8k_alpaca/*.json")]
    rows = [row for path in files for row in json.loads(path.read_text(encoding="utf-8"))]
    if not rows:
        sample = Path(__file__).parents[2] / "samples" / "law" / "law.jsonl"
        lines = sample.read_text(encoding="utf-8").splitlines()
        rows = [
            {"instruction": row.get("question", ""), "input": "", "output": row.get("answer", "")}
            for row in map(json.loads, lines)
        ]
    return [{name: str(row.get(name, "")) for name in ("instruction", "input", "output")} for row in rows]


def write(path: Path, count: int) -> None:
    """So many rows, no two alike."""
    rng = random.Random(0)
    rows = originals()
    with path.open("w", encoding="utf-8") as stream:
        for number in range(count):
            row = dict(rows[number % len(rows)])
            words = row["instruction"].split(" ")
            words[rng.randrange(len(words))] = f"{rng.choice(WORDS)}{number}"
            row["instruction"] = " ".join(words)
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def measured(code: str, path: Path) -> tuple[float, int]:
    """Seconds and peak MiB of one process."""
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    _, seconds, peak = done.stdout.split()[-3:]
    return float(seconds), int(peak)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        write(path, ROWS)
        print(f"{ROWS:,} rows, {path.stat().st_size / 2**20:.0f} MiB of JSONL, {ROUNDS} rounds in turn")
        systems = {"curator import": OURS, "load_dataset + pydantic": PEER}
        found: dict[str, list[tuple[float, int]]] = {name: [] for name in systems}
        for _ in range(ROUNDS):
            for name, code in systems.items():
                found[name].append(measured(code, path))
        for name, runs in found.items():
            seconds = statistics.median(run[0] for run in runs)
            peak = max(run[1] for run in runs)
            print(f"{name:26} {seconds:6.2f} s median  {ROWS / seconds:9,.0f} rows/s  {peak:5} MiB at most")
        ours, peer = found.values()
        ratio = statistics.median(a[0] / b[0] for a, b in zip(ours, peer, strict=True))
        memory = max(run[1] for run in ours) / min(run[1] for run in peer)
        print(f"time ratio {ratio:.2f} (bar 0.60), memory ratio {memory:.2f} (bar 0.50)")
        write(path, MANY)
        seconds, peak = measured(OURS, path)
        print(f"{MANY:,} rows: {seconds:.1f} s, {peak} MiB at most (bar 500)")


if __name__ == "__main__":
    main()
