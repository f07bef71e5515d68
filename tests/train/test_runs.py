from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from curator.errors import CuratorError, NotFound
from curator.train import runs
from curator.train.args import EVENTS, LOG, RUN, Event


def event(kind: str, step: int = 0, process: int = 1, time: float = 0.0) -> Event:
    return Event(event=kind, time=time, process=process, step=step)


def test_a_run_is_made_once(make_run):
    run_dir = make_run()
    with pytest.raises(CuratorError, match="a run run already"):
        runs.create(run_dir, runs.load(run_dir))
    assert runs.state(run_dir).phase == "created"
    with pytest.raises(NotFound, match="not finished"):
        runs.load_result(run_dir)


def test_a_missing_and_a_damaged_run(tmp_path):
    with pytest.raises(NotFound, match="no run nothing"):
        runs.load(tmp_path / "nothing")
    (tmp_path / RUN).write_text('{"name": "x"}')
    with pytest.raises(CuratorError, match=r"run.json: created is missing"):
        runs.load(tmp_path)


def test_models_by_name(tiny, tmp_path):
    assert Path(runs.resolve_model("bundled")).name == "base-model"
    assert runs.resolve_model(str(tiny)) == str(tiny)
    assert runs.resolve_model("some-org/some.model-1B") == "some-org/some.model-1B"
    with pytest.raises(CuratorError, match=r"no config.json and no \*.safetensors"):
        runs.resolve_model(str(tmp_path))
    with pytest.raises(CuratorError, match="There is no model tynillama"):
        runs.resolve_model("tynillama")


def test_a_line_that_is_being_written_is_left_for_later(tmp_path):
    whole = event("started").model_dump_json()
    (tmp_path / EVENTS).write_text(whole + "\n" + whole[:20])
    assert len(runs.read_events(tmp_path)) == 1


def test_a_line_that_is_no_event_is_named_by_its_place(tmp_path):
    first, second = (event("step", step).model_dump_json() for step in (1, 2))
    (tmp_path / EVENTS).write_text(first + "\n")
    tail = runs.Tail(tmp_path)
    assert [e.step for e in tail.new()] == [1]
    with (tmp_path / EVENTS).open("a") as stream:
        stream.write(second + "\n" + second[:20] + "\n" + second + "\n")
    for read in (tail.new, lambda: runs.read_events(tmp_path)):
        with pytest.raises(CuratorError, match=rf"{EVENTS}:3 is no event") as caught:
            read()
        assert caught.value.remedy.startswith("Remove that line")
    assert runs.newest_event(tmp_path).step == 2


def test_a_glance_at_a_run_passes_over_a_line_that_is_no_event(tmp_path):
    last = Event(event="step", time=0.0, process=1, step=3, steps=9)
    (tmp_path / EVENTS).write_text(last.model_dump_json() + "\nnot one\n")
    assert runs.steps_done(tmp_path) == (3, 9)


def test_steps_done_again_count_once():
    events = [
        event("started"),
        *[event("step", n) for n in (1, 2, 3)],
        event("started", 1, 2),
        event("step", 2, 2),
    ]
    assert [(e.event, e.step) for e in runs.effective(events)] == [
        ("started", 0),
        ("step", 1),
        ("started", 1),
        ("step", 2),
    ]


def test_time_between_two_processes_is_not_counted():
    times = [(1, 10.0), (1, 14.0), (2, 100.0), (2, 101.0)]
    assert runs.seconds_spent([event("step", process=p, time=t) for p, t in times]) == 5.0


def test_a_trainer_that_died_silently_shows_its_log(tmp_path):
    (tmp_path / LOG).write_text("one\nIllegal instruction\n")
    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(7)"])
    with pytest.raises(CuratorError, match=r"(?s)code 7.*Illegal instruction"):
        list(runs.follow(tmp_path, process))


def test_a_trainers_own_error_is_passed_on(make_run):
    run_dir = make_run()
    (run_dir / RUN).write_text("{}")
    process = runs.launch(run_dir, resume=False)
    with pytest.raises(CuratorError, match=r"run.json: name is missing") as caught:
        list(runs.follow(run_dir, process))
    assert caught.value.remedy
    assert "Traceback" not in (run_dir / LOG).read_text()


def test_a_trainer_that_is_stopped_before_it_can_listen_was_stopped(tmp_path):
    early = (
        "import os, signal; signal.signal(signal.SIGINT, signal.SIG_DFL); os.kill(os.getpid(), signal.SIGINT)"
    )
    process = subprocess.Popen([sys.executable, "-c", early])
    assert list(runs.follow(tmp_path, process)) == []
    assert runs.was_stopped(process)


def test_ctrl_c_stops_the_process_gently_and_resume_goes_on(make_run, monkeypatch):
    from curator.train import __main__ as trainer

    run_dir = make_run(epochs=30)
    process = runs.launch(run_dir, resume=False)
    for seen in runs.follow(run_dir, process):
        if seen.event == "step" and seen.step == 2:
            runs.stop(process)
    assert process.returncode == 130, (run_dir / LOG).read_text()
    assert seen.event == "stopped"
    assert 2 < seen.step < 90
    monkeypatch.setattr(sys, "argv", ["train", str(run_dir), "--resume"])
    monkeypatch.setattr(trainer.signal, "signal", lambda *args: None)
    assert trainer.main() == 0
    events = runs.read_events(run_dir)
    assert [e.step for e in events if e.event == "started"] == [0, seen.step]
    assert events[-1].event == "finished"
    assert events[-1].process == os.getpid()
