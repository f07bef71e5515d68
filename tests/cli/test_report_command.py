"""`curator report`: both files, and the page in a browser where there is one."""

from __future__ import annotations

import webbrowser

import pytest

from curator.cli.main import run
from tests.run_folders import begin, finish, score
from tests.tiny import LABELS, rows_of

ROWS = {
    "classification": [{"text": row["text"], "label": row["label"]} for row in rows_of("classification", 40)],
    "instruction": [
        {"instruction": row["instruction"], "answer": row["answer"]} for row in rows_of("instruction", 40)
    ],
    "text": [{"text": f"{row['text']}. " * 20} for row in rows_of("text", 40)],
}


@pytest.fixture(params=ROWS)
def scored(request, make_project):
    """A project of each kind with a run that was scored."""
    labels = {"labels": list(LABELS)} if request.param == "classification" else {}
    project = make_project(ROWS[request.param], request.param, **labels)
    project.split()
    run_dir = begin(project, "first")
    finish(run_dir)
    score(run_dir)
    return project


def test_it_writes_both_files_and_shows_the_markdown(scored, capsys):
    assert run(["-C", str(scored.root), "report"]) == 0
    folder = scored.root / "runs" / "first"
    said = capsys.readouterr()
    assert said.out.strip() == (folder / "report.md").read_text(encoding="utf-8").strip()
    assert str(folder / "report.html") in said.err
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "<title>Evaluation of first</title>" in page
    assert "How the tuning went" in page


def test_its_json_names_both_files(scored, ask):
    code, found = ask("-C", str(scored.root), "report", "first")
    assert code == 0
    assert found["path"].endswith("report.md")
    assert found["page"].endswith("report.html")
    assert found["systems"]["tuned"]


@pytest.mark.parametrize("there", [True, False])
def test_the_page_is_opened_or_it_is_said_that_there_is_no_browser(scored, monkeypatch, capsys, there):
    asked = []
    monkeypatch.setattr(webbrowser, "open", lambda place: asked.append(place) or there)
    assert run(["-C", str(scored.root), "report", "--open"]) == 0
    assert asked == [(scored.root / "runs/first/report.html").resolve().as_uri()]
    assert ("No browser was found" in capsys.readouterr().err) is not there
