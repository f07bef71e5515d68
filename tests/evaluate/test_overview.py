from __future__ import annotations

from curator.evaluate.overview import going_on, overview, overviews
from curator.train.processes import jobs
from curator.train.progress import EventLog
from tests.run_folders import finish, score


def test_a_run_is_told_at_every_stage_of_its_life(make_run):
    run_dir = make_run()
    root = run_dir.parent.parent
    assert overview(run_dir).state == "created"
    events = EventLog(run_dir)
    events.write("started", steps=6)
    events.write("step", step=2, steps=6, loss=1.0)
    found = overview(run_dir)
    assert (found.state, found.step, found.steps, found.model) == ("unfinished", 2, 6, found.model)
    with jobs.holding(run_dir):
        assert overview(run_dir).state == "training"
        assert going_on(root).name == "run"
    assert going_on(root) is None
    events.write("error", problem="The loss is not finite.", remedy="Lower the rate.")
    found = overview(run_dir)
    assert (found.problem, found.remedy) == ("The loss is not finite.", "Lower the rate.")
    assert (found.step, found.steps) == (2, 6)
    finish(run_dir)
    assert overview(run_dir).state == "finished"
    with jobs.holding(run_dir):
        assert overview(run_dir).state == "scoring"
    score(run_dir)
    found = overview(run_dir)
    assert found.state == "scored"
    assert found.score.tuned - found.score.base == found.score.gain.difference


def test_runs_are_listed_newest_first_and_what_is_no_run_is_left_out(make_run):
    first, second = make_run(name="first"), make_run(name="second")
    root = first.parent.parent
    (root / "runs" / "empty").mkdir()
    (root / "runs" / "damaged").mkdir()
    (root / "runs" / "damaged" / "run.json").write_text("{}")
    assert [one.name for one in overviews(root)] == ["second", "first"]
    with jobs.holding(root / "runs" / "empty"):
        assert next((one.name, one.state) for one in overviews(root)) == ("empty", "preparing")
    (second / "metrics.json").write_text("{")
    (second / "scores.parquet").touch()
    assert overview(second).score is None
    assert overviews(root / "nowhere") == []


def test_a_command_that_failed_leaves_its_reason(make_run):
    run_dir = make_run()
    (run_dir / jobs.LOG).write_text("Error: There is no memory.\n  Take a smaller model.\n")
    assert overview(run_dir).problem == "There is no memory."
