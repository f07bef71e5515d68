"""A run ends early when the validation loss does not get lower, however often it was broken off before."""

from __future__ import annotations

import pytest

from curator.cli.training_progress import show
from curator.errors import CuratorError
from curator.train import runs, session
from curator.train.loop import conductor
from curator.train.progress import EventLog
from tests.tiny import rows_of
from tests.train.broken_off import Dying

LOSSES = (3.0, 1.0, 1.5, 1.2, 0.5, 0.4)
"""Validation loss after each step; a step is a pass."""


@pytest.fixture
def patient(make_run, monkeypatch):
    """A run of six passes that waits for a better loss twice."""
    monkeypatch.setattr(conductor, "mean_loss", lambda trainer, rows: LOSSES[trainer.state.global_step - 1])
    settings = {"epochs": 6, "patience": 2, "validation": rows_of("classification", 3, 50)}
    return make_run(rows=rows_of("classification", 8), **settings)


def check_its_end(run_dir) -> None:
    """It has gone as far as a run that nothing happened to."""
    result = runs.load_result(run_dir)
    assert (result.steps, result.stopped_early) == (4, True)
    assert (result.quality.best_step, result.quality.validation_loss) == (2, 1.0)
    events = runs.effective(runs.read_events(run_dir))
    assert [(e.step, e.best) for e in events if e.event == "validation"] == [
        (1, True),
        (2, True),
        (3, False),
        (4, False),
    ]
    assert [e.step for e in events if e.event in ("early_stop", "finished")] == [4, 4]
    assert runs.steps_done(run_dir) == (4, 4)


def test_training_ends_when_patience_is_lost(patient, capsys):
    session.run(patient, False, EventLog(patient))
    check_its_end(patient)
    show(runs.read_events(patient))
    assert "epoch 4.0: the validation loss does not get lower, training ends" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kind", "step"), [("validation", 2), ("step", 3), ("checkpoint", 3), ("early_stop", 4)]
)
def test_a_run_that_was_broken_off_ends_where_it_would_have(patient, kind, step):
    with pytest.raises(RuntimeError, match="power cut"):
        session.run(patient, False, Dying(patient, step, kind=kind))
    session.run(patient, True, EventLog(patient))
    check_its_end(patient)


def test_patience_without_validation_rows_is_refused(make_run):
    run_dir = make_run(patience=1)
    with pytest.raises(CuratorError, match=r"train\.patience .* no validation row"):
        session.run(run_dir, False, EventLog(run_dir))
    long = [{**row, "text": row["text"] * 99} for row in rows_of("classification", 2, 50)]
    run_dir = make_run(name="long", patience=1, validation=long)
    with pytest.raises(CuratorError, match="that can be used"):
        session.run(run_dir, False, EventLog(run_dir))
