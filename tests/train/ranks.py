"""What several processes do together in the tests: one run after the other, so that they are started once.

`python -m tests.train.ranks FILE` reads a JSON list of [run folder, resume, what happens on the way]; what each process
ended with stands in outcome-RANK.json of the run's folder. After "end" nothing follows: one process fails, as in a run.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from curator.errors import CuratorError
from curator.train import runs, session
from curator.train.failure import in_words
from curator.train.loop.loss import TokenLoss
from curator.train.processes import launching
from curator.train.processes.world import World, join, leave
from curator.train.progress import EventLog, NoLog
from tests.train.broken_off import Interrupting

SUMMED = TokenLoss.summed


def failing(error: Exception, passes: int):
    """The loss, with an error in one of the forward passes that learn."""
    import torch

    left = [passes]

    def summed(self, batch):
        if torch.is_grad_enabled():
            left[0] -= 1
            if left[0] == 0:
                raise error
        return SUMMED(self, batch)

    return summed


def counted(world: World, run_dir: Path) -> dict[str, int]:
    """Bytes of the weights that are divided, whole and as this process holds them."""
    from torch.distributed.tensor import DTensor

    model = session.load_model(runs.load(run_dir), world)
    weights = [weight for weight in model.parameters() if isinstance(weight, DTensor)]
    return {
        "whole": sum(weight.numel() * weight.element_size() for weight in weights),
        "part": sum(weight.to_local().untyped_storage().nbytes() for weight in weights),
    }


def _log(run_dir: Path, event: str) -> EventLog:
    answers = launching.answering()
    return Interrupting(run_dir, 2, answers) if event == "stop" else EventLog(run_dir, answers)


def one(world: World, run_dir: Path, resume: bool, event: str) -> None:
    """Do a run, with what happens on the way."""
    if event == "count":
        (run_dir / f"outcome-{world.rank}.json").write_text(json.dumps(counted(world, run_dir)))
        return
    events = _log(run_dir, event) if world.is_first else NoLog()
    TokenLoss.summed = SUMMED
    if world.rank == 1 and event in ("error", "memory", "end"):
        # A row is tried before the first step.
        error = MemoryError() if event == "memory" else CuratorError("A row is cursed.", "Lift the curse.")
        TokenLoss.summed = failing(error, passes=1 + 2)
    try:
        session.run(run_dir, resume, events, world)
        said = ""
    except Exception as error:
        if event == "end":
            launching.report(in_words(error))
            sys.exit(1)
        assert isinstance(error, CuratorError)
        said = f"{type(error).__name__}: {error.problem}"
    (run_dir / f"outcome-{world.rank}.json").write_text(json.dumps(said))


if __name__ == "__main__":
    launching.follow_leader()
    place = launching.place()
    assert place is not None
    together = join(place)
    for folder, resume, event in json.loads(Path(sys.argv[1]).read_text()):
        one(together, Path(folder), resume, event)
    leave()
