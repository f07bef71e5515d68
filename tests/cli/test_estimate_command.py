"""`curator estimate` tells everything, and changes nothing."""

from __future__ import annotations

import pytest

from curator import tuning
from curator.cli.estimate_command import gain_words
from curator.cli.main import run
from curator.evaluate.power import SmallestGain, smallest_gain
from curator.train.estimates.estimate import Found, duration
from curator.train.estimates.memory import memory
from tests.tiny import LABELS, rows_of
from tests.train.estimates.test_estimate import MEASURED, NEED, PLAN

CONTRACT = ("tokens", "dropped", "steps", "memory", "time", "cost")


@pytest.fixture
def small(make_project, tiny):
    """A split project of a few rows with a tiny model."""
    rows = [{"text": row["text"], "label": row["label"]} for row in rows_of("classification", 60)]
    settings = {"method": "lora", "epochs": 8, "batch_size": 8, "lora_rank": 4}
    project = make_project(rows, labels=list(LABELS), model=str(tiny), train=settings)
    project.split()
    return project


@pytest.fixture
def told(small, monkeypatch):
    """Makes what was found known without finding it."""

    def tell(free: int | None, measured=MEASURED):
        plan = PLAN.model_copy(update={"free_memory_bytes": free})

        def found(spec, folder):
            there = Found(plan=plan, validation_tokens=80, need=NEED)
            time = None if measured is None else duration(measured, there, spec)
            needed = memory(NEED, free, spec, measured)
            return tuning.Estimate(**{**dict(plan), "memory": needed, "time": time})

        monkeypatch.setattr(tuning.estimates, "estimate", found)
        return small

    return tell


def test_an_estimate_tells_all_of_a_run_and_leaves_nothing(small, ask):
    before = {
        path: path.stat().st_mtime_ns
        for path in small.root.rglob("*")
        if not path.name.startswith("project.db")
    }
    at = ["-C", str(small.root), "estimate", "--set", "train.max_length=45", "--price-per-hour", "3.6"]
    code, found = ask(*at)
    assert code == 0
    assert set(CONTRACT) <= found.keys()
    assert found["rows"] + found["validation"] + len(found["dropped"]) == 48
    assert all(row["length"] > 45 for row in found["dropped"])
    memory, time = found["memory"], found["time"]
    parts = ("process", "weights", "gradients", "optimizer", "activations", "heap")
    assert memory["total_bytes"] == sum(memory[f"{part}_bytes"] for part in parts)
    assert memory["measured_bytes"] > memory["process_bytes"] > 0
    assert time["measured_steps"] >= 3
    assert found["cost"] == pytest.approx(time["total_seconds"] / 1000)
    assert (
        found["smallest_gain"] == smallest_gain(small.root, "classification", found["test_rows"]).model_dump()
    )
    after = {
        path: path.stat().st_mtime_ns
        for path in small.root.rglob("*")
        if not path.name.startswith("project.db")
    }
    assert after == before


def test_people_are_told_in_a_table(told, capsys):
    project = told(free=4 << 30)
    assert run(["-C", str(project.root), "estimate", "--price-per-hour", "2"]) == 0
    told_words = capsys.readouterr()
    for line in (
        "steps\t10",
        "rows over 1,024 tokens, left out\t1: 7",
        "memory\t1.88 GiB",
        "free memory\t4.00 GiB",
    ):
        assert line in told_words.out
    assert "cost at 2 an hour\t0.10" in told_words.out
    assert "time\t" in told_words.out
    assert "From 3 measured steps" in told_words.err
    assert "scoring on the test rows" in told_words.err
    assert "McNemar" in told_words.err


def test_the_price_of_the_settings_is_taken_where_none_is_named(told, ask):
    project = told(free=4 << 30)
    at = ["-C", str(project.root), "estimate", "--set", "train.price_per_hour=2"]
    _, found = ask(*at)
    assert (found["price_per_hour"], found["cost"]) == (
        2,
        pytest.approx(found["time"]["total_seconds"] / 1800),
    )
    assert ask(*at, "--price-per-hour", "0")[1]["cost"] == 0


def test_what_does_not_fit_is_said_with_what_would(told, capsys):
    project = told(free=2000 << 20, measured=None)
    assert run(["-C", str(project.root), "estimate"]) == 0
    told_words = capsys.readouterr()
    assert "It would with --set train.micro_batch_size=4 or " in told_words.err
    assert "not measured" in told_words.out


def test_a_project_without_split_is_told_to_split(make_project, capsys):
    project = make_project([{"text": "a", "label": "b"}], labels=["b"])
    assert run(["-C", str(project.root), "estimate"]) == 1
    assert "curator split" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("smallest", "words"),
    [
        (SmallestGain(metric="accuracy", gain=0.123, discordant=0.3), "12.3 points of accuracy"),
        (SmallestGain(metric="bits_per_byte", gain=0.05, learned_from="run-1"), "0.050 bits per byte"),
        (SmallestGain(metric="accuracy", gain=None, discordant=0.3), "none, there are too few"),
        (SmallestGain(metric="bits_per_byte", gain=None), "not known before the first scored run"),
    ],
)
def test_the_smallest_gain_is_said_in_units_of_its_metric(smallest, words):
    assert gain_words(smallest) == words


@pytest.mark.parametrize("price", ["nan", "inf", "-inf", "-1", "much"])
def test_a_price_that_cannot_be_counted_with_is_refused_at_once(small, price, monkeypatch, capsys):
    monkeypatch.setattr(tuning, "estimate", lambda *_: pytest.fail("estimated"))
    assert run(["-C", str(small.root), "estimate", "--price-per-hour", price]) == 2
    assert "--price-per-hour" in capsys.readouterr().err
