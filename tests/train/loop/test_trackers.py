"""Trackers follow a run, or it does not begin."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from curator.cli.main import run
from curator.errors import CuratorError
from curator.train import runs, session
from curator.train.loop import trackers
from curator.train.progress import EventLog
from tests.tiny import rows_of


@pytest.fixture
def none_installed(monkeypatch):
    known = {library for libraries in trackers._LIBRARIES.values() for library in libraries}
    real = trackers.importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name, *rest: None if name in known else real(name, *rest)
    )


def scalars(folder: Path) -> Iterator[tuple[str, int, float]]:
    """What a folder of TensorBoard's holds; each record is length, checksum, event, checksum."""
    from tensorboardX.proto.event_pb2 import Event

    [path] = folder.glob("events.out.tfevents.*")
    raw, place = path.read_bytes(), 0
    while place < len(raw):
        (size,) = struct.unpack_from("<Q", raw, place)
        event = Event.FromString(raw[place + 12 : place + 12 + size])
        yield from ((value.tag, event.step, value.simple_value) for value in event.summary.value)
        place += 16 + size


def test_tensorboard_is_told_what_the_events_say_and_keeps_it(make_run):
    run_dir = make_run(
        "classification",
        method="lora",
        report_to=["tensorboard"],
        validation=rows_of("classification", 4, 50),
    )
    session.run(run_dir, False, EventLog(run_dir))
    told = list(scalars(run_dir / "tensorboard"))
    for kind, tag in (("step", "train/loss"), ("validation", "eval/loss")):
        expected = {event.step: event.loss for event in runs.read_events(run_dir) if event.event == kind}
        assert expected
        assert {step: loss for name, step, loss in told if name == tag} == pytest.approx(expected, rel=1e-4)


def test_nobody_is_told_unless_asked(make_run):
    run_dir = make_run("classification", method="lora")
    session.run(run_dir, False, EventLog(run_dir))
    assert not (run_dir / "tensorboard").exists()


@pytest.mark.parametrize("name", ["tensorboard", "wandb", "trackio"])
def test_a_tracker_that_is_not_installed_ends_a_run_before_it_begins(make_run, none_installed, name):
    run_dir = make_run("classification", report_to=[name])
    with pytest.raises(CuratorError, match=f"{name}, which is not installed") as caught:
        session.run(run_dir, False, EventLog(run_dir))
    assert f"pip install {name}" in caught.value.remedy
    assert not runs.read_events(run_dir)


def test_no_run_is_made_for_a_tracker_that_is_not_there(tickets, none_installed, monkeypatch, capsys):
    monkeypatch.chdir(tickets.root)
    for name, words in (("wandb", "pip install wandb"), ("tensorbord", "Did you mean tensorboard?")):
        assert run(["train", "--set", f"train.report_to={name}"]) == 1
        assert words in capsys.readouterr().err
    assert not list((tickets.root / "runs").glob("*"))
