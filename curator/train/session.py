"""One run from its manifest to its result."""

from __future__ import annotations

import platform
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import torch
from transformers import set_seed

from curator.errors import CuratorError, explained
from curator.files import write_atomically
from curator.train import machine, preflight_record, runs
from curator.train.args import RESULT, RUN, Proof, Quality, RunResult, RunSpec
from curator.train.estimates.memory import Need, is_divided
from curator.train.failure import is_out_of_memory
from curator.train.loop import checkpoints, selftest, trackers
from curator.train.loop.conductor import Conductor
from curator.train.loop.fitting import Fit, first_fit, release, smaller
from curator.train.loop.loss import TokenLoss
from curator.train.loop.trainer import TuningTrainer
from curator.train.models.model import device, load_for_training, parameter_counts, place_of_all
from curator.train.models.sharding import divided
from curator.train.models.tokenizer import load_tokenizer
from curator.train.processes import jobs
from curator.train.processes.process import peak_bytes
from curator.train.processes.signals import answered
from curator.train.processes.world import World
from curator.train.progress import EventLog
from curator.train.rows.batch import Rows
from curator.train.rows.material import gather

_LIBRARIES = ("torch", "transformers", "peft", "bitsandbytes", "accelerate", "tokenizers")


class Stopped(CuratorError):
    """The user asked for an end; what was done is saved."""


class Prepared(NamedTuple):
    """A run's data, read and checked."""

    tokenizer: Any
    train: Rows
    validation: Rows


def run(run_dir: Path, resume: bool, events: EventLog, world: World | None = None) -> RunResult:
    """Train a run to its end; of several processes that call this together, the first writes what is written.

    Raises:
        Stopped: the user asked for it.
        CuratorError: the run, its data or its model is not fit for it.
    """
    world = world or World()
    spec = _agreed(world.gathered(lambda: runs.load(run_dir)))
    world.everywhere(lambda: trackers.require(spec.train.report_to))
    with ExitStack() as held:
        world.first(lambda: held.enter_context(_alone(run_dir)))
        checkpoint = world.first(lambda: _start_from(run_dir, resume, events))
        prepared = world.everywhere(lambda: prepare(spec, run_dir, writes=world.is_first))
        trainer = _trained(spec, run_dir, checkpoint, prepared, events, world)
        if trainer.state.global_step < trainer.state.max_steps and not trainer.has_lost_patience:
            _tell_stopped(events, trainer.state)
        peak = max(world.gathered(_peak_memory))
        return world.first(lambda: _finish(spec, run_dir, trainer, prepared, events, peak))


def _agreed(specs: Sequence[RunSpec]) -> RunSpec:
    if any(spec != specs[0] for spec in specs):
        raise CuratorError(
            f"The machines have different runs of the name {specs[0].name}.",
            "Give all of them the same folder, shared or copied.",
        )
    return specs[0]


def _trained(
    spec: RunSpec,
    run_dir: Path,
    checkpoint: Path | None,
    prepared: Prepared,
    events: EventLog,
    world: World,
) -> TuningTrainer:
    """Train in the largest pieces that fit into memory; each attempt goes on from the last checkpoint."""
    fit = world.first(lambda: first_fit(spec.train, runs.read_events(run_dir)))
    while True:
        try:
            return _attempt(spec, run_dir, checkpoint, prepared, events, fit, world)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error) or not world.knows(error):
                raise
            less = None if world.is_divided else smaller(fit, max(prepared.train.lengths), device())
            if less is None:
                raise CuratorError(
                    "The run does not fit into memory, even with one row at a time.",
                    "Take a smaller model or --method qlora, or lower train.max_length.",
                ) from error
            fit = less
        # Behind the block: the error would hold the tensors of the attempt.
        world.forget()
        release()
        events.write("smaller", micro_batch=fit.rows, checkpointing=fit.checkpointing)
        checkpoint = world.first(lambda: checkpoints.last_complete(run_dir, events))


