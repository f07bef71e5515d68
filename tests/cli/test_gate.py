"""`curator evaluate --fail-unless`: the exit code that a script relies on."""

from __future__ import annotations

import pytest

from curator.cli import evaluation_commands
from curator.cli.main import run
from tests.run_folders import begin, finish, score
from tests.tiny import LABELS, rows_of


@pytest.fixture
def project(make_project):
    rows = [{"text": row["text"], "label": row["label"]} for row in rows_of("classification", 60)]
    project = make_project(rows, labels=list(LABELS))
    project.split()
    finish(begin(project, "first"))
    return project


@pytest.fixture
def scored(project):
    score(project.root / "runs" / "first")
    return str(project.root)


def test_a_gate_that_holds_is_open(scored, capsys):
    assert run(["-C", scored, "evaluate", "--fail-unless", "accuracy > base + 0.05"]) == 0
    said = capsys.readouterr().err
    assert "holds  accuracy > base + 0.05:" in said
    assert "The gate is open." in said


def test_a_gate_that_does_not_hold_ends_with_3(scored, capsys):
    gate = "accuracy > base + 0.05 and n > 1000"
    assert run(["-C", scored, "evaluate", "--fail-unless", gate]) == 3
    said = capsys.readouterr()
    assert "fails  n > 1000: " in said.err
    assert f"The gate is closed: {gate} does not hold." in said.err
    assert "tuned\t" in said.out


def test_its_json_tells_what_came_of_the_gate(scored, ask):
    code, found = ask("-C", scored, "evaluate", "--fail-unless", "accuracy < base")
    assert code == 3
    assert found["gate"]["met"] is False
    assert found["gate"]["parts"][0]["figures"].keys() == {"tuned.accuracy", "base.accuracy"}
    assert found["verdict"]


def test_what_cannot_be_judged_ends_with_2_before_anything_is_scored(project, capsys, monkeypatch):
    monkeypatch.setattr(evaluation_commands, "score", lambda *_: pytest.fail("was scored"))
    for gate in ("accuracy >", "acuracy > base", "accuracy > \x1b[31m", "accuracy > prompt:none"):
        assert run(["-C", str(project.root), "evaluate", "--fail-unless", gate]) == 2
        said = capsys.readouterr().err
        assert "--fail-unless: " in said
        assert "\x1b" not in said


def test_a_figure_that_the_run_lacks_ends_with_2(scored, capsys):
    assert run(["-C", scored, "evaluate", "--fail-unless", "bpb_general < base * 1.02"]) == 2
    assert "There is no figure bpb_general" in capsys.readouterr().err


def test_kept_figures_of_data_that_has_changed_are_told_and_judged_by_no_gate(project, scored, capsys):
    (export,) = (project.root / "exports").iterdir()
    with (export / "test.jsonl").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    assert run(["-C", scored, "evaluate"]) == 0
    said = capsys.readouterr()
    assert "test.jsonl is not the file that the run first was made for." in said.err
    assert "The figures are those of the data as it was." in said.err
    assert "tuned\t" in said.out
    assert run(["-C", scored, "evaluate", "--fail-unless", "n > 1"]) == 1
    said = capsys.readouterr()
    assert "is not the file that the run first was made for" in said.err
    assert "gate" not in said.err
