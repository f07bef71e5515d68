"""From what was reckoned and measured to memory, time, and what to do where it does not fit."""

from __future__ import annotations

from typing import Any

import pytest

from curator.errors import CuratorError
from curator.train import runs
from curator.train.args import CHECKPOINTS, DroppedRow, RunSpec
from curator.train.estimates import estimate as estimates
from curator.train.estimates import estimating, timing
from curator.train.estimates.estimate import Found, duration
from curator.train.estimates.memory import Measured, Need, memory
from curator.train.planning import Plan
from tests.tiny import rows_of

MIB = 1 << 20
FREE = 2000 * MIB
PLAN = Plan(
    model="m",
    method="lora",
    rows=80,
    validation=8,
    dropped=(DroppedRow(id="7", length=2000),),
    limit=1024,
    longest=100,
    tokens=8000,
    learned=900,
    control_tokens=(),
    samples=(),
    proof=None,
    steps=10,
    device="CPU",
    free_memory_bytes=FREE,
)
NEED = Need(
    process_bytes=500 * MIB,
    weights_bytes=400 * MIB,
    gradients_bytes=10 * MIB,
    optimizer_bytes=20 * MIB,
    activations_bytes=800 * MIB,
    smaller={4: 400 * MIB, 2: 200 * MIB, 1: 100 * MIB},
    widest=(600, 500, 300),
    places=1200,
    parameters=100,
    trained=10,
    quantised_bytes=100 * MIB,
    has_gaps=True,
)
MEASURED = Measured(
    startup_seconds=5.0,
    first_seconds=3.0,
    steps=3,
    seconds=6.0,
    tokens=2400,
    checkpoint_seconds=0.5,
    peak_bytes=1430 * MIB,
)


@pytest.fixture
def spec(make_run):
    """Of a run of two passes."""
    return runs.load(make_run(epochs=2))


def test_gaps_are_learned_from_steps_and_grow_with_the_widest_batch(spec):
    found = memory(NEED, FREE, spec, MEASURED)
    # 500 MiB beyond what is always held, at 600 places: 1000 at the 1200 of the widest batch, 800 of them reckoned.
    assert found.heap_bytes == 200 * MIB
    assert found.total_bytes == 1930 * MIB
    assert found.fits
    assert found.instead == ()
    without = memory(NEED, FREE, spec, None)
    assert (without.total_bytes, without.measured_bytes) == (2130 * MIB, None)
    assert memory(NEED.model_copy(update={"has_gaps": False}), FREE, spec, None).total_bytes == 1730 * MIB


def test_what_would_make_a_run_fit_is_told_the_mildest_first(spec):
    found = memory(NEED, FREE, spec, None)
    assert found.fits is False
    assert found.instead == (
        "train.micro_batch_size=4",
        "train.gradient_checkpointing=true",
        "train.method=qlora",
    )
    nowhere = 600 * MIB
    assert memory(NEED, nowhere, spec, None).instead == ()
    four = spec.model_copy(update={"train": spec.train.model_copy(update={"processes": 4})})
    roomy = 8000 * MIB
    assert memory(NEED, roomy, spec, None).fits
    assert not memory(NEED, roomy, four, None).fits
    unknown = memory(NEED, None, spec, None)
    assert unknown.fits is None


def of(spec: RunSpec, **settings: Any) -> RunSpec:
    return spec.model_copy(update={"train": spec.train.model_copy(update=settings)})


def test_divided_weights_are_held_in_parts(spec):
    need = NEED.model_copy(update={"divided_bytes": 300 * MIB, "layer_bytes": 30 * MIB, "has_gaps": False})
    whole, divided = (memory(need, FREE, of(spec, processes=3, shard=shard), None) for shard in (False, True))
    assert (whole.weights_bytes, whole.gathered_bytes) == (400 * MIB, 0)
    assert (divided.weights_bytes, divided.gathered_bytes) == (200 * MIB, 60 * MIB)
    assert whole.total_bytes - divided.total_bytes == 140 * MIB
    # One process has nobody to divide with.
    assert memory(need, FREE, of(spec, shard=True), None) == memory(need, FREE, spec, None)
    tight = 1600 * MIB
    assert memory(need, tight, of(spec, processes=3, shard=True), None).fits
    assert "train.shard=true" in memory(need, tight, of(spec, processes=3), None).instead
    assert "train.shard=true" not in memory(need, tight, spec, None).instead


