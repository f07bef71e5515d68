"""How often the checks cry wolf: clean real data through a project, every check, share of records found.

Equal and nearly equal records are really there in some of the sets: those columns show what the data are like.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from curator.checking import CheckReport
from curator.config import checked as config_of
from curator.importing import Options
from curator.project import Project
from tests.benchmarks.detectors import Row, sets
from tests.shared_data import SHARED

REAL = (
    "exact-duplicate",
    "near-duplicate",
    "several-answers",
    "conflicting-target",
    "conflicting-near-duplicate",
)
"""Checks whose findings are no opinion: the records are the same, or nearly."""


class Outcome(NamedTuple):
    """What the checks made of one set."""

    records: int
    seconds: float
    reports: dict[str, CheckReport]
    flagged: dict[str, int]
    """Records by check."""


def outcome(kind: str, rows: list[dict[str, object]], quick: bool = False) -> Outcome:
    """Import rows into a project and check them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        project = Project.create(Path(folder) / "project", config_of({"kind": kind}))
        project.import_files([str(path)], Options(), lambda *_: None)
        started = time.perf_counter()
        reports = {report.id: report for report in project.check(quick=quick)}
        seconds = time.perf_counter() - started
        found = project.found(list(reports))
        records = {
            (finding.check_id, finding.record_id) for finding in found if finding.record_id is not None
        }
        flagged = {check_id: sum(1 for name, _ in records if name == check_id) for check_id in reports}
        total = project.stats().records
        project.close()
    return Outcome(total, seconds, reports, flagged)


def clean_sets(every: int = 1) -> Iterator[tuple[str, str, list[dict[str, object]]]]:
    """Name, kind and rows of each clean set; `every` takes a part of them."""
    found = sets()
    yield "gsm8k", "instruction", [_asked(row) for row in found["gsm8k"][::every]]
    yield "rucola", "classification", _rucola()[::every]
    yield "shakespeare", "text", [{"text": row[0]} for row in found["shakespeare"][::every]]
    yield "ruslit", "text", [{"text": row[0]} for row in found["ruslit"][::every]]


def _asked(row: Row) -> dict[str, object]:
    return {"instruction": row[0], "input": row[1], "output": row[2]}


def _rucola() -> list[dict[str, object]]:
    import csv

    with (SHARED / "rucola/in_domain_train.csv").open(encoding="utf-8", newline="") as file:
        return [{"text": row["sentence"], "label": row["acceptable"]} for row in csv.DictReader(file)]


def table(outcomes: dict[str, Outcome]) -> str:
    """Share of records found, check by check."""
    lines = [f"{'% of records found':30}" + "".join(f"{name:>14}" for name in outcomes)]
    lines.append(f"{'records':30}" + "".join(f"{o.records:>14,}" for o in outcomes.values()))
    ids = dict.fromkeys(check_id for o in outcomes.values() for check_id in o.reports)
    for check_id in ids:
        if any(o.flagged.get(check_id) for o in outcomes.values()):
            severity = next(o.reports[check_id].severity for o in outcomes.values() if check_id in o.reports)
            cells = (
                f"{o.flagged[check_id] / o.records:>14.2%}" if check_id in o.reports else f"{'-':>14}"
                for o in outcomes.values()
            )
            lines.append(f"{check_id + ' (' + severity + ')':30}" + "".join(cells))
    lines.append(f"{'seconds':30}" + "".join(f"{o.seconds:>14.1f}" for o in outcomes.values()))
    return "\n".join(lines)


if __name__ == "__main__":
    if (SHARED / "INDEX.md").is_file():
        print(table({name: outcome(kind, rows) for name, kind, rows in clean_sets()}))
    else:
        print("needs the public data sets (CURATOR_DATA)")
