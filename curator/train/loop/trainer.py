"""The training loop of transformers with our loss, our order of rows, our events and our checkpoints."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader
from transformers import PrinterCallback, Trainer, TrainingArguments, get_scheduler

from curator.errors import CuratorError
from curator.train.args import RunSpec
from curator.train.loop import checkpoints, trackers
from curator.train.loop.fitting import Fit, pass_tokens
from curator.train.loop.loss import Summed, TokenLoss
from curator.train.loop.memory import RowMemory
from curator.train.models.model import compute_dtype, device, learning_rate, save_weights
from curator.train.processes.world import World
from curator.train.progress import EventLog
from curator.train.rows.batch import EpochSampler, Rows, to_device
from curator.train.rows.packing import NOBODY, StepCollator

_KEPT = 2
"""Checkpoints that are kept."""


class _Share(NamedTuple):
    """What one process has done of a step."""

    loss: float
    """The part of the step's mean loss that its rows make."""
    rows: list[int]
    """Their numbers."""
    losses: list[float]
    """The summed loss of each."""
    learned: list[int]
    """The learned tokens of each."""
    tokens: int
    """The tokens of all."""
    stop: bool
    """Whether it was asked to end the run."""

    def after(self, batch: dict[str, Any], found: Summed) -> _Share:
        """With another pass, but for its part of the mean."""
        return self._replace(
            rows=self.rows + batch["rows"].tolist(),
            losses=self.losses + found.by_row.tolist(),
            learned=self.learned + found.tokens.tolist(),
            tokens=self.tokens + int((batch["owners"] != NOBODY).sum()),
        )


