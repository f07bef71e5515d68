"""A checkpoint is gone on from only as it was saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from curator.cli.training_progress import show
from curator.train import runs, session
from curator.train.loop import checkpoints
from curator.train.progress import EventLog
from tests.train.broken_off import Dying


def losses(run_dir: Path) -> dict[int, float]:
    return {e.step: e.loss for e in runs.effective(runs.read_events(run_dir)) if e.event == "step"}


def flip(path: Path) -> None:
    """Another byte in the middle, the size as it was."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)


@pytest.fixture
def sealed(make_run):
    """A run that has two sealed checkpoints."""
    run_dir = make_run()
    for step in (2, 4):
        checkpoint = checkpoints.folder(run_dir) / f"checkpoint-{step}"
        (checkpoint / "inner").mkdir(parents=True)
        for name in ("optimizer.pt", "inner/weights"):
            (checkpoint / name).write_bytes(b"as it was saved")
        checkpoints.seal(checkpoint, run_dir)
    return run_dir


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda folder: (folder / "optimizer.pt").unlink(), "optimizer.pt is missing"),
        (lambda folder: (folder / "optimizer.pt").write_bytes(b"cut"), "optimizer.pt has 3 bytes"),
        (lambda folder: flip(folder / "inner" / "weights"), "inner/weights is not what was saved"),
        (lambda folder: (folder / "complete").write_bytes(b""), "its complete cannot be read"),
    ],
)
def test_what_is_not_as_it_was_sealed_is_told(sealed, spoil, word, capsys):
    events, newest = EventLog(sealed), checkpoints.folder(sealed) / "checkpoint-4"
    assert checkpoints.last_complete(sealed, events) == newest
    assert checkpoints.belongs(newest, sealed)
    spoil(newest)
    assert checkpoints.last_complete(sealed, events) == newest.with_name("checkpoint-2")
    assert not newest.exists()
    (warning,) = runs.read_events(sealed)
    assert warning.problem.startswith("checkpoints/checkpoint-4 is damaged: ")
    assert word in warning.problem
    assert warning.remedy == "The run goes on from checkpoint-2."
    assert warning.problem in capsys.readouterr().err
    show([warning])
    assert warning.problem in capsys.readouterr().err


def test_a_run_without_a_whole_checkpoint_begins_anew_and_says_so(sealed):
    for checkpoint in checkpoints.folder(sealed).glob("checkpoint-*"):
        (checkpoint / "optimizer.pt").unlink()
    assert checkpoints.last_complete(sealed, EventLog(sealed)) is None
    remedies = [e.remedy for e in runs.read_events(sealed)]
    assert remedies == ["There is no other: the run begins anew."] * 2


def test_a_run_goes_on_from_the_checkpoint_before_a_damaged_one(make_run):
    settings = {"epochs": 2, "save_steps": 2, "warmup": 0.5}
    whole, halves = make_run(name="whole", **settings), make_run(name="halves", **settings)
    session.run(whole, False, EventLog(whole))
    with pytest.raises(RuntimeError, match="power cut"):
        session.run(halves, False, Dying(halves, 5))
    for name in ("optimizer.pt", "scheduler.pt"):
        (checkpoints.folder(halves) / "checkpoint-4" / name).unlink()
    session.run(halves, True, EventLog(halves))
    assert [e.step for e in runs.read_events(halves) if e.event == "started"] == [0, 2]
    assert losses(halves) == pytest.approx(losses(whole), abs=1e-6)
