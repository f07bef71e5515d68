"""`curator compare`: what a person reads, what a script reads."""

from __future__ import annotations

import pytest

from curator.cli.main import run
from tests.run_folders import begin, finish, score
from tests.tiny import LABELS, rows_of


@pytest.fixture
def root(make_project):
    rows = [
        {"text": f"{row['text']} \x1b[31m", "label": row["label"]} for row in rows_of("classification", 150)
    ]
    project = make_project(rows, labels=list(LABELS))
    project.split()
    for name, worse in (("poor", tuple(range(0, 30, 2))), ("good", (2,))):
        folder = begin(project, name)
        finish(folder)
        score(folder, worse)
    return str(project.root)


def test_it_shows_figures_rows_costs_and_a_sentence(root, capsys):
    assert run(["-C", root, "compare", "poor", "good", "--rows", "3"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[0].startswith("accuracy\t46.7 %\t93.3 %\t46.7 points\t")
    assert "Made with: the same settings and data" in said.err
    assert "good took 12 seconds on cpu: 24 rows" in said.err
    assert said.err.count("  row ") == 3
    assert said.err.strip().splitlines()[-1].startswith("good is better than poor: accuracy 93.3 %")
    assert "\x1b" not in said.out + said.err


def test_its_json_has_everything(root, ask):
    code, found = ask("-C", root, "compare", "poor", "good")
    assert code == 0
    assert found["better"] == "good"
    assert found["gain"]["metric"] == "accuracy"
    assert found["systems"].keys() == {"poor", "good"}
    assert found["changed"][0].keys() >= {"id", "text", "reference", "first", "second"}
    assert found["settings"] == []


def test_a_run_that_is_not_there_is_named(root, capsys):
    assert run(["-C", root, "compare", "poor", "best"]) == 1
    assert "There is no run best." in capsys.readouterr().err