class TuningTrainer(Trainer):
    """Tunes a model on rendered rows; each process on one device, with its share of every step."""

    def __init__(
        self,
        spec: RunSpec,
        run_dir: Path,
        model: Any,
        tokenizer: Any,
        rows: Rows,
        events: EventLog,
        fit: Fit,
        world: World | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        self._spec = spec
        self._run_dir = run_dir
        self._rows = rows
        self._events = events
        self._stop = stop or threading.Event()
        self._others_stop = False
        self.world = world = world or World()
        self.tokenizer = tokenizer
        self.fit = fit
        self._sampler = EpochSampler(len(rows), spec.train.seed)
        with world.passing(model):
            self.token_loss = TokenLoss(model)
        self.collator = StepCollator(
            rows,
            tokenizer.pad_token_id,
            pass_tokens(fit, max(rows.lengths), device()),
            rank=world.rank,
            processes=world.size,
            evenly=world.is_divided,
        )
        self._memory = RowMemory(run_dir, [item.id for item in rows.items], [i.content for i in rows.items])
        self.step_losses: dict[int, float] = {}
        """Mean loss per learned token of each row of the last step, by its number."""
        self.step_tokens = 0
        self.has_lost_patience = False
        """Whether it ended because the validation loss does not get lower."""
        super().__init__(
            model=model,
            args=_arguments(spec, run_dir, learning_rate(spec, model), fit),
            train_dataset=rows,
            data_collator=self.collator,
        )
        # Several processes: `world` adds their gradients up, so that the model needs no wrapper that does.
        self.accelerator.prepare_model = partial(self.accelerator.prepare_model, evaluation_mode=True)
        self.remove_callback(PrinterCallback)
        for follower in trackers.callbacks(spec.train.report_to, run_dir):
            self.add_callback(follower)

    def get_train_dataloader(self) -> Any:
        """Every step with all its rows, on each process: the collator takes the share."""
        return DataLoader(
            self._rows,
            batch_size=self._spec.train.batch_size,
            sampler=self._sampler,
            collate_fn=self.collator,
            pin_memory=self.args.dataloader_pin_memory,
        )

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> LambdaLR:
        """The library's, from its second step on where it warms up: at the first the rate is 0, and nothing learned."""
        warmup = self.args.get_warmup_steps(num_training_steps)
        begin = 1 if warmup else 0
        library = get_scheduler(
            self.args.lr_scheduler_type, optimizer or self.optimizer, warmup, num_training_steps + begin
        )
        rates = [partial(_later, rate, begin) for rate in library.lr_lambdas]
        self.lr_scheduler = LambdaLR(library.optimizer, rates)
        return self.lr_scheduler

    @property
    def is_stopping(self) -> bool:
        """Whether the run was asked to end; all processes say the same after the same step."""
        return self._stop.is_set() if self.world.size == 1 else self._others_stop

    def training_step(
        self, model: Any, inputs: dict[str, Any], num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """The forward and backward passes of a step: the sum over its learned tokens, divided by them once.

        Raises:
            CuratorError: the loss is not a finite number.
        """
        if not model.training:
            model.train()
        shares = self.world.gathered(lambda: self._share(inputs))
        self.world.add_up(model.parameters())
        self.step_losses = {}
        for share in shares:
            means = (total / tokens for total, tokens in zip(share.losses, share.learned, strict=True))
            self.step_losses.update(zip(share.rows, means, strict=True))
            self.step_tokens += share.tokens
            self._memory.note(self._sampler.epoch, share.rows, share.losses, share.learned)
        self._others_stop = any(share.stop for share in shares)
        return torch.tensor(sum(share.loss for share in shares), device=self.args.device)

    def _share(self, inputs: dict[str, Any]) -> _Share:
        whole = torch.zeros((), device=self.args.device)
        done = _Share(0.0, [], [], [], 0, self._stop.is_set())
        with self.world.passing(self.model):
            for batch in inputs["passes"]:
                one = to_device(batch, self.args.device)
                found = self._summed(one)
                loss = found.total / inputs["learned"]
                self.accelerator.backward(loss)
                whole += loss.detach()
                if len(one["rows"]):
                    done = done.after(one, found)
        return done._replace(loss=whole.item())

    def _summed(self, batch: dict[str, Any]) -> Summed:
        with self.accelerator.autocast():
            found = self.token_loss.summed(batch)
        if not torch.isfinite(found.total):
            raise self.not_finite("loss", batch["rows"].tolist())
        return found

    def not_finite(self, what: str, numbers: Iterable[int]) -> CuratorError:
        """The error for a step whose loss or gradient is no number."""
        ids = ", ".join(self._rows.items[number].id for number in numbers)
        return CuratorError(
            f"The {what} is not a finite number at step {self.state.global_step + 1}, rows {ids}.",
            "Lower train.learning_rate, and look at those rows.",
        )

    def _get_train_sampler(self, train_dataset: Any = None) -> EpochSampler:
        return self._sampler

    def set_epoch(self, epoch: int) -> None:
        """Choose the order of the rows."""
        self._sampler.set_epoch(epoch)

    def remember(self) -> None:
        """Keep what is known of the rows; every process knows it, and one writes."""
        if self.world.is_first:
            self._memory.save()

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        save_weights(self.model, self.tokenizer, Path(str(output_dir)))

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        # Each process adds the state of its random numbers to what the first one writes.
        self.world.everywhere(lambda: super(TuningTrainer, self)._save_checkpoint(model, trial))
        self.world.first(self._seal)

    def _seal(self) -> None:
        step = self.state.global_step
        self.remember()
        checkpoints.seal(checkpoints.folder(self._run_dir) / f"checkpoint-{step}", self._run_dir)
        checkpoints.rotate(self._run_dir, _KEPT)
        self._events.write("checkpoint", step=step, steps=self.state.max_steps, epoch=self.state.epoch)


def _later(rate: Callable[[int], float], steps: int, step: int) -> float:
    return rate(step + steps)


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
        activation_checkpointing=fit.checkpointing,
        activation_checkpointing_kwargs={"use_reentrant": False} if fit.checkpointing else None,
        learning_rate=rate,
        lr_scheduler_type=constant if settings.schedule == "constant" else settings.schedule,
        warmup_steps=settings.warmup,
        weight_decay=settings.weight_decay,
        seed=settings.seed,
        bf16=compute_dtype() == torch.bfloat16,
        use_cpu=not cuda,
        dataloader_pin_memory=cuda,
        optim="adamw_torch_fused",
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
