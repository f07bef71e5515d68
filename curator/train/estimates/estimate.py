"""What a run will need, told before it starts: memory by a formula, time by steps that are really done; free of torch.

Nothing is computed in this process: the data is read and the memory reckoned in one process of its own, and steps are
done in another, on a copy of the run. Both end with what they were asked for.
"""

from __future__ import annotations

import math
import subprocess
import sys
from itertools import islice
from pathlib import Path

from curator.errors import CuratorError
from curator.records import Frozen
from curator.train.args import RunSpec
from curator.train.planning import Plan
from curator.train.processes import jobs

_HEAP = 0.5
"""On a CPU, what the gaps between freed tensors come to, as a share of the activations, where no step was measured."""
_CHECKPOINTED = 0.5
"""Share of the activations that checkpointing saves at least: it keeps a layer's input, and one layer whole."""
_SAVED = 1 << 29
"""Bytes of a checkpoint up to which saving one is tried out: 512 MiB."""
_BACKWARD = {"full": 2.0, "lora": 1.0, "qlora": 1.0}
"""Work of a backward pass in forward passes: one for the activations, one more where all weights are trained."""


class Need(Frozen):
    """Memory by the formula, in bytes."""

    process_bytes: int
    """Python with the libraries and the data; 0 on a GPU, whose free memory is told with the libraries loaded."""
    weights_bytes: int
    """The base model and the adapter, as they are held."""
    gradients_bytes: int
    """One number for each trained weight."""
    optimizer_bytes: int
    """Two numbers for each trained weight (AdamW)."""
    activations_bytes: int
    """The most that lives beside those while the largest batch goes forth and back, logits included."""
    smaller: dict[int, int]
    """The same with fewer rows in one forward pass: rows to bytes, the most rows first."""
    widest: tuple[int, ...]
    """Places (tokens and fillings) of the widest batch in each of the first steps."""
    places: int
    """Places of the widest batch of the first pass."""
    parameters: int
    """Weights in all."""
    trained: int
    """Weights that are trained."""
    quantised_bytes: int
    """What `weights_bytes` would be with the base in 4 bits."""
    divided_bytes: int = 0
    """What of `weights_bytes` can be divided over several processes."""
    layer_bytes: int = 0
    """The part of it that the largest layer has."""
    has_gaps: bool
    """Whether the memory is that of a CPU's heap."""

    @property
    def held_bytes(self) -> int:
        """Everything that is there for the whole run, where one process holds all of it."""
        return self.process_bytes + self.weights_bytes + self.gradients_bytes + self.optimizer_bytes

    @property
    def gathered_bytes(self) -> int:
        """Where weights are divided: a layer that computes, and the next one, which is fetched meanwhile."""
        return 2 * self.layer_bytes

    def spared_bytes(self, processes: int) -> int:
        """What each process holds less where weights are divided over so many, before layers are gathered."""
        return self.divided_bytes - -(-self.divided_bytes // processes)


class Measured(Frozen):
    """What some steps of a run really took."""

    startup_seconds: float
    """From the beginning of the process to the first step."""
    first_seconds: float
    """The first step, which warms up."""
    steps: int
    """Steps after it."""
    seconds: float
    """Their time."""
    tokens: int
    """Their tokens; with those of the first step where there was no other."""
    checkpoint_seconds: float | None
    """Saving a checkpoint, where one was saved."""
    peak_bytes: int
    """Most memory held: of the GPU, or of the process on a CPU."""


class Memory(Frozen):
    """The memory that a run needs at its peak, in bytes."""

    process_bytes: int
    """Python with the libraries and the data; 0 on a GPU, whose free memory is told with the libraries loaded."""
    weights_bytes: int
    """The base model and the adapter, as they are held: of what is divided, the part of one process."""
    gathered_bytes: int = 0
    """Layers of divided weights that are whole for a while."""
    gradients_bytes: int
    """Gradients of the trained weights."""
    optimizer_bytes: int
    """States of AdamW."""
    activations_bytes: int
    """Activations and logits of the widest batch, at the moment when most of them live."""
    heap_bytes: int
    """Gaps between them, which a CPU's heap does not give back: from measured steps, or else assumed."""
    total_bytes: int
    """All of it."""
    measured_bytes: int | None
    """The peak of the steps that were measured."""
    free_bytes: int | None
    """Memory that is free for it now, if it can be told."""
    processes: int
    """Processes that need as much each, out of the same memory; 1 on GPUs, for each has its own."""
    fits: bool | None
    """Whether it fits, if that can be told."""
    instead: tuple[str, ...]
    """Where it does not: settings that would make it fit, the mildest first."""


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
    rough = memory(found.need, found.plan, spec, None)
    # One process does the steps that are measured, and holds everything.
    if rough.fits is False or memory(found.need, found.plan, _alone(spec), None).fits is False:
        return Estimate(**dict(found.plan), memory=rough, time=None)
    checkpoint = found.need.gradients_bytes + found.need.optimizer_bytes
    saving = ("saving",) if checkpoint <= _SAVED else ()
    measured = Measured.model_validate_json(_asked("time", run_dir, *saving))
    return Estimate(
        **dict(found.plan),
        memory=memory(found.need, found.plan, spec, measured),
        time=duration(measured, found, spec),
    )


def memory(need: Need, plan: Plan, spec: RunSpec, measured: Measured | None) -> Memory:
    """The peak: what is held all the time, and the activations with the gaps that were seen between them."""
    gaps = _gaps(need, measured)
    spared = need.spared_bytes(spec.train.processes) if _is_divided(spec) else 0
    gathered = need.gathered_bytes if _is_divided(spec) else 0
    total = need.held_bytes - spared + gathered + need.activations_bytes + gaps
    free = plan.free_memory_bytes
    processes = spec.train.processes if need.has_gaps else 1
    excess = 0 if free is None else total - free // processes
    return Memory(
        **need.model_dump(include=set(Memory.model_fields) - {"weights_bytes"}),
        weights_bytes=need.weights_bytes - spared,
        gathered_bytes=gathered,
        heap_bytes=gaps,
        total_bytes=total,
        measured_bytes=None if measured is None else measured.peak_bytes,
        free_bytes=free,
        processes=processes,
        fits=None if free is None else excess <= 0,
        instead=_instead(need, spec, excess) if excess > 0 else (),
    )


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
            *(("loading the base in each of them, in turn",) if _is_divided(spec) else ()),
        ),
    )


