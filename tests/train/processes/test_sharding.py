"""Several processes of which each keeps a part of the frozen weights train a run as one process would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from curator.config import checked, with_values
from curator.errors import CuratorError
from curator.train import runs
from curator.train.models import model
from curator.train.models.model import place_of_all
from curator.train.processes.launching import Place
from curator.train.processes.world import Apart, World
from curator.train.rows.batch import IGNORED
from curator.train.rows.packing import StepCollator
from curator.train.session import prepare
from tests.tiny import rows_of
from tests.train.processes.test_processes import ODD, outcomes, same, together, train


@pytest.fixture(autouse=True)
def _one_core_each(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


PLAIN = {
    "rows": rows_of("classification", ODD),
    "validation": rows_of("classification", 5, 50),
    "epochs": 2,
    "micro_batch_size": 2,
}
NF4 = PLAIN | {
    "kind": "text",
    "rows": rows_of("text", ODD),
    "validation": rows_of("text", 3, 50),
    "method": "qlora",
}
INT8, AGAIN = NF4 | {"bits": 8}, PLAIN | {"gradient_checkpointing": True}


def test_divided_weights_teach_what_whole_ones_do(make_run, tmp_path):
    def pair(name: str, settings: dict[str, Any]) -> tuple[Path, Path]:
        return make_run(name=f"{name}-1", **settings), make_run(name=f"{name}-2", shard=True, **settings)

    (lora, two), (nf4, two_nf4), (int8, two_int8), (again, two_again) = (
        pair(name, settings)
        for name, settings in (("lora", PLAIN), ("nf4", NF4), ("int8", INT8), ("again", AGAIN))
    )
    halves, handed, cursed = (make_run(name=n, shard=True, **PLAIN) for n in ("halves", "handed", "cursed"))
    whole = [(folder, False, "") for folder in (two, two_nf4, two_int8, two_again)]
    # In 8 bits rows owe a little to the others in their batch, so that one process is no measure.
    parts = [(int8, False, ""), (halves, False, "stop"), (halves, True, ""), (handed, False, "stop")]
    last = [(two, False, "count"), (two_nf4, False, "count"), (cursed, False, "end")]
    assert together(tmp_path, *whole, *parts, *last) == 1
    for folder in (lora, nf4, again):
        train(folder)
    train(handed, resume=True)
    for one, other in ((lora, two), (nf4, two_nf4), (int8, two_int8), (again, two_again)):
        same(one, other)
        first, second = runs.load_result(one), runs.load_result(other)
        assert (first.tokens, first.parameters) == (second.tokens, second.parameters)
    # A run that was stopped goes on as if it had not been, also where nothing is divided any more.
    same(lora, halves)
    same(lora, handed)
    starts = [e.step for e in runs.read_events(halves) if e.event in ("stopped", "started")]
    assert starts == [0, 3, 3]
    # Of what is divided each process holds a half, but for what fills the parts up to one size.
    for held in (*outcomes(two), *outcomes(two_nf4)):
        assert held["part"] == pytest.approx(held["whole"] / 2, rel=0.01)
    # What fails on one process in the middle of a pass ends all, in its words.
    error = runs.read_events(cursed)[-1]
    assert (error.event, error.problem, error.remedy) == ("error", "A row is cursed.", "Lift the curse.")


def test_what_does_not_fit_is_told_and_not_tried_again():
    world = World(Place(0, 2, 0, 2))
    world.is_divided = True
    with pytest.raises(Apart, match="does not fit") as caught, world.passing(torch.nn.Identity()):
        raise MemoryError
    assert "micro_batch_size" in caught.value.remedy


def test_every_process_goes_through_the_layers_as_often(make_run):
    rows = prepare(runs.load(run_dir := make_run(rows=rows_of("classification", ODD))), run_dir).train
    for numbers in ([3], range(8), range(ODD)):
        every = [StepCollator(rows, 0, 40, rank=rank, processes=4, evenly=True)(numbers) for rank in range(4)]
        assert len({len(step["passes"]) for step in every}) == 1
        passes = [one for step in every for one in step["passes"]]
        assert sorted(row for one in passes for row in one["rows"].tolist()) == list(numbers)
        assert all((one["labels"] == IGNORED).all() for one in passes if not len(one["rows"]))


def test_only_frozen_weights_are_divided():
    with pytest.raises(CuratorError, match="shard is about frozen weights"):
        with_values(checked({"kind": "text"}), [("train.shard", "true"), ("train.method", "full")])


def test_a_base_that_was_divided_is_scored_on_all_gpus(make_run, monkeypatch):
    spec, divided = (runs.load(make_run(name=name, shard=name == "b")) for name in ("a", "b"))
    assert (place_of_all(spec), place_of_all(divided)) == ("cpu", "cpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    for gpus, places in ((1, ("cuda:0", "cuda:0")), (2, ("cuda:0", "auto"))):
        monkeypatch.setattr(torch.cuda, "device_count", lambda gpus=gpus: gpus)
        assert (place_of_all(spec), place_of_all(divided)) == places
    asked = []
    monkeypatch.setattr(
        model, "_weights", lambda path, **options: asked.append(options) or torch.nn.Identity()
    )
    monkeypatch.setattr(model, "compute_dtype", lambda: torch.float32)
    model.load_base(divided)
    assert asked[0]["device_map"] == "auto"
