"""How the learning rate goes from step to step."""

from __future__ import annotations

import pytest

from curator.train import runs, session
from curator.train.progress import EventLog
from tests.tiny import rows_of

PEAK = 1e-3


def rates(run_dir) -> list[float]:
    """The learning rate of each step, as a share of the highest."""
    session.run(run_dir, False, EventLog(run_dir))
    return [e.learning_rate / PEAK for e in runs.read_events(run_dir) if e.event == "step"]


@pytest.fixture
def short(make_run):
    """Makes runs of ten steps."""
    return lambda **settings: make_run(
        rows=rows_of("classification", 8), epochs=10, learning_rate=PEAK, **settings
    )


@pytest.mark.parametrize("schedule", ["cosine", "linear", "constant"])
def test_the_first_step_of_a_warm_up_learns_already(short, schedule):
    found = rates(short(schedule=schedule, warmup=0.4))
    assert found[:4] == pytest.approx([0.25, 0.5, 0.75, 1.0])
    later = found[3:]
    assert later == sorted(later, reverse=True)
    assert 0 < later[-1] <= 1
    assert (later[-1] == 1) == (schedule == "constant")


def test_without_a_warm_up_the_first_step_has_the_full_rate(short):
    found = rates(short(warmup=0.0))
    assert found[0] == 1
    assert found == sorted(found, reverse=True)
