"""How long a command takes to begin: whole processes, in turn, beside an empty interpreter and click alone."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 15
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "python -c 'import click'": [sys.executable, "-c", "import click"],
    "curator --help": [sys.executable, "-m", "curator", "--help"],
    "curator train --help": [sys.executable, "-m", "curator", "train", "--help"],
    "curator schema config": [sys.executable, "-m", "curator", "schema", "config"],
}


def seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            taken[name].append(seconds(command))
    base = statistics.median(taken["python -c pass"])
    for name, times in taken.items():
        middle = statistics.median(times)
        print(
            f"{name:28} {1000 * middle:6.0f} ms median, {1000 * min(times):6.0f} ms best, {middle / base:5.1f} x python"
        )


if __name__ == "__main__":
    main()
