"""`curator train` from a split project to a score, and what it tells before."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from curator.cli.main import run
from curator.cli.plan_view import tell_plan
from curator.cli.training_progress import show
from curator.config import Config, with_values
from curator.errors import CuratorError
from curator.train import runs
from curator.train.args import Event
from curator.train.estimates.memory import memory
from curator.train.planning import steps_of
from tests import run_folders
from tests.tiny import LABELS, rows_of
from tests.train.estimates.test_estimate import FREE, NEED, PLAN


@pytest.fixture
def small(make_project, tiny):
    """A project of a few rows with a tiny model, and where the command line finds it."""
    rows = [{"text": row["text"], "label": row["label"]} for row in rows_of("classification", 40)]
    settings = {"method": "lora", "epochs": 1, "batch_size": 8, "lora_rank": 4}
    return make_project(rows, labels=list(LABELS), model=str(tiny), train=settings)


def test_a_dry_run_tells_what_would_be_trained_and_leaves_nothing(small, ask):
    at = ["-C", str(small.root), "train", "--dry-run"]
    assert run(at) == 1
    small.split()
    before = sorted(path.name for path in small.root.iterdir())
    code, found = ask(*at, "--set", "train.epochs=2.5", "--set", "train.max_length=45")
    assert code == 0
    assert found["rows"] + found["validation"] + len(found["dropped"]) == 32
    assert found["longest"] <= found["limit"] == 45
    assert found["steps"] == steps_of(found["rows"], small.config.train.model_copy(update={"epochs": 2.5}))
    assert found["tokens"] > found["learned"] > 0
    assert sorted(path.name for path in small.root.iterdir()) == before
    assert run([*at, "--resume"]) == 2


def test_the_steps_told_are_those_that_are_made(small, ask, monkeypatch):
    monkeypatch.setitem(os.environ, "OMP_NUM_THREADS", "1")
    small.split()
    at = ["-C", str(small.root), "train"]
    _, plan = ask(*at, "--dry-run", "--set", "train.epochs=1.5")
    code, done = ask(*at, "one", "--no-evaluate", "--set", "train.epochs=1.5")
    assert code == 0
    assert plan["memory"]["fits"]
    assert plan["memory"]["total_bytes"] > plan["proof"]["held_bytes"] > 0
    assert done["result"]["steps"] == plan["steps"]
    assert done["result"]["rows"] == plan["rows"]
    assert runs.steps_done(small.root / "runs" / "one") == (plan["steps"], plan["steps"])


def test_a_run_is_made_for_several_processes_without_being_started(small, ask):
    at = ["-C", str(small.root), "train"]
    code, found = ask(*at, "wide", "--processes", "2", "--prepare")
    assert code == 0
    assert found["train"]["processes"] == 2
    assert runs.state(small.root / "runs" / "wide").phase == "created"
    assert run([*at, "wide", "--resume", "--prepare"]) == 2
    assert run([*at, "wide", "--resume", "--shard"]) == 2
    assert run([*at, "other", "--processes", "0"]) == 2
    code, found = ask(*at, "large", "--processes", "2", "--shard", "--prepare")
    assert (code, found["train"]["shard"]) == (0, True)
    assert run([*at, "every", "--shard", "--method", "full"]) == 1


def test_a_setting_without_a_value_is_its_default():
    config = Config(kind="text", train={"learning_rate": 0.1, "epochs": 9})
    found = with_values(config, [("train.learning_rate", ""), ("train.epochs", ""), ("train.report_to", "")])
    assert found.train == Config(kind="text").train
    with pytest.raises(CuratorError, match=r"no setting train\.nothing"):
        with_values(config, [("train.nothing", "")])
    with pytest.raises(CuratorError, match="kind"):
        with_values(config, [("kind", "")])


def test_a_run_learns_another_export_and_general_examples(small, make_project, ask, monkeypatch):
    monkeypatch.setitem(os.environ, "OMP_NUM_THREADS", "1")
    small.split()
    rows = [{"instruction": f"is {n} odd?", "answer": "yes" if n % 2 else "no"} for n in range(20)]
    faq = make_project(rows, "instruction")
    faq.split()
    faq.export("v1")
    settings = [
        "--mix",
        f"{faq.root}/exports/v1=2",
        "--set",
        "train.replay=0.2",
        "--set",
        "train.label_codes=true",
    ]
    at = ["-C", str(small.root), "train"]
    _, plan = ask(*at, "--dry-run", *settings)
    own, mixed, general = plan["origins"]
    assert (mixed["name"], general["name"]) == ("v1", "replay")
    assert own["rows"] + mixed["rows"] + general["rows"] == plan["rows"]
    assert general["rows"] == round(plan["rows"] * 0.2)
    code, done = ask(*at, "both", "--no-evaluate", *settings)
    assert code == 0
    assert done["result"]["rows"] == plan["rows"]
    assert [(part["name"], part["weight"]) for part in done["parts"]] == [("v1", 2.0)]
    assert done["replay"]["path"] == ""
    assert run([*at, "both", "--resume", "--mix", "v1"]) == 2
    assert run([*at, "--dry-run", "--mix", "nothing"]) == 1


def test_a_resumed_run_that_is_tuned_is_scored_and_a_scored_one_is_refused_at_once(
    tickets, ask, monkeypatch, capsys
):
    from curator.cli import evaluation_commands, training_commands

    tickets.split()
    folder = run_folders.begin(tickets, "one")
    run_folders.finish(folder)
    monkeypatch.setattr(training_commands, "tune", lambda *_: pytest.fail("tuned again"))
    monkeypatch.setattr(evaluation_commands, "score", run_folders.score)
    at = ["-C", str(tickets.root), "train", "one", "--resume"]
    assert run([*at, "--no-evaluate"]) == 1
    assert "curator evaluate one" in capsys.readouterr().err
    code, done = ask(*at)
    assert code == 0
    assert done["evaluation"]["verdict"]
    assert run(at) == 1
    assert "curator evaluate one --again" in capsys.readouterr().err


def test_a_run_that_cannot_be_read_is_passed_over_with_a_word(tickets, capsys):
    tickets.split()
    run_folders.begin(tickets, "one")
    run_folders.finish(tickets.root / "runs" / "one")
    broken = tickets.root / "runs" / "broken"
    broken.mkdir()
    (broken / "run.json").write_text("{")
    assert run(["-C", str(tickets.root), "train", "--resume", "--no-evaluate"]) == 1
    told = capsys.readouterr().err
    assert "broken" in told
    assert "The run one is tuned already" in told


@pytest.mark.parametrize(
    "wrong",
    [
        ["../outside"],
        ["b", "--set", "train.epoch=2"],
        ["b", "--set", "train.epochs=many"],
        ["b", "--model", "/nowhere"],
        ["b", "--model", "{root}"],
        ["b", "--mix", "nothing"],
        ["b", "--set", "train.replay=0.2", "--set", "train.replay_from=nothing.jsonl"],
        ["taken"],
    ],
)
def test_what_cannot_be_a_run_is_told_before_anything_is_made_for_it(small, tmp_path, wrong):
    taken = small.root / "runs" / "taken"
    taken.mkdir(parents=True)
    (taken / "run.json").write_text("{}")

    def found() -> list[str]:
        return sorted(str(path) for path in tmp_path.rglob("*") if not path.name.startswith("project.db"))

    before = found()
    assert run(["-C", str(small.root), "train", *(word.format(root=small.root) for word in wrong)]) == 1
    assert found() == before
    assert not small.is_split()


def test_a_model_that_is_damaged_is_told_before_the_split(small, tiny, tmp_path, capsys):
    model = shutil.copytree(tiny, tmp_path / "model")
    (model / "config.json").write_text("[]")
    assert run(["-C", str(small.root), "train", "b", "--model", str(model)]) == 1
    assert "config.json cannot be read" in capsys.readouterr().err
    assert not small.is_split()


def test_a_dry_run_sets_the_estimate_against_what_is_free(small, capsys):
    small.split()
    spec = run_folders.spec_of(small.config, "plan", small.export().path)
    for free, told in (
        (FREE, "it does not fit. It would with --set train.micro_batch_size=4"),
        (4 * FREE, ""),
    ):
        needed = memory(NEED, free, spec, None)
        tell_plan(PLAN.model_copy(update={"memory": needed, "free_memory_bytes": free}), as_json=False)
        shown = capsys.readouterr()
        assert "memory by the estimate" in shown.out
        assert told in shown.err
        assert bool(told) == bool(shown.err)


def test_what_will_be_learned_is_shown_once_before_the_first_step(small, capsys, monkeypatch):
    monkeypatch.setitem(os.environ, "OMP_NUM_THREADS", "1")
    small.split()
    assert run(["-C", str(small.root), "train", "one", "--no-evaluate", "--json"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["name"] == "one"
    lines = [line.strip() for line in shown.err.splitlines()]
    [first] = [place for place, line in enumerate(lines) if line.startswith("training rows")]
    assert any(line.startswith("memory of weights, gradients and optimizer") for line in lines)
    assert any(line.startswith("device") and "attention sdpa" in line for line in lines)
    assert first < next(place for place, line in enumerate(lines) if line.startswith("step 1/"))


def test_a_gate_that_opens_twice_is_shown_once(capsys):
    started = Event(event="started", time=0.0, process=1, steps=3)
    show([started, started], lambda: ["the gate"])
    assert capsys.readouterr().err.count("the gate") == 1
