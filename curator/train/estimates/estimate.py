"""What a run will need, told before it starts: memory by a formula, time by steps that are really done; free of torch.

Nothing is computed in this process: the data is read and the memory reckoned in one process of its own, and steps are
done in another, on a copy of the run. Both end with what they were asked for.
"""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

from curator.errors import CuratorError
from curator.records import Frozen
from curator.train.args import RunSpec
from curator.train.estimates.memory import Measured, Memory, Need, is_divided, memory
from curator.train.planning import Plan
from curator.train.processes import jobs

_SAVED = 1 << 29
"""Bytes of a checkpoint up to which saving one is tried out: 512 MiB."""
_BACKWARD = {"full": 2.0, "lora": 1.0, "qlora": 1.0}
"""Work of a backward pass in forward passes: one for the activations, one more where all weights are trained."""


class Duration(Frozen):
    """The time that a run takes, in seconds."""

    startup_seconds: float
    """Libraries, data, model, self-tests, and what the first step takes longer than others."""
    training_seconds: float
    """All steps."""
    validation_seconds: float
    """The passes over the validation rows."""
    saving_seconds: float | None
    """Checkpoints and the tuned model; not known where they are too large to try."""
    total_seconds: float
    """All that is known of it."""
    step_seconds: float
    """One step of usual size."""
    tokens_per_second: float
    """Tokens that are trained in a second."""
    measured_steps: int
    """Steps that this was learned from."""
    not_counted: tuple[str, ...]
    """What comes on top."""


class Estimate(Plan):
    """What is known about a run, and what it will need."""

    memory: Memory
    """Memory at the peak."""
    time: Duration | None
    """Time; nothing where the run does not fit into the memory that is free now."""


class Found(Frozen):
    """What the first of the two processes says."""

    plan: Plan
    """The data."""
    validation_tokens: int
    """Tokens of the validation rows."""
    need: Need
    """The memory."""


def estimate(spec: RunSpec, run_dir: Path) -> Estimate:
    """Reckon and measure what a run will need; `run_dir` holds its run.json and is thrown away afterwards.

    Raises:
        CuratorError: the run, its data or its model is not fit for it.
    """
    found = Found.model_validate_json(_asked("memory", run_dir))
    free = found.plan.free_memory_bytes
    rough = memory(found.need, free, spec, None)
    # One process does the steps that are measured, and holds everything.
    if rough.fits is False or memory(found.need, free, _alone(spec), None).fits is False:
        return _of(found.plan, rough, None)
    checkpoint = found.need.gradients_bytes + found.need.optimizer_bytes
    saving = ("saving",) if checkpoint <= _SAVED else ()
    measured = Measured.model_validate_json(_asked("time", run_dir, *saving))
    return _of(found.plan, memory(found.need, free, spec, measured), duration(measured, found, spec))


def _of(plan: Plan, needed: Memory, time: Duration | None) -> Estimate:
    return Estimate(**{**dict(plan), "memory": needed, "time": time})


def duration(measured: Measured, found: Found, spec: RunSpec) -> Duration:
    """The time of a whole run, in proportion to its tokens.

    A forward pass costs 2 operations per weight and token, a backward pass 4, or 2 where the weights are frozen
    (Kaplan et al., "Scaling Laws for Neural Language Models", 2020, table 1); a validation row goes forward only.
    """
    plan, processes = found.plan, spec.train.processes
    seconds = measured.seconds if measured.steps else measured.first_seconds
    # On GPUs each process has as much as the one that was measured, on a CPU a part of it.
    pace = seconds / max(measured.tokens, 1) / (1 if found.need.has_gaps else processes)
    training = pace * plan.tokens * spec.train.epochs
    forward = 1 / (1 + _BACKWARD[spec.train.method] + spec.train.gradient_checkpointing)
    validation = pace * found.validation_tokens * forward * math.ceil(spec.train.epochs)
    step = training / plan.steps
    startup = measured.startup_seconds + max(0.0, measured.first_seconds - step)
    saving = None if measured.checkpoint_seconds is None else measured.checkpoint_seconds * _saves(plan, spec)
    return Duration(
        startup_seconds=startup,
        training_seconds=training,
        validation_seconds=validation,
        saving_seconds=saving,
        total_seconds=startup + training + validation + (saving or 0.0),
        step_seconds=step,
        tokens_per_second=1 / max(pace, 1e-12),
        measured_steps=max(measured.steps, 1),
        not_counted=(
            "scoring on the test rows",
            *(("saving checkpoints",) if saving is None else ()),
            *((f"the time that {processes} processes wait for each other",) if processes > 1 else ()),
            *(("loading the base in each of them, in turn",) if is_divided(spec) else ()),
        ),
    )


def _alone(spec: RunSpec) -> RunSpec:
    """The run as one process does it."""
    return spec.model_copy(update={"train": spec.train.model_copy(update={"processes": 1})})


def _saves(plan: Plan, spec: RunSpec) -> int:
    """Checkpoints, the best weights at the end of each pass, and the tuned model."""
    passes, every = math.ceil(spec.train.epochs), spec.train.save_steps
    return (passes if every is None else plan.steps // every) + (passes if plan.validation else 0) + 1


def _asked(what: str, run_dir: Path, *more: str) -> str:
    """What a process of its own says on its standard output; it does not outlive this one by more than a step.

    Raises:
        CuratorError: it failed.
    """
    command = [sys.executable, "-m", "curator.train.estimates.estimating", what, str(run_dir), *more]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            said, complaint = process.communicate()
        except BaseException:
            process.kill()
            raise
    if process.returncode < 0:
        raise CuratorError(
            "The steps to be measured were ended by the system, probably for lack of memory.",
            "Lower train.micro_batch_size or train.max_length, or take a smaller model.",
        )
    if process.returncode:
        last = next(iter(reversed(complaint.strip().splitlines())), "it said nothing")
        raise jobs.error_in(complaint) or CuratorError(
            f"The estimate ended early: {last}", "`curator train --dry-run --debug` shows more."
        )
    return said
