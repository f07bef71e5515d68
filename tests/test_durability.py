"""What was reported as saved survives kill -9 at any moment, and a full disk."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from curator.config import checked
from curator.project import Project

MOMENTS = int(os.environ.get("CURATOR_KILLS", "12"))
"""Kills per test; the full count is run with CURATOR_KILLS=50."""
ROWS = 20_000
LABELS = ["a", "b", "c"]

LABELLER = """
import sys
from pathlib import Path
from curator.project import Project
project = Project(Path(sys.argv[1]))
print("ready", flush=True)
for record_id in range(int(sys.argv[2]), 10_000):
    label = "abc"[record_id % 3]
    project.editor.label([record_id], label)
    print(record_id, label, flush=True)
"""


def curator(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "curator", *arguments], capture_output=True, text=True, **options
    )


def integrity(project: Path) -> str:
    connection = sqlite3.connect(project / "project.db")
    try:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    finally:
        connection.close()


@pytest.fixture
def rows(tmp_path) -> Path:
    path = tmp_path / "rows.jsonl"
    with path.open("w", encoding="utf-8") as stream:
        for i in range(ROWS):
            stream.write(
                json.dumps({"text": f"строка {i} of many", "label": LABELS[i % 3]}, ensure_ascii=False) + "\n"
            )
    return path


def test_an_import_killed_at_any_moment_is_all_or_nothing_and_can_be_repeated(tmp_path, rows):
    rng = random.Random(1)
    for moment in range(MOMENTS):
        root = tmp_path / f"import-{moment}"
        Project.create(root, checked({"kind": "classification", "labels": LABELS})).close()
        process = subprocess.Popen(
            [sys.executable, "-m", "curator", "-C", str(root), "import", str(rows)], stderr=subprocess.DEVNULL
        )
        try:
            process.wait(rng.uniform(0.15, 1.4))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert integrity(root) == "ok"
        project = Project(root)
        assert len(project.ids("")) in (0, ROWS)
        project.close()
        report = json.loads(curator("-C", str(root), "import", str(rows), "--json", check=True).stdout)
        assert report["added"] + report["duplicates"] == ROWS
        assert json.loads(curator("-C", str(root), "stats", "--json", check=True).stdout)["records"] == ROWS


def test_every_reported_decision_survives_kill_9(tmp_path, rows):
    rng = random.Random(2)
    root = tmp_path / "labels"
    Project.create(root, checked({"kind": "classification", "labels": LABELS})).close()
    curator("-C", str(root), "import", str(rows), check=True)
    reported: dict[int, str] = {}
    for _ in range(MOMENTS):
        process = subprocess.Popen(
            [sys.executable, "-c", LABELLER, str(root), str(max(reported, default=0) + 1)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        process.stdout.readline()
        for _ in range(rng.randrange(1, 60)):
            record_id, label = process.stdout.readline().split()
            reported[int(record_id)] = label
        process.send_signal(signal.SIGKILL)
        reported |= {int(line.split()[0]): line.split()[1] for line in process.stdout if line.endswith("\n")}
        process.wait()
        process.stdout.close()
        assert integrity(root) == "ok"
    project = Project(root)
    assert all(project.record(i).fields["label"] == label for i, label in reported.items())
    accepted = len(project.ids("status:accepted"))
    assert len(reported) <= accepted <= len(reported) + MOMENTS
    assert len(project.editor.undo(accepted)) == accepted
    assert project.ids("status:accepted") == []
    project.close()


def _limit_files(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_a_full_disk_during_an_import_is_one_clear_line_and_leaves_nothing(tmp_path, rows):
    root = tmp_path / "full"
    Project.create(root, checked({"kind": "classification", "labels": LABELS})).close()
    done = curator("-C", str(root), "import", str(rows), preexec_fn=lambda: _limit_files(400_000))
    assert done.returncode == 1
    assert "disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(curator("-C", str(root), "stats", "--json", check=True).stdout)["records"] == 0
    assert (
        json.loads(curator("-C", str(root), "import", str(rows), "--json", check=True).stdout)["added"]
        == ROWS
    )


def test_a_full_disk_during_an_export_leaves_no_export(tmp_path, rows):
    root = tmp_path / "full"
    Project.create(root, checked({"kind": "classification", "labels": LABELS})).close()
    curator("-C", str(root), "import", str(rows), check=True)
    curator("-C", str(root), "split", check=True)
    done = curator("-C", str(root), "export", "data", preexec_fn=lambda: _limit_files(300_000))
    assert done.returncode == 1
    assert "file size limit" in done.stderr
    assert "Traceback" not in done.stderr
    assert list((root / "exports").iterdir()) == []


def test_a_full_disk_during_training_is_one_clear_line_and_the_run_goes_on_later(tmp_path):
    root = tmp_path / "run"
    Project.create(root, checked({"kind": "classification", "labels": LABELS})).close()
    path = tmp_path / "few.jsonl"
    path.write_text(
        "".join(f'{{"text": "number {i}", "label": "{LABELS[i % 3]}"}}\n' for i in range(30)), "utf-8"
    )
    curator("-C", str(root), "import", str(path), check=True)
    arguments = ("-C", str(root), "train", "one", "--no-evaluate")
    done = curator(*arguments, "--set", "train.epochs=0.2", preexec_fn=lambda: _limit_files(600_000))
    assert done.returncode == 1
    assert "Could not save the run" in done.stderr
    assert "file size limit" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (root / "runs/one/adapter").exists()
    assert curator(*arguments, "--resume").returncode == 0
    assert (root / "runs/one/adapter/adapter_model.safetensors").exists()