def _attempt(
    spec: RunSpec,
    run_dir: Path,
    checkpoint: Path | None,
    prepared: Prepared,
    events: EventLog,
    fit: Fit,
    world: World,
) -> TuningTrainer:
    set_seed(spec.train.seed)
    model = load_model(spec, world)
    stop = threading.Event()
    trainer = world.everywhere(
        lambda: TuningTrainer(
            spec, run_dir, model, prepared.tokenizer, prepared.train, events, fit, world, stop
        )
    )
    proof = world.everywhere(lambda: _proof(model, trainer.token_loss, prepared, world))
    world.first(lambda: preflight_record.add_proof(run_dir, proof))
    trainer.collator.together = proof.packs
    world.share_weights(model.parameters())
    # Dropout must not hit the rows of all processes in the same places.
    set_seed(spec.train.seed + world.rank)
    trainer.add_callback(Conductor(spec, run_dir, trainer, prepared.validation, events))
    with answered(partial(_stop_gently, stop)):
        trainer.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint))
    return trainer


def load_model(spec: RunSpec, world: World) -> Any:
    """The model of a run on the device of this process, or its part of it.

    Raises:
        CuratorError: it cannot be loaded or divided, here or on another process.
    """
    world.is_divided = spec.train.shard and world.size > 1
    if not world.is_divided:
        return world.everywhere(lambda: load_for_training(spec))
    mesh = world.mesh()
    return world.in_turn(lambda: divided(load_for_training(spec, "cpu"), mesh))


def prepare(spec: RunSpec, run_dir: Path, writes: bool = True) -> Prepared:
    """Read, render and check the data; the outcome is written to preflight.json, unless another process does it.

    Raises:
        CuratorError: the files have changed, leak, or hold rows that teach nothing.
    """
    found = gather(spec, load_tokenizer(spec.model_path))
    if writes:
        here = {"device": machine.device_words(), "free_memory_bytes": machine.free_memory_bytes()}
        preflight_record.write(run_dir, found.known.model_copy(update=here))
    return Prepared(found.tokenizer, found.train, found.validation)


def rehearse(spec: RunSpec, run_dir: Path) -> Need:
    """Everything up to the first step: the data read and checked, the memory reckoned, the model loaded and tried.

    Raises:
        CuratorError: the run, its data or its model is not fit for it.
    """
    # What it loads is of no use to a run that trains.
    from curator.train.estimates.memory_estimate import need

    prepared = prepare(spec, run_dir)
    needed = need(spec, prepared.train, prepared.tokenizer.pad_token_id)
    free = preflight_record.load(run_dir).free_memory_bytes
    # A model that is too large would take this process with it instead of being told of.
    if free is None or is_divided(spec) or needed.process_bytes + needed.weights_bytes <= free:
        model = load_for_training(spec, place_of_all(spec))
        preflight_record.add_proof(run_dir, _proof(model, TokenLoss(model), prepared, World()))
    return needed


def _proof(model: Any, token_loss: TokenLoss, prepared: Prepared, world: World) -> Proof:
    with world.passing(model):
        return selftest.prove(model, token_loss, prepared.train, prepared.tokenizer.pad_token_id)


def _start_from(run_dir: Path, resume: bool, events: EventLog) -> Path | None:
    if (run_dir / RESULT).is_file():
        raise CuratorError(f"The run {run_dir.name} has finished already.", "Start a new run to train again.")
    checkpoint = checkpoints.last_complete(run_dir, events)
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
    spec: RunSpec,
    run_dir: Path,
    trainer: TuningTrainer,
    prepared: Prepared,
    events: EventLog,
    peak_memory: int,
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
        stopped_early=trainer.has_lost_patience,
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
        gradient_checkpointing=trainer.fit.checkpointing,
        parameters=every,
        trainable_parameters=trained,
        processes=trainer.world.size,
        peak_memory_bytes=peak_memory,
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


def _stop_gently(stop: threading.Event) -> None:
    """The first request ends the run after its step, the second one at once."""
    if stop.is_set():
        raise KeyboardInterrupt
    stop.set()


@contextmanager
def _alone(run_dir: Path) -> Iterator[None]:
    """Two trainers in one folder would spoil each other's checkpoints."""
    with explained("open", run_dir / RUN), (run_dir / RUN).open("rb") as stream:
        jobs.take(stream, run_dir)
        yield


def _peak_memory() -> int:
    if device().type == "cuda":
        return int(torch.cuda.max_memory_allocated())
    return peak_bytes()


def _quantisation(spec: RunSpec) -> str | None:
    if spec.train.method != "qlora":
        return None
    return "nf4" if spec.train.bits == 4 else "int8"


def _device_name() -> str:
    return torch.cuda.get_device_name() if device().type == "cuda" else "cpu"
