"""What the screens know about runs without drawing anything."""

from __future__ import annotations

import subprocess
import sys

import pytest
from curator.tui.links import runs
from curator.tui.links.following import Following
from curator.tui.links.runs import Runs, going_on

from curator.config import Config, TrainSettings, with_values
from curator.errors import CuratorError
from curator.train.processes import jobs
from curator.train.progress import EventLog
from tests.run_folders import begin, finish, score


def test_one_line_says_what_goes_on(project):
    assert going_on(project.root) == ""
    folder = begin(project, "one", steps=90, done=12)
    assert going_on(project.root) == ""
    with jobs.holding(folder):
        assert going_on(project.root) == "training one: step 12/90"
        finish(folder)
        assert going_on(project.root) == "scoring one"
    assert going_on(project.root) == ""
    (project.root / "runs" / "two").mkdir()
    with jobs.holding(project.root / "runs" / "two"):
        assert going_on(project.root) == "preparing two"


def test_a_run_is_followed_without_reading_anything_twice(project):
    folder = begin(project, "one", steps=6, done=3)
    run = Following(Runs(project.root), "one")
    run.look()
    assert run.trained == ([1.0, 2.0, 3.0], [3.0, 1.5, 1.0])
    assert run.validated == ([2.0], [1.75])
    assert not run.is_going
    events = EventLog(folder)
    events.write("started", step=2, steps=6)
    events.write("step", step=3, steps=6, loss=9.0)
    with jobs.holding(folder):
        run.look()
        assert run.is_going
    assert run.trained == ([1.0, 2.0, 3.0], [3.0, 1.5, 9.0])
    assert run.last.step == 3
    events.write("error", problem="The loss is not finite.", remedy="Lower the rate.")
    run.look()
    assert (run.problem, run.remedy) == ("The loss is not finite.", "Lower the rate.")
    assert run.overview.state == "unfinished"


def test_a_run_that_never_began_tells_why(project):
    folder = project.root / "runs" / "one"
    folder.mkdir(parents=True)
    (folder / jobs.LOG).write_text("Error: There is no model x.\n  Name a folder.\n")
    run = Following(Runs(project.root), "one")
    run.look()
    assert run.overview is None
    assert (run.problem, run.remedy) == ("There is no model x.", "Name a folder.")


def test_many_steps_are_thinned_out(project):
    folder = begin(project, "one", steps=5000, done=2)
    lines = (folder / "events.jsonl").read_text().splitlines()
    step = lines[-2]
    assert '"step":2' in step
    with (folder / "events.jsonl").open("a") as stream:
        for number in range(3, 3001):
            stream.write(step.replace('"step":2', f'"step":{number}') + "\n")
    run = Following(Runs(project.root), "one")
    run.look()
    steps, losses = run.trained
    assert len(steps) <= 400
    assert steps[-1] == 3000.0
    assert steps == sorted(steps)
    assert losses[-1] == pytest.approx(1.5)


def test_settings_are_checked_as_they_are_typed():
    texts = runs.texts_of(Config(kind="text"))
    assert runs.problems(texts) == {}
    assert runs.settings_of(texts) == TrainSettings()
    bad = {**texts, "epochs": "many", "batch_size": "0", "warmup": "1.5"}
    assert runs.problems(bad) == {
        "epochs": "Input should be a valid number",
        "batch_size": "Input should be greater than 0",
        "warmup": "Input should be less than 1",
    }
    assert runs.settings_of(bad) is None


def test_what_is_typed_is_what_the_command_line_reads():
    texts = {
        "learning_rate": "",
        "epochs": "2",
        "method": "lora",
        "report_to": "wandb, trackio",
        "model": "x",
    }
    options = runs._options(texts)
    assert options[-2:] == ["--model", "x"]
    pairs = [pair.partition("=")[::2] for pair in options[1:-2:2]]
    found = with_values(Config(kind="text", train={"learning_rate": 0.5}), pairs).train
    assert found == TrainSettings(epochs=2, method="lora", report_to=("wandb", "trackio"))


def test_a_name_must_be_new_and_usable(project):
    known = Runs(project.root)
    assert known.next_name() == "run-1"
    assert known.name_problem("run-1") == ""
    begin(project, "run-1")
    assert known.next_name() == "run-2"
    assert "already" in known.name_problem("run-1")
    assert known.name_problem("")
    assert known.name_problem("../x")


def test_an_estimate_can_be_cancelled_and_tells_why_it_failed(project, monkeypatch):
    known = Runs(project.root)
    monkeypatch.setattr(jobs, "command", lambda *_: [sys.executable, "-c", "import time; time.sleep(60)"])
    assert known.estimate({}, lambda: True) is None
    failing = "import sys; print('Error: No.\\n  Do so.', file=sys.stderr); sys.exit(1)"
    monkeypatch.setattr(jobs, "command", lambda *_: [sys.executable, "-c", failing])
    with pytest.raises(CuratorError, match=r"No\.\nDo so\."):
        known.estimate({}, lambda: False)


def test_sides_are_counted_once_there_is_a_split(project, make_project):
    assert sum(Runs(project.root).sides().values()) == 40
    assert Runs(make_project([{"text": "a", "label": "b"}]).root).sides() == {}


def test_pages_of_runs_load_nothing_of_the_trainer():
    code = (
        "import sys, curator.tui.screens.train, curator.tui.screens.results\n"
        "print({'torch', 'transformers', 'pandas', 'sklearn', 'numpy', 'plotext'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_scores_are_read_back(project):
    from curator.tui.links.scored import confusions, load, record_of

    folder = begin(project, "one")
    finish(folder)
    score(folder)
    found = load(folder)
    assert len(found.rows["all"]) == found.evaluation.n
    assert {row.turned for row in found.rows["regressed"]} == {"worse"}
    assert record_of("12:3") == "12"
    assert confusions(("a", "b"), [[5, 2], [3, 1]]) == [(3, "b", "a"), (2, "a", "b")]
