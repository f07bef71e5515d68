"""A trainer that is killed at any step goes on as if it had not been."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file, save_file

from curator.errors import CuratorError
from curator.train import runs, session
from curator.train.progress import EventLog
from tests.tiny import _saved

KILLS = int(os.environ.get("CURATOR_KILLS", "2"))
STEPS = 12
MOMENTS = [(when, step) for step in range(1, STEPS) for when in ("before", "amid", "after")]
"""Before the event of a step is written, when half of its line is there, and when all is."""
_TRAINER = """
import os, signal, sys
from pathlib import Path
from curator.train import session
from curator.train.progress import EventLog

class Deadly(EventLog):
    def write(self, kind, **fields):
        is_last, when = kind == "step" and fields["step"] == int(sys.argv[3]), sys.argv[2]
        if not is_last or when != "before":
            super().write(kind, **fields)
        if is_last and when == "amid":
            os.truncate(self._path, self._path.stat().st_size - 20)
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)

session.run(Path(sys.argv[1]), False, Deadly(Path(sys.argv[1])))
"""


def steps(run_dir) -> dict[int, float]:
    return {e.step: e.loss for e in runs.effective(runs.read_events(run_dir)) if e.event == "step"}


@pytest.fixture(scope="module")
def kills() -> list[tuple[str, int]]:
    """The moments at which trainers are killed, no two of them the same."""
    return random.Random(4).sample(MOMENTS, KILLS)


def test_a_trainer_that_is_killed_goes_on_with_the_same_losses(make_run, kills):
    settings = {"method": "qlora", "epochs": 4, "save_steps": 2, "warmup": 0.1, "lora_dropout": 0.1}
    whole = make_run(name="whole", **settings)
    session.run(whole, False, EventLog(whole))
    assert len(steps(whole)) == STEPS
    for number, (when, step) in enumerate(kills):
        run_dir = make_run(name=f"killed-{number}", **settings)
        command = [sys.executable, "-c", _TRAINER, str(run_dir), when, str(step)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == -signal.SIGKILL, done.stderr
        session.run(run_dir, True, EventLog(run_dir))
        assert steps(run_dir) == pytest.approx(steps(whole), abs=1e-6)


def test_a_weight_that_is_no_number_is_found_before_the_first_step(make_run, tmp_path):
    folder = _saved(tmp_path / "damaged", None)
    weights = load_file(folder / "model.safetensors")
    weights["model.layers.1.mlp.up_proj.weight"][3, 5] = torch.nan
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    run_dir = make_run(model=folder)
    with pytest.raises(
        CuratorError, match=r"Before the first step the loss of rows .* is not a finite number"
    ):
        session.run(run_dir, False, EventLog(run_dir))
