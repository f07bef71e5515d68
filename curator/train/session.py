"""One run from its manifest to its result."""

from __future__ import annotations

import os
import platform
import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import torch
from transformers import set_seed

from curator.errors import CuratorError, explained
from curator.files import write_atomically
from curator.train import checkpoints, jobs, preflight, runs, selftest, trackers
from curator.train.args import RESULT, RUN, Proof, Quality, RunResult, RunSpec
from curator.train.batch import Rows
from curator.train.conductor import Conductor
from curator.train.fitting import Fit, first_fit, is_out_of_memory, release, smaller
from curator.train.loss import TokenLoss
from curator.train.material import gather
from curator.train.model import device, load_for_training, parameter_counts
from curator.train.progress import EventLog
from curator.train.tokenizer import load_tokenizer
from curator.train.trainer import TuningTrainer

_LIBRARIES = ("torch", "transformers", "peft", "bitsandbytes", "accelerate", "tokenizers")


class Stopped(CuratorError):
    """The user asked for an end; what was done is saved."""


class Prepared(NamedTuple):
    """A run's data, read and checked."""

    tokenizer: Any
    train: Rows
    validation: Rows


def run(run_dir: Path, resume: bool, events: EventLog) -> RunResult:
    """Train a run to its end.

    Raises:
        Stopped: the user asked for it.
        CuratorError: the run, its data or its model is not fit for it.
    """
    spec = runs.load(run_dir)
    trackers.require(spec.train.report_to)
    with _alone(run_dir):
        checkpoint = _start_from(run_dir, resume)
        prepared = prepare(spec, run_dir)
        trainer = _trained(spec, run_dir, checkpoint, prepared, events)
        if trainer.state.global_step < trainer.state.max_steps:
            _tell_stopped(events, trainer.state)
        return _finish(spec, run_dir, trainer, prepared, events)


def _trained(
    spec: RunSpec, run_dir: Path, checkpoint: Path | None, prepared: Prepared, events: EventLog
) -> TuningTrainer:
    """Train in the largest pieces that fit into memory; each attempt goes on from the last checkpoint."""
    fit = first_fit(spec.train, runs.read_events(run_dir))
    while True:
        try:
            return _attempt(spec, run_dir, checkpoint, prepared, events, fit)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            less = smaller(fit)
            if less is None:
                raise CuratorError(
                    "The run does not fit into memory, even with one row at a time.",
                    "Take a smaller model or --method qlora, or lower train.max_length.",
                ) from error
            fit = less
        # Behind the block: the error would hold the tensors of the attempt.
        release()
        events.write("smaller", micro_batch=fit.rows, checkpointing=fit.checkpointing)
        checkpoint = checkpoints.last_complete(run_dir)


def _attempt(
    spec: RunSpec, run_dir: Path, checkpoint: Path | None, prepared: Prepared, events: EventLog, fit: Fit
) -> TuningTrainer:
    set_seed(spec.train.seed)
    model = load_for_training(spec)
    stop = threading.Event()
    trainer = TuningTrainer(spec, run_dir, model, prepared.tokenizer, prepared.train, events, fit)
    trainer.collator.together = _proved(run_dir, model, trainer.token_loss, prepared).packs
    set_seed(spec.train.seed)
    trainer.add_callback(Conductor(spec, run_dir, trainer, prepared.validation, events, stop))
    with _stopping_gently(stop):
        trainer.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint))
    return trainer


def prepare(spec: RunSpec, run_dir: Path) -> Prepared:
    """Read, render and check the data; the outcome is written to preflight.json.

    Raises:
        CuratorError: the files have changed, leak, or hold rows that teach nothing.
    """
    found = gather(spec, load_tokenizer(spec.model_path))
    preflight.write(run_dir, found.known)
    return Prepared(found.tokenizer, found.train, found.validation)


def rehearse(spec: RunSpec, run_dir: Path) -> None:
    """Everything up to the first step: the data read and checked, the model loaded and tried.

    Raises:
        CuratorError: the run, its data or its model is not fit for it.
    """
    prepared = prepare(spec, run_dir)
    model = load_for_training(spec)
    _proved(run_dir, model, TokenLoss(model), prepared)


