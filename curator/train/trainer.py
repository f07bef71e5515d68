"""The training loop of transformers with our loss, our order of rows, our events and our checkpoints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import PrinterCallback, Trainer, TrainingArguments

from curator.errors import CuratorError
from curator.train import checkpoints, trackers
from curator.train.args import RunSpec
from curator.train.batch import IGNORED, LengthSampler, Rows
from curator.train.fitting import Fit
from curator.train.loss import TokenLoss
from curator.train.memory import RowMemory
from curator.train.model import compute_dtype, device, learning_rate, save_weights
from curator.train.packing import NOBODY, StepCollator
from curator.train.progress import EventLog

_KEPT = 2
"""Checkpoints that are kept."""


class TuningTrainer(Trainer):
    """Tunes a model on rendered rows; one process, one device."""

    def __init__(
        self,
        spec: RunSpec,
        run_dir: Path,
        model: Any,
        tokenizer: Any,
        rows: Rows,
        events: EventLog,
        fit: Fit,
    ) -> None:
        self._spec = spec
        self._run_dir = run_dir
        self._rows = rows
        self._events = events
        self.tokenizer = tokenizer
        self.fit = fit
        self._sampler = LengthSampler(rows.lengths, spec.train.batch_size, spec.train.seed)
        self.token_loss = TokenLoss(model)
        self.collator = StepCollator(rows, tokenizer.pad_token_id, fit.rows * max(rows.lengths))
        self._memory = RowMemory(run_dir, [item.id for item in rows.items], [i.content for i in rows.items])
        self.step_rows: list[int] = []
        self.step_tokens = 0
        super().__init__(
            model=model,
            args=_arguments(spec, run_dir, learning_rate(spec, model), fit),
            train_dataset=rows,
            data_collator=self.collator,
        )
        self.remove_callback(PrinterCallback)
        for follower in trackers.callbacks(spec.train.report_to, run_dir):
            self.add_callback(follower)

    def training_step(
        self, model: Any, inputs: dict[str, Any], num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """The forward and backward passes of a step: the sum over its learned tokens, divided by them once.

        Raises:
            CuratorError: the loss is not a finite number.
        """
        model.train()
        passes = self._prepare_inputs(inputs["passes"])
        tokens = sum((one["labels"] != IGNORED).sum() for one in passes)
        whole = torch.zeros((), device=self.args.device)
        for one in passes:
            loss = self._loss(one) / tokens
            self.accelerator.backward(loss)
            whole += loss.detach()
        return whole

    def _loss(self, batch: dict[str, Any]) -> torch.Tensor:
        numbers = batch["rows"].tolist()
        self.step_rows += numbers
        self.step_tokens += int((batch["owners"] != NOBODY).sum())
        with self.accelerator.autocast():
            found = self.token_loss.summed(batch)
        if not torch.isfinite(found.total):
            raise self.not_finite("loss", numbers)
        self._memory.note(self._sampler.epoch, numbers, found.by_row.tolist(), found.tokens.tolist())
        return found.total

    def not_finite(self, what: str, numbers: list[int]) -> CuratorError:
        """The error for a step whose loss or gradient is no number."""
        ids = ", ".join(self._rows.items[number].id for number in numbers)
        return CuratorError(
            f"The {what} is not a finite number at step {self.state.global_step + 1}, rows {ids}.",
            "Lower train.learning_rate, and look at those rows.",
        )

    def _get_train_sampler(self, train_dataset: Any = None) -> LengthSampler:
        return self._sampler

    def set_epoch(self, epoch: int) -> None:
        """Choose the order of the rows."""
        self._sampler.set_epoch(epoch)

    def remember(self) -> None:
        """Keep what is known of the rows."""
        self._memory.save()

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        save_weights(self.model, self.tokenizer, Path(str(output_dir)))

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        self.remember()
        super()._save_checkpoint(model, trial)
        step = self.state.global_step
        checkpoints.seal(checkpoints.folder(self._run_dir) / f"checkpoint-{step}", self._run_dir)
        checkpoints.rotate(self._run_dir, _KEPT)
        self._events.write("checkpoint", step=step, steps=self.state.max_steps, epoch=self.state.epoch)


def _arguments(spec: RunSpec, run_dir: Path, rate: float, fit: Fit) -> TrainingArguments:
    settings, cuda = spec.train, device().type == "cuda"
    constant = "constant_with_warmup" if settings.warmup else "constant"
    arguments = TrainingArguments(
        output_dir=str(checkpoints.folder(run_dir)),
        run_name=spec.name,
        # Trackers are told by ours: the library's would keep their files among the checkpoints, which go.
        report_to="none",
        project=trackers.PROJECT,
        num_train_epochs=settings.epochs,
        # A whole step; what of it is done at once is up to the collator.
        per_device_train_batch_size=settings.batch_size,
        gradient_checkpointing=fit.checkpointing,
        gradient_checkpointing_kwargs={"use_reentrant": False} if fit.checkpointing else None,
        learning_rate=rate,
        lr_scheduler_type=constant if settings.schedule == "constant" else settings.schedule,
        warmup_steps=settings.warmup,
        weight_decay=settings.weight_decay,
        seed=settings.seed,
        bf16=compute_dtype() == torch.bfloat16,
        use_cpu=not cuda,
        dataloader_pin_memory=cuda,
        optim="adamw_torch",
        eval_strategy="no",
        save_strategy="no",
        logging_strategy="steps",
        logging_steps=1,
        # A loss that is no number must be seen, not replaced by an average.
        logging_nan_inf_filter=False,
        remove_unused_columns=False,
        label_names=["labels"],
        disable_tqdm=True,
        log_level="error",
    )
    if arguments.n_gpu > 1:
        # Several GPUs would be used by splitting batches in threads; our loss goes round that wrapper.
        arguments._n_gpu = 1
    return arguments
