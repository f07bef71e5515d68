"""Several processes train one run as one process would."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from curator.dynamics import read
from curator.errors import CuratorError
from curator.train import runs, session
from curator.train.args import ADAPTER, INTERRUPTED
from curator.train.processes import launching
from curator.train.processes.launching import Place, lead
from curator.train.processes.world import join
from curator.train.progress import EventLog
from curator.train.rows.packing import dealt
from tests.tiny import rows_of

ODD = 17
"""Rows in steps of 8: the last step holds one, and one of two processes none."""


def train(run_dir: Path, resume: bool = False):
    return session.run(run_dir, resume, EventLog(run_dir))


def losses(run_dir: Path, kind: str = "step") -> dict[int, float]:
    return {e.step: e.loss for e in runs.effective(runs.read_events(run_dir)) if e.event == kind}


def weights(run_dir: Path) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    return load_file(next((run_dir / ADAPTER).glob("*.safetensors")))


def outcomes(run_dir: Path) -> list[str]:
    return [json.loads((run_dir / f"outcome-{rank}.json").read_text()) for rank in (0, 1)]


def together(tmp_path: Path, *jobs: tuple[Path, bool, str]) -> int:
    """Let two processes do some runs; tells how they ended."""
    (tmp_path / "jobs.json").write_text(json.dumps([(str(folder), *rest) for folder, *rest in jobs]))
    command = [sys.executable, "-m", "tests.train.ranks", str(tmp_path / "jobs.json")]
    return lead(jobs[-1][0], command, 2)


@pytest.fixture(autouse=True)
def _one_core_each(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def same(one: Path, two: Path) -> None:
    assert losses(two) == pytest.approx(losses(one), abs=1e-5)
    assert losses(two, "validation") == pytest.approx(losses(one, "validation"), abs=1e-5)
    assert [row[:3] for row in read(two)] == [row[:3] for row in read(one)]
    assert [row[3].loss for row in read(two)] == pytest.approx([row[3].loss for row in read(one)], abs=1e-4)
    assert all(torch.allclose(weights(one)[name], found, atol=1e-5) for name, found in weights(two).items())


def test_two_processes_do_what_one_does(make_run, tmp_path):
    plain = {
        "rows": rows_of("classification", ODD),
        "validation": rows_of("classification", 5, 50),
        "epochs": 2,
    }
    one, two = make_run(name="one", **plain), make_run(name="two", **plain)
    quantised = {"method": "qlora", "rows": rows_of("text", ODD), "micro_batch_size": 2}
    one_4bit, two_4bit = (make_run("text", name=f"{name}-4bit", **quantised) for name in ("one", "two"))
    noisy = plain | {"lora_dropout": 0.2}
    whole, halves = make_run(name="whole", **noisy), make_run(name="halves", **noisy)
    cursed, tight = make_run(name="cursed", **plain), make_run(name="tight", **plain)
    ended = together(
        tmp_path,
        (two, False, ""),
        (two_4bit, False, ""),
        (whole, False, ""),
        (halves, False, "stop"),
        (halves, True, ""),
        (cursed, False, "error"),
        (tight, False, "memory"),
    )
    assert ended == 0
    train(one)
    same(one, two)
    train(one_4bit)
    same(one_4bit, two_4bit)
    assert runs.load_result(two).processes == 2
    assert runs.load_result(two).tokens == runs.load_result(one).tokens
    # A run that was stopped goes on as if it had not been, dropout included.
    assert [e.step for e in runs.read_events(halves) if e.event in ("stopped", "started")] == [0, 3, 3]
    assert losses(halves) == pytest.approx(losses(whole), abs=1e-6)
    assert all(torch.allclose(weights(whole)[name], found) for name, found in weights(halves).items())
    # What fails on one process ends all, in its words.
    assert outcomes(cursed) == ["CuratorError: A row is cursed."] * 2
    # What does not fit on one process is done in smaller pieces on all.
    assert [e.micro_batch for e in runs.read_events(tight) if e.event == "smaller"] == [2]
    same(one, tight)
    assert {e.process for e in runs.read_events(two)} == {os.getpid()}


def test_a_run_of_two_processes_is_stopped_and_gone_on_with_by_one(make_run):
    # Long enough that the request comes before the end on a busy machine too.
    settings = {"rows": rows_of("classification", ODD), "epochs": 16, "save_steps": 1000}
    run_dir, alone = make_run(processes=2, **settings), make_run(name="alone", **settings)
    process = runs.launch(run_dir, resume=False)
    for event in runs.follow(run_dir, process):
        if event.event == "started":
            runs.stop(process)
    assert process.returncode == INTERRUPTED
    assert runs.read_events(run_dir)[-1].event == "stopped"
    train(run_dir, resume=True)
    train(alone)
    assert losses(run_dir) == pytest.approx(losses(alone), abs=1e-5)


def script(*lines: str) -> list[str]:
    return [sys.executable, "-c", "\n".join(("import os, signal, sys, time", *lines))]


def test_the_first_failure_is_the_reason(tmp_path, capsys):
    telling = (
        "from curator.errors import CuratorError",
        "from curator.train.processes import launching",
        "rank = int(os.environ['RANK'])",
        "launching.report(CuratorError(f'{rank} fell.', 'Help it.')) if rank else time.sleep(0.2)",
        "rank or launching.report(CuratorError('Nobody is there.', 'Wait.'))",
        "sys.exit(1)",
    )
    assert lead(tmp_path, script(*telling), 2) == 1
    error = runs.read_events(tmp_path)[-1]
    assert (error.event, error.problem, error.remedy) == ("error", "1 fell.", "Help it.")
    assert "1 fell." in capsys.readouterr().err


def test_a_process_that_the_system_kills_ends_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(launching, "_LAST_WORDS_SECONDS", 0.2)
    dying = ("os.environ['RANK'] == '1' and os.kill(os.getpid(), signal.SIGKILL)", "time.sleep(60)")
    assert lead(tmp_path, script(*dying), 2) == 1
    assert (
        "Process 1 of 2 (counted from 0) was ended by the signal SIGKILL"
        in runs.read_events(tmp_path)[-1].problem
    )


def test_no_process_outlives_the_one_that_leads(tmp_path):
    living = (
        "from curator.train.processes import launching",
        "launching.follow_leader()",
        "print(os.getpid(), flush=True)",
        "time.sleep(60)",
    )
    leading = script(
        "from pathlib import Path",
        "from curator.train.processes.launching import lead",
        f"lead(Path({str(tmp_path)!r}), {script(*living)!r}, 2)",
    )
    with subprocess.Popen(leading, stdout=subprocess.PIPE) as leader:
        assert leader.stdout is not None
        workers = [int(leader.stdout.readline()) for _ in range(2)]
        leader.send_signal(signal.SIGKILL)
        # The end of what they print: both are gone.
        assert leader.stdout.read() == b""
    assert len(set(workers)) == 2


def test_fewer_gpus_than_processes_are_told(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(CuratorError, match="4 processes need as many GPUs, and there are 2"):
        join(Place(rank=3, size=8, local_rank=3, local_size=4))


def test_machines_with_different_runs_are_told(make_run):
    one, other = (runs.load(make_run(name=name, epochs=epochs)) for name, epochs in (("a", 1), ("b", 2)))
    with pytest.raises(CuratorError, match="different runs"):
        session._agreed([one, other])


@pytest.mark.parametrize(("lengths", "hands"), [([9, 1, 5, 5, 3, 8], 2), ([4], 3), ([], 2), ([7] * 10, 4)])
def test_rows_are_dealt_out_evenly(lengths, hands):
    held = dealt(lengths, hands)
    assert sorted(row for hand in held for row in hand) == list(range(len(lengths)))
    assert len(held) == hands
    tokens = [sum(lengths[row] for row in hand) for hand in held]
    assert max(tokens) <= sum(lengths) / hands + max(lengths, default=0)
