"""Steps far above those before them are told with their rows."""

from __future__ import annotations

import random

import pytest

from curator.train import runs, session
from curator.train.loop.spikes import SpikeWatch, Usual
from curator.train.progress import EventLog
from tests.train.broken_off import Dying


def seen(values) -> list[int]:
    """The places of the values that were far above those before them."""
    usual = Usual()
    return [place for place, value in enumerate(values) if usual.exceeded_by(value) is not None]


def scattered(middle: float, scatter: float, count: int) -> list[float]:
    draw = random.Random(3)
    return [middle * draw.lognormvariate(0, scatter) for _ in range(count)]


def test_a_value_far_above_the_usual_is_seen():
    values = scattered(2.0, 0.1, 60)
    values[40] = 9.0
    assert seen(values) == [40]


def test_nothing_is_usual_before_twenty_steps():
    values = scattered(2.0, 0.1, 19)
    assert seen([*values[:-1], 50.0]) == []
    assert seen([*values, 3.0, 50.0]) == [20]


@pytest.mark.parametrize(
    "values",
    [
        scattered(1.0, 0.8, 2000),
        [4 * 0.97**n * one for n, one in enumerate(scattered(1.0, 0.3, 400))],
        [1.0] * 50 + [1.9] + [1.0] * 50,
    ],
    ids=["a wide scatter", "a fall over orders of magnitude", "hardly any scatter"],
)
def test_what_comes_of_scatter_alone_is_not_told(values):
    assert seen(values) == []


def test_the_rows_of_a_step_are_named_by_their_losses():
    watch = SpikeWatch(())
    for step in range(30):
        assert watch.look(step, 1.0, 0.5, {}) is None
    losses = {str(number): float(number) for number in range(12)}
    spike = watch.look(30, 1.0, 40.0, losses)
    assert spike.row_ids[:3] == ("11", "10", "9")
    assert spike.problem.startswith("At step 30 the gradient is 40, and lately was 0.5. Its rows")
    assert "11 (11.00), 10 (10.00)" in spike.problem
    assert spike.problem.endswith("and 4 more.")


def test_a_planted_row_is_named_and_the_run_goes_on_resumed_or_not(make_run, capsys):
    odd = {"id": "planted", "instruction": "where is my parcel 4 much", "answer": "Щ§ж≈ъ…Ω" * 4}
    rows = [{"id": str(n), "instruction": f"say {n}", "answer": "refund"} for n in range(24)]
    settings = {"rows": [*rows, odd], "batch_size": 1, "epochs": 2, "learning_rate": 3e-3, "save_steps": 8}
    whole, halves = (make_run("instruction", name=name, **settings) for name in ("whole", "halves"))
    assert session.run(whole, False, EventLog(whole)).steps == 50
    warnings = [e for e in runs.read_events(whole) if e.event == "warning"]
    assert warnings
    assert {e.row_ids for e in warnings} == {("planted",)}
    assert warnings[-1].problem in capsys.readouterr().err
    with pytest.raises(RuntimeError, match="power cut"):
        session.run(halves, False, Dying(halves, 30))
    session.run(halves, True, EventLog(halves))
    again = [e for e in runs.effective(runs.read_events(halves)) if e.event == "warning"]
    assert [(e.step, e.row_ids) for e in again] == [(e.step, e.row_ids) for e in warnings]
