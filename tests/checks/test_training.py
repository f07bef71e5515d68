"""Records that the last run never learned, learned last, or forgot again."""

from __future__ import annotations

import pytest

from curator.dynamics import fingerprint
from curator.train.args import RESULT
from curator.train.loop.memory import RowMemory

EASY, HARD = [0.1, 0.1, 0.1], [3.0, 2.5, 2.0]
LATE, LOST = [2.0, 2.0, 0.2], [2.0, 0.2, 1.5]


@pytest.fixture
def project(make_project):
    rows = [{"text": f"message number {n}", "label": "ab"[n % 2]} for n in range(12)]
    project = make_project(rows)
    run = project.root / "runs" / "first"
    run.mkdir(parents=True)
    losses = [EASY] * 9 + [HARD, LATE, LOST]
    ids = [str(n + 1) for n in range(12)]
    contents = [fingerprint("classification", project.record(n + 1).fields) for n in range(12)]
    memory = RowMemory(run, ids, contents)
    for epoch in range(3):
        memory.note(epoch, range(12), [row[epoch] for row in losses], [1] * 12)
    memory.save()
    (run / RESULT).write_text("{}")
    return project


def found(project) -> dict[str, list[int]]:
    checks = ("never-learned", "learned-last", "forgotten")
    project.check(checks)
    return {check: [finding.record_id for finding in project.found([check])] for check in checks}


def test_hard_rows_become_findings_and_come_first_in_the_queue(project):
    assert found(project) == {"never-learned": [10], "learned-last": [11], "forgotten": [12]}
    assert project.queue("", "training").tolist() == [10, 11, 12]
    assert "first (20" in next(project.found(["never-learned"])).message


def test_a_record_that_was_edited_since_is_not_judged(project):
    project.editor.set_fields([10], {"text": "something else"})
    assert found(project)["never-learned"] == []


def test_another_run_is_another_judgement(project):
    found(project)
    for path in (project.root / "runs" / "first").iterdir():
        path.unlink()
    assert found(project) == {"never-learned": [], "learned-last": [], "forgotten": []}


def test_of_a_run_that_learned_little_nothing_is_said(project):
    run = project.root / "runs" / "first"
    ids = [str(n + 1) for n in range(12)]
    memory = RowMemory(run, ids, ["content"] * 12)
    memory.note(0, range(12), [3.0] * 12, [1] * 12)
    memory.note(1, range(12), [3.0] * 12, [1] * 12)
    memory.note(2, range(12), [3.0] * 12, [1] * 12)
    memory.save()
    assert found(project)["never-learned"] == []