def _is_divided(spec: RunSpec) -> bool:
    return spec.train.shard and spec.train.processes > 1


def _alone(spec: RunSpec) -> RunSpec:
    """The run as one process does it."""
    return spec.model_copy(update={"train": spec.train.model_copy(update={"processes": 1})})


def _saves(plan: Plan, spec: RunSpec) -> int:
    """Checkpoints, the best weights at the end of each pass, and the tuned model."""
    passes, every = math.ceil(spec.train.epochs), spec.train.save_steps
    return (passes if every is None else plan.steps // every) + (passes if plan.validation else 0) + 1


def _gaps(need: Need, measured: Measured | None) -> int:
    """Memory of the heap that freed tensors leave behind and others do not fill."""
    if not need.has_gaps:
        return 0
    if measured is None:
        return int(_HEAP * need.activations_bytes)
    seen = max(need.widest[: measured.steps + 1])
    beyond = (measured.peak_bytes - need.held_bytes) * need.places / seen
    return max(0, int(beyond) - need.activations_bytes)


def _instead(need: Need, spec: RunSpec, excess: int) -> tuple[str, ...]:
    """Settings by which a run would need so much less; the mildest first."""
    gap, whole = 1 + _HEAP * need.has_gaps, need.activations_bytes
    fewer = (rows for rows, held in need.smaller.items() if (whole - held) * gap >= excess)
    found = [f"train.micro_batch_size={rows}" for rows in islice(fewer, 1)]
    if not spec.train.gradient_checkpointing and whole * gap * _CHECKPOINTED >= excess:
        found.append("train.gradient_checkpointing=true")
    if spec.train.method == "full" and need.gradients_bytes + need.optimizer_bytes >= excess:
        found.append("train.method=lora")
    processes = spec.train.processes
    if not spec.train.shard and need.spared_bytes(processes) - need.gathered_bytes >= excess:
        found.append("train.shard=true")
    saved = (need.weights_bytes - need.quantised_bytes) // (processes if spec.train.shard else 1)
    trained = need.gradients_bytes + need.optimizer_bytes if spec.train.method == "full" else 0
    if spec.train.method != "qlora" and saved + trained >= excess:
        found.append("train.method=qlora")
    return tuple(found)


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
