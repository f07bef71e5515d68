from __future__ import annotations

from curator.config import TrainSettings
from curator.evaluate.reporting import made, report
from curator.evaluate.reporting.made import Loss, Made
from curator.train import runs
from curator.train.args import Quality, RunResult, RunSpec
from curator.train.progress import EventLog
from tests.evaluations import QUICK, sample


def run_of(folder, **changes):
    """A run that has finished."""
    spec = RunSpec(
        name="first", created="2026-11-21T08:00:00+00:00", kind="classification", labels=("x", "y"), model="bundled",
        model_path="/models/base", system="Be terse.", export_path="/exports/data-1",
        export_sha256={"train.jsonl": "ab" * 32},
        train=TrainSettings(seed=7, **changes), evaluate=QUICK,
    )  # fmt: skip
    runs.create(folder, spec)
    result = RunResult(
        finished="2026-11-21T08:01:00+00:00", steps=40, seconds=7201.4, rows=1200, tokens=9000,
        quality=Quality(train_loss=0.1, best_step=4), learning_rate=1e-3, parameters=260_000,
        trainable_parameters=40_000, peak_memory_bytes=2**29, device="cpu", dtype="float32", quantisation="nf4",
        versions={"torch": "2.13"},
    )  # fmt: skip
    (folder / "result.json").write_text(result.model_dump_json())
    return folder


def test_the_report_says_what_the_run_was_made_with(tmp_path):
    found = made.read(run_of(tmp_path))
    assert found.facts["train.jsonl SHA-256"] == "ab" * 32
    assert found.facts["seed"] == "7"
    assert found.facts["system prompt"] == "Be terse."
    assert found.facts["training"].startswith("method qlora, epochs 3.0, batch size 16")
    assert found.facts["machine"] == "cpu, float32, nf4"
    evaluated, rows = sample()
    assert f"| training | {found.facts['training']} |" in report.render(evaluated, rows, found).replace(
        "\\_", "_"
    )


def test_an_early_end_is_told_beside_the_weights_that_were_kept(tmp_path):
    folder = run_of(tmp_path, patience=2)
    events = EventLog(folder)
    events.write("started", step=0, steps=80)
    for step in (20, 40):
        events.write("step", step=step, steps=80, loss=1.0)
    assert made.read(folder).stopped_early is None
    early = runs.load_result(folder).model_copy(update={"stopped_early": True})
    (folder / "result.json").write_text(early.model_dump_json())
    found = made.read(folder)
    assert found.stopped_early == 40
    evaluated, rows = sample()
    told = report.render(evaluated, rows, found)
    assert "The weights of step 4 were kept" in told
    assert "Training stopped early, after step 40" in told


def test_what_it_cost_is_told_in_money_where_the_price_is_known(tmp_path):
    free = made.read(run_of(tmp_path / "free"))
    assert dict(free.cost) == {
        "time": "2 h 0 min",
        "tokens": "9,000, all passes over the data together",
        "memory": "512 MiB at most",
    }
    assert made.read(run_of(tmp_path / "paid", price_per_hour=2.5)).cost["money"] == "5.00, at 2.5 an hour"


def test_losses_that_a_resumed_run_did_again_count_once(tmp_path):
    events = EventLog(run_of(tmp_path))
    events.write("started", step=0, steps=4)
    for step, loss in ((1, 4.0), (2, 3.0), (3, 9.0)):
        events.write("step", step=step, steps=4, loss=loss)
    events.write("started", step=2, steps=4)
    for step, loss in ((3, 2.0), (4, 1.0)):
        events.write("step", step=step, steps=4, loss=loss)
    events.write("validation", step=4, steps=4, loss=1.5)
    found = made.read(tmp_path)
    assert [(one.step, one.loss) for one in found.training] == [(1, 4.0), (2, 3.0), (3, 2.0), (4, 1.0)]
    assert found.validation == (Loss(step=4, loss=1.5),)
    assert made.losses_table(found)[1:] == [["4", "2.500", "1.500"]]


def test_a_run_without_validation_shows_means_of_its_steps():
    losses = tuple(Loss(step=step, loss=float(step)) for step in range(1, 41))
    table = made.losses_table(Made(training=losses))
    assert len(table) == 21
    assert table[1] == ["2", "1.500", "–"]


def test_a_run_of_one_step_has_no_curve():
    assert made.losses_table(Made(training=(Loss(step=1, loss=2.0),))) == []


def test_times_are_written_as_people_say_them():
    assert [made.time_shown(seconds) for seconds in (1, 61.4, 725, 12_000)] == [
        "1 second",
        "61 seconds",
        "12 min 5 s",
        "3 h 20 min",
    ]
