from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from curator.errors import CuratorError
from curator.train import runs
from curator.train.args import EVENTS, RUN, Event
from curator.train.processes import jobs

WAITS = "import sys, time; print('ready', flush=True); time.sleep(60)"


def until(condition, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def stand_in(monkeypatch):
    """Another program in the place of `curator`."""

    def put(code: str) -> None:
        monkeypatch.setattr(jobs, "command", lambda root, arguments: [sys.executable, "-c", code])

    return put


def test_a_job_is_seen_by_everybody_until_it_ends_and_is_stopped_by_its_number(tmp_path, stand_in):
    stand_in(WAITS)
    run_dir = tmp_path / "runs" / "one"
    assert not jobs.is_going(run_dir)
    assert not jobs.stop(run_dir)
    jobs.start(tmp_path, run_dir, ["train"])
    assert jobs.is_going(run_dir)
    look = (
        "from pathlib import Path; from curator.train.processes import jobs; "
        f"print(jobs.is_going(Path({str(run_dir)!r})))"
    )
    assert subprocess.run([sys.executable, "-c", look], capture_output=True, text=True).stdout == "True\n"
    with pytest.raises(CuratorError, match="being trained already"):
        jobs.start(tmp_path, run_dir, ["train"])
    until(lambda: jobs.log_lines(run_dir, 1) == ["ready"])
    assert jobs.stop(run_dir)
    until(lambda: not jobs.is_going(run_dir))


def test_a_job_that_was_killed_is_over_whatever_number_it_left_behind(tmp_path, stand_in):
    stand_in(WAITS)
    jobs.start(tmp_path, tmp_path, ["train"])
    number = int((tmp_path / jobs.LOCK).read_text())
    os.kill(number, signal.SIGKILL)
    until(lambda: not jobs.is_going(tmp_path))
    (tmp_path / jobs.LOCK).write_text(str(os.getpid()))
    assert not jobs.is_going(tmp_path)
    assert not jobs.stop(tmp_path)


def test_the_process_that_was_started_holds_its_own_lock(tmp_path, stand_in):
    inside = (
        "from pathlib import Path\nfrom curator.train.processes import jobs\n"
        f"with jobs.holding(Path({str(tmp_path)!r})): print('inside')"
    )
    stand_in(inside)
    jobs.start(tmp_path, tmp_path, ["train"])
    until(lambda: not jobs.is_going(tmp_path))
    assert jobs.log_lines(tmp_path, 9) == ["inside"]


def test_holding_is_exclusive_and_may_be_nested(tmp_path):
    with jobs.holding(tmp_path):
        with jobs.holding(tmp_path):
            assert jobs.is_going(tmp_path)
        other = (
            "from pathlib import Path\nfrom curator.train.processes import jobs\n"
            f"with jobs.holding(Path({str(tmp_path)!r})): pass"
        )
        done = subprocess.run([sys.executable, "-c", other], capture_output=True, text=True)
        assert "being trained already" in done.stderr
    assert not jobs.is_going(tmp_path)


def test_a_trainer_that_outlived_its_command_is_seen_and_told(make_run):
    run_dir = make_run(epochs=60)
    process = runs.launch(run_dir, resume=False)
    until(lambda: runs.newest_event(run_dir) is not None)
    assert jobs.is_going(run_dir)
    assert jobs.stop(run_dir)
    assert process.wait(30) == 130
    assert not jobs.is_going(run_dir)
    assert runs.newest_event(run_dir).event == "stopped"


def test_the_error_of_a_command_is_found_in_its_words(tmp_path):
    assert jobs.failure(tmp_path) is None
    (tmp_path / jobs.LOG).write_text(
        "Split: 4 train.\nError: There is no model x.\n  Name a folder,\n  or bundled.\n"
    )
    found = jobs.failure(tmp_path)
    assert (found.problem, found.remedy) == ("There is no model x.", "Name a folder, or bundled.")


def test_the_newest_event_is_read_from_the_end_of_a_long_file(tmp_path):
    assert runs.newest_event(tmp_path) is None
    assert runs.steps_done(tmp_path) == (0, 0)
    (tmp_path / RUN).touch()
    lines = [
        Event(event="step", time=0, process=1, step=n, steps=999).model_dump_json() for n in range(1, 600)
    ]
    error = Event(event="error", time=0, process=1, problem="no").model_dump_json()
    (tmp_path / EVENTS).write_text("\n".join([*lines, error]) + '\n{"event": "st')
    assert runs.newest_event(tmp_path).problem == "no"
    assert runs.steps_done(tmp_path) == (599, 999)
