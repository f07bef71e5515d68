"""When a run validates, saves and stops, and what it says meanwhile."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback

from curator.errors import CuratorError
from curator.train import runs
from curator.train.args import RunSpec
from curator.train.loop import checkpoints
from curator.train.loop.loss import TokenLoss
from curator.train.loop.spikes import SpikeWatch
from curator.train.loop.trainer import TuningTrainer
from curator.train.progress import EventLog, Speed
from curator.train.rows.batch import Rows, to_device

_VALIDATION = "eval_loss"
"""What trackers call the validation loss."""


class Conductor(TrainerCallback):
    """Decides when to validate, save and stop, and tells the event log."""

    def __init__(
        self,
        spec: RunSpec,
        run_dir: Path,
        trainer: TuningTrainer,
        validation: Rows,
        events: EventLog,
    ) -> None:
        self._spec = spec
        self._run_dir = run_dir
        self._trainer = trainer
        self._validation = validation
        self._events = events
        self._speed: Speed | None = None
        self._spikes = SpikeWatch(())

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Say what is ahead."""
        self._speed = Speed(state.global_step, state.max_steps)
        rows = self._trainer.train_dataset
        self._events.write(
            "started",
            step=state.global_step,
            steps=state.max_steps,
            epoch=state.epoch or 0.0,
            rows=len(rows),
            dropped=len(rows.dropped) + len(self._validation.dropped),
        )
        # Behind `started`, which makes void what the checkpoint does not know.
        self._spikes = SpikeWatch(runs.effective(runs.read_events(self._run_dir)))

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Set the order of the rows before they are drawn."""
        self._trainer.set_epoch(math.floor((state.epoch or 0.0) + 1e-6))

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Refuse a gradient that would spoil the weights, or one that does not reach them."""
        gradients = [weight.grad for weight in self._trainer.model.parameters() if weight.grad is not None]
        norms = torch.stack([gradient.norm() for gradient in gradients] or [torch.zeros(())])
        if not torch.isfinite(norms).all():
            raise self._trainer.not_finite("gradient", self._trainer.step_losses)
        if state.global_step == 0 and not norms.any():
            raise CuratorError(
                "No gradient reaches the weights that shall be trained.", "Take another method."
            )

    def on_log(
        self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        """Write a step's event; other things that are logged are not for this file."""
        if not logs or "loss" not in logs or self._speed is None:
            return
        tokens, self._trainer.step_tokens = self._trainer.step_tokens, 0
        self._events.write(
            "step",
            step=state.global_step,
            steps=state.max_steps,
            epoch=state.epoch,
            loss=logs["loss"],
            gradient_norm=logs.get("grad_norm"),
            learning_rate=logs["learning_rate"],
            tokens=tokens,
            **self._speed.after(state.global_step, tokens),
        )
        self._tell_spike(state, logs)

    def _tell_spike(self, state: Any, logs: dict[str, Any]) -> None:
        items = self._trainer.train_dataset.items
        losses = {items[number].id: loss for number, loss in self._trainer.step_losses.items()}
        spike = self._spikes.look(state.global_step, logs["loss"], logs.get("grad_norm"), losses)
        if spike is not None:
            self._events.warn(
                spike.problem,
                "Look at the first of them; the run goes on.",
                step=state.global_step,
                steps=state.max_steps,
                epoch=state.epoch,
                row_ids=spike.row_ids,
            )

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        """Save inside an epoch when it is due; what is due at its end waits for the validation."""
        if self._trainer.is_stopping:
            control.should_training_stop = True
        if not _ends_epoch(state):
            control.should_save = self._trainer.is_stopping or self._due(state.global_step)
        return control

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        """Validate at the end of an epoch, then save."""
        if not _ends_epoch(state):
            return control
        if self._validation.items:
            self._validate(state)
        if self._patience_is_lost(state):
            # No checkpoint: whoever resumed from it would go on.
            self._trainer.has_lost_patience = control.should_training_stop = True
            self._events.write("early_stop", step=state.global_step, steps=state.max_steps, epoch=state.epoch)
            return control
        each_epoch = self._spec.train.save_steps is None
        control.should_save = self._trainer.is_stopping or each_epoch or self._due(state.global_step)
        return control

    def _validate(self, state: Any) -> None:
        trainer, step = self._trainer, state.global_step
        loss = mean_loss(trainer, self._validation)
        better = state.best_metric is None or loss < state.best_metric
        if better:
            # Checkpoints keep the state: a resumed run knows what was best when its checkpoint was saved.
            state.best_metric, state.best_global_step = loss, step
            trainer.world.first(lambda: self._keep(checkpoints.Best(step=step, loss=loss)))
        self._events.write(
            "validation",
            step=step,
            steps=state.max_steps,
            epoch=state.epoch,
            loss=loss,
            best=better,
        )
        # For trackers, and for the history that checkpoints keep; the events have it already.
        trainer.log({_VALIDATION: loss})

    def _keep(self, note: checkpoints.Best) -> None:
        checkpoints.keep_best(self._run_dir, self._trainer.model, self._trainer.tokenizer, note)

    def _patience_is_lost(self, state: Any) -> bool:
        """Whether a run that would go on has not got better for as long as it may."""
        best = state.best_global_step or 0
        worse = [entry for entry in state.log_history if _VALIDATION in entry and entry["step"] > best]
        return state.global_step < state.max_steps and 0 < self._spec.train.patience <= len(worse)

    def _due(self, step: int) -> bool:
        every = self._spec.train.save_steps
        return every is not None and step % every == 0


def mean_loss(trainer: TuningTrainer, rows: Rows) -> float:
    """Loss per learned token over all rows, each process doing its share: every token counts once."""
    batches = trainer.collator.of(rows)(range(len(rows)))["passes"]
    with trainer.accelerator.autocast():
        sums = trainer.world.gathered(lambda: _summed_together(trainer, batches))
    return sum(total for total, _ in sums) / max(sum(tokens for _, tokens in sums), 1)


def _summed_together(trainer: TuningTrainer, batches: Iterable[dict[str, torch.Tensor]]) -> tuple[float, int]:
    with trainer.world.passing(trainer.model):
        return summed_loss(trainer.model, trainer.token_loss, batches)


@torch.no_grad()
def summed_loss(
    model: Any, token_loss: TokenLoss, batches: Iterable[dict[str, torch.Tensor]]
) -> tuple[float, int]:
    """Loss and number of the learned tokens of some batches, however the rows are batched."""
    total, tokens = 0.0, 0
    model.eval()
    for batch in batches:
        found = token_loss.summed(to_device(batch, model.device))
        total += float(found.by_row.double().sum())
        tokens += int(found.tokens.sum())
    model.train()
    return total, tokens


def _ends_epoch(state: Any) -> bool:
    """The end of a pass over the rows, or of the run."""
    return state.global_step >= state.max_steps or float(state.epoch).is_integer()
