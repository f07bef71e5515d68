"""One training run by one system, measured in a process of its own (see `_train_run.py`).

Every system is given the same model, adapter, rendered rows, rate and rows per step; told are seconds, peak memory,
tokens and the loss on the same validation rows, by the same code.
"""

from __future__ import annotations

import gc
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from peft import get_peft_model
from transformers import set_seed

from curator.config import EvaluateSettings, TrainSettings
from curator.train.args import RunSpec
from curator.train.loop import selftest
from curator.train.loop.conductor import summed_loss
from curator.train.loop.fitting import Fit
from curator.train.loop.loss import TokenLoss
from curator.train.loop.trainer import TuningTrainer
from curator.train.models.model import adapter_settings, device, load_base, load_for_training
from curator.train.models.tokenizer import load_tokenizer
from curator.train.progress import EventLog
from curator.train.rows.batch import Item, Rows
from curator.train.rows.packing import StepCollator
from curator.train.rows.render import Rendered

_KEPT: dict[str, Any] = {"gradient_checkpointing": False}
_SORTED: dict[str, Any] = {"train_sampling_strategy": "group_by_length"}
DEFAULTS = "TRL, defaults"
PEERS: dict[str, dict[str, Any]] = {
    DEFAULTS: {},
    "TRL, activations kept": _KEPT,
    "TRL, kept, by length": _KEPT | _SORTED,
    "TRL, kept, padding-free": _KEPT | {"padding_free": True},
    "TRL, kept, both": _KEPT | _SORTED | {"padding_free": True},
}
"""Settings that change the time of a step, not what it learns; packing would change the rows per step.

By default TRL computes activations anew in the backward pass; where there is memory for them, keeping them is quicker.
"""


def rows_of(case: dict[str, Any], side: str) -> Rows:
    """Rendered rows of one side."""
    return Rows(
        [Item(str(n), Rendered(tuple(ids), given, ""), str(n)) for n, (ids, given) in enumerate(case[side])],
        (),
    )


def spec_of(case: dict[str, Any]) -> RunSpec:
    """The run that a case stands for."""
    settings = {
        "epochs": case["epochs"],
        "learning_rate": case["rate"],
        "warmup": 0.0,
        "schedule": "constant",
    }
    sizes = {"batch_size": case["batch"], "micro_batch_size": case["micro"], "seed": case["seed"]}
    return RunSpec(
        name="bench",
        created="",
        kind="instruction",
        model=case["model"],
        model_path=case["model"],
        export_path="",
        export_sha256={},
        train=TrainSettings.model_validate({"method": case["method"], **settings, **sizes}),
        evaluate=EvaluateSettings(),
    )


def with_curator(case: dict[str, Any], model: Any, folder: Path) -> tuple[float, float]:
    """Seconds of ours, of the clock and of the processor; the trial before the first step is among them."""
    rows, tokenizer = rows_of(case, "train"), load_tokenizer(case["model"])
    began = time.perf_counter(), time.process_time()
    trainer = TuningTrainer(
        spec_of(case), folder, model, tokenizer, rows, EventLog(folder), Fit(case["micro"], False)
    )
    trainer.collator.together = selftest.prove(model, trainer.token_loss, rows, tokenizer.pad_token_id).packs
    trainer.train()
    return time.perf_counter() - began[0], time.process_time() - began[1]


def with_trl(case: dict[str, Any], model: Any, folder: Path, **settings: Any) -> tuple[float, float]:
    """Seconds of TRL's trainer for supervised fine-tuning, of the clock and of the processor."""
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    labels = [[-100] * given + ids[given:] for ids, given in case["train"]]
    rows = Dataset.from_dict({"input_ids": [ids for ids, _ in case["train"]], "labels": labels})
    arguments = SFTConfig(
        output_dir=str(folder),
        num_train_epochs=case["epochs"],
        per_device_train_batch_size=case["micro"],
        gradient_accumulation_steps=case["batch"] // case["micro"],
        learning_rate=case["rate"],
        lr_scheduler_type="constant",
        seed=case["seed"],
        bf16=device().type == "cuda",
        use_cpu=device().type == "cpu",
        save_strategy="no",
        logging_steps=1,
        report_to="none",
        disable_tqdm=True,
        max_length=None,
        **settings,
    )
    began = time.perf_counter(), time.process_time()
    trainer = SFTTrainer(
        model=model, args=arguments, train_dataset=rows, processing_class=load_tokenizer(case["model"])
    )
    trainer.train()
    return time.perf_counter() - began[0], time.process_time() - began[1]


def with_adapter(spec: RunSpec) -> Any:
    """The same model with the same adapter as PEFT makes it."""
    base = load_base(spec).train().requires_grad_(False)
    torch.manual_seed(spec.train.seed)
    return get_peft_model(base, adapter_settings(spec))


def main(system: str, case: dict[str, Any]) -> dict[str, float]:
    """Train by one system, and measure."""
    set_seed(case["seed"])
    spec = spec_of(case)
    if system == "curator":
        # As the process of a run does.
        gc.freeze()
    model = load_for_training(spec) if system == "curator" else with_adapter(spec)
    before = _peak()
    with tempfile.TemporaryDirectory() as place:
        if system == "curator":
            seconds, processor = with_curator(case, model, Path(place))
        else:
            seconds, processor = with_trl(case, model, Path(place), **PEERS[system])
    peak = _peak()
    rows = rows_of(case, "validation")
    collator = StepCollator(rows, load_tokenizer(case["model"]).pad_token_id, 1024, together=False)
    total, learned = summed_loss(model, TokenLoss(model), collator(range(len(rows)))["passes"])
    tokens = case["epochs"] * sum(len(ids) for ids, _ in case["train"])
    trained = case["epochs"] * sum(len(ids) - given for ids, given in case["train"])
    figures = {
        "seconds": seconds,
        "processor": processor,
        "peak": peak,
        "before": before,
        "loss": total / learned,
    }
    return figures | {"tokens": tokens, "trained": trained}


def _peak() -> float:
    """The most memory held so far, in MiB."""
    if device().type == "cuda":
        return torch.cuda.max_memory_allocated() / 2**20
    # Not getrusage: what it tells may be that of the process which started this one.
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 2**10