def _proved(run_dir: Path, model: Any, token_loss: TokenLoss, prepared: Prepared) -> Proof:
    proof = selftest.prove(model, token_loss, prepared.train, prepared.tokenizer.pad_token_id)
    preflight.add_proof(run_dir, proof)
    return proof


def _start_from(run_dir: Path, resume: bool) -> Path | None:
    if (run_dir / RESULT).is_file():
        raise CuratorError(f"The run {run_dir.name} has finished already.", "Start a new run to train again.")
    checkpoint = checkpoints.last_complete(run_dir)
    if checkpoint is not None and not resume:
        raise CuratorError(f"The run {run_dir.name} has a checkpoint.", "Go on from it with --resume.")
    if checkpoint is not None and not checkpoints.belongs(checkpoint, run_dir):
        raise CuratorError(
            f"{RUN} of {run_dir.name} is not what its checkpoint was trained by.",
            "Put it back as it was, or start a new run.",
        )
    if checkpoint is None:
        checkpoints.forget(run_dir)
    return checkpoint


def _finish(
    spec: RunSpec, run_dir: Path, trainer: TuningTrainer, prepared: Prepared, events: EventLog
) -> RunResult:
    trainer.remember()
    chosen = checkpoints.publish_result(run_dir, trainer.model, prepared.tokenizer)
    past = runs.effective(runs.read_events(run_dir))
    steps = [event for event in past if event.event == "step"]
    tail = [event.loss for event in steps[-max(1, len(steps) // 10) :] if event.loss is not None]
    every, trained = parameter_counts(trainer.model)
    result = RunResult(
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        steps=trainer.state.global_step,
        seconds=runs.seconds_spent(runs.read_events(run_dir)),
        rows=len(prepared.train),
        tokens=sum(event.tokens for event in steps),
        dropped=(*prepared.train.dropped, *prepared.validation.dropped),
        quality=Quality(
            train_loss=sum(tail) / len(tail) if tail else None,
            validation_loss=None if chosen is None else chosen.loss,
            best_step=None if chosen is None else chosen.step,
        ),
        learning_rate=trainer.args.learning_rate,
        micro_batch_size=trainer.fit.rows,
        gradient_checkpointing=trainer.args.gradient_checkpointing,
        parameters=every,
        trainable_parameters=trained,
        peak_memory_bytes=_peak_memory(),
        device=_device_name(),
        dtype=str(trainer.model.dtype).removeprefix("torch."),
        quantisation=_quantisation(spec),
        versions={name: version(name) for name in _LIBRARIES} | {"python": platform.python_version()},
    )
    write_atomically(run_dir / RESULT, result.model_dump_json(indent=2) + "\n", "write the result")
    events.write("finished", step=result.steps, steps=result.steps, epoch=trainer.state.epoch)
    checkpoints.forget(run_dir)
    return result


def _tell_stopped(events: EventLog, state: Any) -> None:
    events.write("stopped", step=state.global_step, steps=state.max_steps, epoch=state.epoch)
    raise Stopped(f"Stopped after step {state.global_step}.", "Go on with --resume.")


@contextmanager
def _stopping_gently(stop: threading.Event) -> Iterator[None]:
    """The first signal ends the run after its step, the second one at once."""

    def handle(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    former = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, action in former.items():
            signal.signal(number, action)


@contextmanager
def _alone(run_dir: Path) -> Iterator[None]:
    """Two trainers in one folder would spoil each other's checkpoints."""
    with explained("open", run_dir / RUN), (run_dir / RUN).open("rb") as stream:
        jobs.take(stream, run_dir)
        if int(os.environ.get("WORLD_SIZE", "1")) > 1:
            raise CuratorError("A run is trained by one process.", "Start it without torchrun.")
        yield


def _peak_memory() -> int:
    if device().type == "cuda":
        return int(torch.cuda.max_memory_allocated())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if platform.system() == "Darwin" else peak * 1024


def _quantisation(spec: RunSpec) -> str | None:
    if spec.train.method != "qlora":
        return None
    return "nf4" if spec.train.bits == 4 else "int8"


def _device_name() -> str:
    return torch.cuda.get_device_name() if device().type == "cuda" else "cpu"
