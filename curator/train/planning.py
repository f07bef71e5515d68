"""What a run would do, told before it starts; free of torch until it is made."""

from __future__ import annotations

import math
from pathlib import Path

from curator.config import TrainSettings
from curator.records import Frozen
from curator.train import preflight_record
from curator.train.args import DroppedRow, Origin, Proof, RunSpec, Sample
from curator.train.estimates.memory import Memory, memory


class Plan(Frozen):
    """What is known about a run before its first step."""

    model: str
    """The base model as the user named it."""
    method: str
    """How it is tuned."""
    rows: int
    """Training rows that are used."""
    validation: int
    """Validation rows that are used."""
    dropped: tuple[DroppedRow, ...]
    """Rows of both that are left out because they are longer than the limit."""
    limit: int
    """Longest row that is used, in tokens."""
    longest: int
    """Tokens of the longest training row."""
    tokens: int
    """Tokens of the training rows, once over all of them."""
    learned: int
    """Those of them that are learned."""
    control_tokens: tuple[str, ...]
    """Training rows whose own text spells one of the model's control tokens."""
    samples: tuple[Sample, ...]
    """The first training rows as the model sees them."""
    proof: Proof | None
    """What the loaded model has shown."""
    origins: tuple[Origin, ...] = ()
    """Where the training rows come from."""
    steps: int
    """Optimizer steps of the whole run."""
    device: str
    """Where it would run."""
    free_memory_bytes: int | None
    """Memory that is free there for it, if it can be told."""
    memory: Memory | None = None
    """Memory at its peak, where it was reckoned."""


def steps_of(rows: int, settings: TrainSettings) -> int:
    """Optimizer steps of a whole run over so many rows."""
    return math.ceil(max(math.ceil(rows / settings.batch_size), 1) * settings.epochs)


def plan(spec: RunSpec, run_dir: Path) -> Plan:
    """Read, render and check the data of a run as it will be before its first step, and reckon its memory.

    Raises:
        CuratorError: the files leak, hold rows that teach nothing, or the model cannot be used.
    """
    from curator.train.session import rehearse

    need = rehearse(spec, run_dir)
    found = planned(spec, run_dir)
    return found.model_copy(update={"memory": memory(need, found.free_memory_bytes, spec, None)})


def planned(spec: RunSpec, run_dir: Path) -> Plan:
    """What the pre-flight record of a run says about it.

    Raises:
        CuratorError: it cannot be read.
    """
    found = preflight_record.load(run_dir)
    return Plan(
        model=spec.model,
        method=spec.train.method,
        rows=found.train.rows,
        validation=found.validation.rows,
        dropped=(*found.train.dropped, *found.validation.dropped),
        limit=found.limit,
        longest=found.train.longest,
        tokens=found.train.tokens,
        learned=found.train.learned,
        control_tokens=found.control_tokens,
        samples=found.samples,
        proof=found.model,
        origins=found.origins,
        steps=steps_of(found.train.rows, spec.train),
        device=found.device,
        free_memory_bytes=found.free_memory_bytes,
    )
