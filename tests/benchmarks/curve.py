"""A learning curve on banking77: what the smaller parts foretell for all rows, beside what all rows bring.

    python -m tests.benchmarks.curve [LABELS] [EPOCHS]

Eight of its labels, the bundled model, full tuning; a few minutes on a CPU. The accuracy with 100 % of the rows should
lie in the interval that is foretold from 25 and 50 %, on the same test rows.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from curator.cli.main import run
from curator.config import checked
from curator.curves.measured import learning_curve
from curator.curves.parts import plan
from curator.importing import Options
from curator.project import Project
from tests.shared_data import SHARED

_SETTINGS = (("train.method", "full"), ("train.learning_rate", "0.001"), ("train.max_length", "256"))


def _project(root: Path, labels: int) -> Project:
    with (SHARED / "banking77" / "train.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    chosen = sorted({row["category"] for row in rows})[:labels]
    path = root / "rows.jsonl"
    path.write_text(
        "".join(
            json.dumps({"text": row["text"], "label": row["category"]}) + "\n"
            for row in rows
            if row["category"] in chosen
        ),
        encoding="utf-8",
    )
    project = Project.create(
        root / "project", checked({"kind": "classification", "labels": chosen, "model": "bundled"})
    )
    project.import_files([str(path)], Options(), lambda *_: None)
    project.split(settings={"split.test": 0.3, "split.validation": 0.0})
    return project


def main(labels: int = 8, epochs: float = 3) -> bool:
    """Tune the three parts by the command, and print what was foretold; whether it came true."""
    with TemporaryDirectory() as kept:
        project = _project(Path(kept), labels)
        started = time.monotonic()
        settings = (*_SETTINGS, ("train.epochs", str(epochs)))
        pairs = [part for key, value in settings for part in ("--set", f"{key}={value}")]
        code = run(["-C", str(project.root), "curve", *pairs])
        if code:
            sys.exit(code)
        made = plan(project, "curve", (25, 50, 100), 1, settings)
        found = learning_curve(made.parts, project.kind, made.config.evaluate)
        assert found.backtest is not None
        measured, told = found.points[-1].value, found.backtest
        inside = told.low <= measured <= told.high
        print(
            f"foretold {told.value:.3f} ({told.low:.3f} to {told.high:.3f}), measured {measured:.3f} on {found.n} test "
            f"rows: {'inside' if inside else 'OUTSIDE'}; {time.monotonic() - started:.0f} s"
        )
        return inside


if __name__ == "__main__":
    sys.exit(not main(*(kind(value) for kind, value in zip((int, float), sys.argv[1:], strict=False))))
