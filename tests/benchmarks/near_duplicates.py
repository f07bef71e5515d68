"""Near-duplicates and contamination beside what else there is, on 52,002 and 520,020 rows, in turn.

Every measurement is a process of its own, and no peer may download anything. CURATOR_PEERS names the interpreter of an
environment with rensa, datasketch and py-data-juicer; by default they are looked for beside Curator.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks._near_duplicate_rows import real, rows  # noqa: E402
from tests.reference_shingles import shingle_set, similarity  # noqa: E402

PEERS = os.environ.get("CURATOR_PEERS", sys.executable)
PACKAGES = {"rensa": "rensa", "datasketch": "datasketch", "data-juicer": "data_juicer"}
THRESHOLD = 0.8
ROUNDS = {52_002: 3, 520_020: 3}
SLOW = ("datasketch", "data-juicer")
"""Measured once only on the large set: minutes each."""
CHECKED = 300
"""Rows of the large set whose partners are looked up with plain Python sets."""

Pair = tuple[int, int]


def installed(system: str) -> bool:
    if system not in PACKAGES:
        return True
    look = f"import importlib.util as u; raise SystemExit(u.find_spec('{PACKAGES[system]}') is None)"
    return subprocess.run([PEERS, "-c", look]).returncode == 0


def measured(system: str, path: Path) -> dict[str, Any]:
    result = path.with_name("result.json")
    python = PEERS if system in PACKAGES else sys.executable
    script = str(Path(__file__).with_name("_near_duplicate_systems.py"))
    subprocess.run(
        [python, script, system, str(path), str(result)],
        check=True,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "UV_OFFLINE": "1", "PIP_NO_INDEX": "1"},
    )
    figures: dict[str, Any] = json.loads(result.read_text())
    return figures


def in_turn(
    systems: Sequence[str], path: Path, rounds: int, slow: Sequence[str] = ()
) -> dict[str, list[dict[str, Any]]]:
    taken: dict[str, list[dict[str, Any]]] = {system: [] for system in systems}
    for number in range(rounds):
        for system in systems:
            if not (number and system in slow):
                taken[system].append(measured(system, path))
    return taken


def true_pairs(texts: Sequence[str]) -> set[Pair]:
    """All pairs by plain Python shingles and a product of sparse matrices: slow and independent of Curator."""
    from scipy.sparse import csr_array

    names: dict[tuple[str, ...], int] = {}
    sets = [sorted(names.setdefault(shingle, len(names)) for shingle in shingle_set(text)) for text in texts]
    sizes = np.array([len(some) for some in sets])
    columns = np.fromiter((number for some in sets for number in some), np.int32, int(sizes.sum()))
    held = csr_array(
        (np.ones(len(columns), np.int32), columns, np.concatenate([[0], np.cumsum(sizes)])),
        shape=(len(texts), len(names)),
    )
    other, found = held.T.tocsr(), set()
    for start in range(0, len(texts), 1000):
        shared = (held[start : start + 1000] @ other).tocoo()
        left, right = shared.row + start, shared.col
        near = shared.data / (sizes[left] + sizes[right] - shared.data) >= THRESHOLD
        found |= {
            pair for pair in zip(left[near].tolist(), right[near].tolist(), strict=True) if pair[0] < pair[1]
        }
    return found


def partners_by_hand(texts: Sequence[str], chosen: Sequence[int]) -> set[Pair]:
    """The pairs of some of the texts with any other, by comparing Python sets."""
    sets = {number: shingle_set(texts[number]) for number in chosen}
    holders: dict[tuple[str, ...], list[int]] = {}
    for number, shingles in sets.items():
        for shingle in shingles:
            holders.setdefault(shingle, []).append(number)
    found = set()
    for number, text in enumerate(texts):
        shingles = shingle_set(text)
        for other in {other for shingle in shingles for other in holders.get(shingle, ())} - {number}:
            if similarity(shingles, sets[other]) >= THRESHOLD:
                found.add((min(number, other), max(number, other)))
    return found


def kept(figures: dict[str, Any], truth: set[Pair]) -> str:
    """How right a system was: of the pairs, or of the rows that it removes."""
    if "pairs" in figures:
        pairs = {(left, right) for left, right in figures["pairs"]}
        right = len(pairs & truth)
        return f"{len(pairs):9,} pairs, recall {right / len(truth):.3f}, precision {right / len(pairs):.3f}"
    alike = {number for pair in truth for number in pair}
    removed = set(figures["removed"])
    later = {right for _, right in truth}
    return (
        f"{len(removed):9,} rows removed, {len(removed & alike) / len(removed):.3f} of them like another row, "
        f"{len(removed & later) / len(later):.3f} of the rows like an earlier one"
    )


def compared(title: str, taken: dict[str, list[dict[str, Any]]], truth: set[Pair] | None = None) -> None:
    print(f"\n{title}")
    base = median(run["seconds"] for run in next(iter(taken.values())))
    for system, runs in taken.items():
        seconds, mib = (median(run[key] for run in runs) for key in ("seconds", "mib"))
        best = min(run["seconds"] for run in runs)
        times = f"{seconds:8.2f} s median, {best:8.2f} s best of {len(runs)}, {seconds / base:5.1f} x"
        print(f"{system:24} {times}, {mib:6,.0f} MiB {kept(runs[0], truth) if truth else ''}")


def near_duplicates(count: int, texts: Sequence[str], path: Path) -> None:
    systems = ["curator", *PACKAGES]
    for system in systems[1:]:
        if not installed(system):
            print(f"{system} is not installed for {PEERS} and left out")
    slow = SLOW if count > 100_000 else ()
    taken = in_turn([system for system in systems if installed(system)], path, ROUNDS[count], slow)
    own = {(left, right) for left, right in taken["curator"][0]["pairs"]}
    if count < 100_000:
        truth = true_pairs(texts)
    else:
        truth = own
        chosen = np.random.default_rng(2).choice(count, CHECKED, replace=False).tolist()
        near, among = partners_by_hand(texts, chosen), set(chosen)
        same = near == {pair for pair in own if among & set(pair)}
        print(
            f"{CHECKED} rows have {len(near)} pairs by hand; those of curator are {'the same' if same else 'OTHERS'}"
        )
    compared(f"near-duplicates, {count:,} rows, {ROUNDS[count]} rounds in turn", taken, truth)


def contamination(count: int, path: Path) -> None:
    taken = in_turn(["contamination", "contamination with sets"], path, ROUNDS[count])
    compared(f"contamination by 13 words, the ASCII texts of {count:,} rows, every tenth held out", taken)
    rows_found = [runs[0]["removed"] for runs in taken.values()]
    verdict = "the same" if rows_found[0] == rows_found[1] else "OTHERS"
    print(f"{len(rows_found[0]):,} held-out rows share a run; the sets find {verdict}")


def index(count: int, path: Path) -> None:
    figures = measured("index", path)
    print(f"\nindex of {count:,} rows: {figures['build']:.2f} s to make, {figures['mib']:,.0f} MiB at most")
    for name in ("query", "edit", "query after edits"):
        times = 1000 * np.array(figures[name])
        middle, high = np.percentile(times, [50, 95])
        print(
            f"{name:24} {middle:6.2f} ms median, {high:6.2f} ms p95, {times.max():6.2f} ms worst of {len(times):,}"
        )


def main() -> None:
    print(
        f"{len(real()):,} real texts and copies of them; Jaccard similarity of word 3-grams from {THRESHOLD}"
    )
    for count in ROUNDS:
        with tempfile.TemporaryDirectory() as folder:
            path, texts = Path(folder) / "rows.json", rows(count)
            path.write_text(json.dumps(texts), encoding="utf-8")
            near_duplicates(count, texts, path)
            contamination(count, path)
            index(count, path)


if __name__ == "__main__":
    main()
