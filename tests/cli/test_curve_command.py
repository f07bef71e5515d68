"""`curator curve`: its runs are made once, found again, and together say what more labels would bring."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from curator import tuning
from curator.cli import evaluation_commands, training_commands
from curator.cli.main import run
from curator.cli.output import ExitCode
from curator.evaluate import evaluation, keeping
from curator.evaluate.scores import RowScore
from curator.train import runs
from curator.train.progress import EventLog
from curator.train.rows.data import read_rows
from tests.run_folders import QUICK, finish
from tests.tiny import LABELS, rows_of


class Duration(NamedTuple):
    total_seconds: float = 100.0
    training_seconds: float = 80.0


class Outlook(NamedTuple):
    time: Duration = Duration()
    price_per_hour: float | None = 36.0


class World:
    """Stands where the trainer and the scorer stand: the more rows a run has, the better it is."""

    def __init__(self):
        self.tuned: list[str] = []
        self.scored: list[str] = []
        self.stop_at = ""

    def tune(self, folder, resume, processes):
        EventLog(folder).write("started", steps=2, rows=1)
        if folder.name == self.stop_at:
            return ExitCode.INTERRUPTED
        self.tuned.append(f"{folder.name}{' again' if resume else ''}")
        finish(folder)
        return ExitCode.DONE

    def score(self, folder):
        self.scored.append(folder.name)
        spec = runs.load(folder)
        train, test = (read_rows(Path(spec.export_path), spec.kind, side) for side in ("train", "test"))
        wrong = round(len(test) * 12 / len(train))
        systems = {
            name: [
                RowScore(
                    id=row.id,
                    answer=row.label if place >= bad else next(one for one in LABELS if one != row.label),
                    values={"correct": float(place >= bad), "log_loss": 1.0},
                )
                for place, row in enumerate(test)
            ]
            for name, bad in (("base", len(test)), ("tuned", wrong))
        }
        keeping.write(evaluation.evaluate_scores(spec.kind, spec.labels, train, test, systems, QUICK), folder)


@pytest.fixture
def world(monkeypatch):
    world = World()
    monkeypatch.setattr(training_commands, "tune", world.tune)
    monkeypatch.setattr(evaluation_commands, "score", world.score)
    monkeypatch.setattr(tuning, "estimate", lambda *_: Outlook())
    return world


@pytest.fixture
def project(make_project):
    rows = [{"text": row["text"], "label": row["label"]} for row in rows_of("classification", 200)]
    project = make_project(rows, labels=list(LABELS), model="bundled")
    project.split()
    return project


@pytest.fixture
def root(project):
    return str(project.root)


def test_it_tunes_and_scores_each_part_and_says_what_twice_the_labels_bring(root, world, capsys):
    assert run(["-C", root, "curve"]) == 0
    assert world.tuned == world.scored == ["curve-25", "curve-50", "curve-100"]
    said = capsys.readouterr()
    assert [line.split("\t")[0] for line in said.out.splitlines()] == ["25 %", "50 %", "100 %", "200 %"]
    assert "more labels" in said.err.casefold()
    assert "with twice as many (" in said.err
    assert "3 points cannot tell how the curve bends" in said.err
    assert "--seeds 3 measures it" in said.err
    assert "●" in said.err


def test_reports_of_runs_like_it_say_whether_more_labels_would_help(project, root, world, capsys):
    run(["-C", root, "train", "own", "--prepare", "--set", "train.epochs=1"])
    run(["-C", root, "train", "other", "--prepare", "--method", "lora"])
    for name in ("own", "other"):
        finish(project.root / "runs" / name)
        world.score(project.root / "runs" / name)
    assert run(["-C", root, "curve"]) == 0
    assert "The report of curve-100 shows it" in capsys.readouterr().err
    for name in ("own", "other"):
        assert run(["-C", root, "report", name]) == 0
    pages = {
        name: (project.root / "runs" / name / "report.html").read_text("utf-8")
        for name in ("curve-100", "own", "other")
    }
    for name in ("curve-100", "own"):
        assert "Would more labels help?" in pages[name]
        assert "with twice as many (" in pages[name]
        assert "rows, foretold" in pages[name]
        assert "3 points cannot tell" in (project.root / "runs" / name / "report.md").read_text("utf-8")
        places = re.findall(r' id="([^"]*)"', pages[name])
        assert sorted(places) == sorted(set(places))
    assert "Would more labels help?" not in pages["other"]


def test_what_is_no_curve_is_passed_over(project, root, world):
    run(["-C", root, "curve"])
    (project.root / "curves" / "z.json").write_text("{")
    assert run(["-C", root, "report", "curve-100"]) == 0
    assert "Would more labels help?" in (project.root / "runs/curve-100/report.md").read_text("utf-8")


def test_what_is_done_is_not_done_again(root, world):
    run(["-C", root, "curve"])
    world.tuned.clear()
    world.scored.clear()
    assert run(["-C", root, "curve"]) == 0
    assert world.tuned == world.scored == []
    assert run(["-C", root, "curve", "--parts", "10,25,50,100"]) == 0
    assert world.tuned == ["curve-10"]
    assert run(["-C", root, "curve", "--set", "train.price_per_hour=2"]) == 0


def test_a_curve_that_was_stopped_goes_on(root, world, capsys):
    world.stop_at = "curve-50"
    assert run(["-C", root, "curve"]) == 130
    assert "the same command goes on" in capsys.readouterr().err
    world.stop_at = ""
    assert run(["-C", root, "curve"]) == 0
    assert world.tuned == ["curve-25", "curve-50 again", "curve-100"]


def test_a_dry_run_tells_time_and_cost_and_tunes_nothing(project, world, ask):
    code, found = ask("-C", str(project.root), "curve", "--dry-run")
    assert code == 0
    assert world.tuned == []
    assert [part["seconds"] for part in found["parts"]] == [40.0, 60.0, 100.0]
    assert (found["seconds"], found["cost"]) == (200.0, 2.0)
    assert not (project.root / "runs").exists() or not list((project.root / "runs").glob("curve*"))


def test_its_json_is_kept_as_a_file_too(project, world, ask):
    code, found = ask("-C", str(project.root), "curve", "--parts", "50,100", "--seeds", "2")
    assert code == 0
    kept = json.loads((project.root / "curves/curve.json").read_text("utf-8"))
    assert found.pop("path").endswith("curve.json")
    assert kept == found
    assert found["noise_measured"]
    assert found["points"][0]["runs"] == ["curve-50", "curve-50-seed-2"]
    assert found["backtest"] is None
    assert found["more"]["low"] <= found["more"]["value"] <= found["more"]["high"] <= 1


def test_runs_of_other_settings_are_not_mixed_in(root, world, capsys):
    run(["-C", root, "curve"])
    assert run(["-C", root, "curve", "--set", "train.epochs=9"]) == 1
    assert "The run curve-25 was made with other rows or settings" in capsys.readouterr().err
    assert run(["-C", root, "curve", "--set", "train.epochs=9", "--name", "longer"]) == 0
    assert world.tuned[-1] == "longer-100"


@pytest.mark.parametrize("parts", ["50", "0,100", "a,b", "50,101", "50,50"])
def test_parts_are_two_or_more_percentages(root, capsys, parts):
    assert run(["-C", root, "curve", "--parts", parts]) == 2
    assert "is not two or more percentages" in capsys.readouterr().err


def test_without_a_split_there_is_nothing_to_take_parts_of(make_project, capsys):
    project = make_project([{"text": "a", "label": "x"}])
    assert run(["-C", str(project.root), "curve"]) == 1
    assert "not split yet" in capsys.readouterr().err