def test_what_one_process_cannot_hold_is_not_measured(spec, monkeypatch, tmp_path):
    need = NEED.model_copy(update={"divided_bytes": 300 * MIB, "layer_bytes": 30 * MIB, "has_gaps": False})
    tight = PLAN.model_copy(update={"free_memory_bytes": 1600 * MIB})
    said = Found(plan=tight, validation_tokens=0, need=need).model_dump_json()
    monkeypatch.setattr(estimates, "_asked", lambda what, *rest: {"memory": said}[what])
    found = estimates.estimate(of(spec, processes=3, shard=True), tmp_path)
    assert (found.memory.fits, found.time) == (True, None)


def test_processes_with_a_gpu_each_share_the_tokens(spec):
    need = NEED.model_copy(update={"has_gaps": False})
    on_gpus, on_cpu = (Found(plan=PLAN, validation_tokens=0, need=one) for one in (need, NEED))
    four = of(spec, processes=4, shard=True)
    assert duration(MEASURED, on_gpus, four).training_seconds == 10
    assert duration(MEASURED, on_cpu, four).training_seconds == 40
    assert duration(MEASURED, on_gpus, four).not_counted[1:] == (
        "the time that 4 processes wait for each other",
        "loading the base in each of them, in turn",
    )


def test_time_goes_with_tokens(spec):
    found = duration(MEASURED, Found(plan=PLAN, validation_tokens=800, need=NEED), spec)
    assert found.tokens_per_second == 400
    assert found.training_seconds == 40
    assert found.step_seconds == 4
    assert found.validation_seconds == 2 * 2 * 0.5
    assert found.saving_seconds == 5 * 0.5
    assert found.startup_seconds == 5
    assert found.total_seconds == 49.5
    assert found.not_counted == ("scoring on the test rows",)
    unsaved = MEASURED.model_copy(update={"checkpoint_seconds": None})
    assert (
        "saving checkpoints"
        in duration(unsaved, Found(plan=PLAN, validation_tokens=0, need=NEED), spec).not_counted
    )


@pytest.mark.parametrize("saves", [True, False])
def test_steps_are_measured_and_the_run_is_ended(make_run, monkeypatch, saves):
    monkeypatch.setattr(timing, "_SECONDS", 0.0)
    run_dir = make_run(epochs=10, rows=rows_of("classification", 48))
    found = timing.measure(run_dir, 0.0, saves)
    assert found.steps == 3
    assert found.tokens > 0
    assert 0 < found.seconds < 60
    assert (found.checkpoint_seconds is not None) == saves
    assert any((run_dir / CHECKPOINTS).glob("checkpoint-*")) == saves
    assert runs.steps_done(run_dir)[0] == 4


def test_a_run_of_one_step_is_measured_by_it(make_run):
    found = timing.measure(make_run(epochs=1, batch_size=24), 0.0, True)
    assert found.steps == 0
    assert found.tokens > 0


def test_a_run_that_cannot_be_says_why(make_run, capsys):
    run_dir = make_run(max_length=4)
    assert estimating.main("memory", run_dir) == 1
    assert "longer than 4 tokens" in capsys.readouterr().err


def test_an_answer_is_one_document(make_run, capsys):
    assert estimating.main("memory", make_run()) == 0
    found = Found.model_validate_json(capsys.readouterr().out)
    assert found.plan.rows == 24
    assert found.plan.free_memory_bytes is None or found.plan.free_memory_bytes > found.need.process_bytes


def test_a_process_that_fails_is_told_in_its_own_words(make_run):
    run_dir = make_run(max_length=4)
    with pytest.raises(CuratorError, match="longer than 4 tokens"):
        estimates.estimate(runs.load(run_dir), run_dir)
