"""An adapter merged into its base: one 16-bit model that needs neither adapter nor quantisation, checked against it.

Merged into the weights as they were published, never into quantised ones: rounding them again would lose a part of the
tune (https://github.com/huggingface/peft/issues/2321). What was tuned on a 4-bit base meets slightly other weights
then, so some test rows are scored by both, and the difference is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM

from curator.errors import CuratorError
from curator.evaluate.reporting import model_card
from curator.evaluate.scores import RowScore
from curator.evaluate.scoring.scorers import score
from curator.files import draft_folder, publish
from curator.records import Frozen
from curator.train import runs
from curator.train.args import ADAPTER, RunSpec
from curator.train.models.adapter import with_adapter
from curator.train.models.model import device, load_run_tokenizer, load_tuned, save_weights
from curator.train.models.model_config import loaded
from curator.train.rows.data import read_rows
from curator.train.rows.render import Renderer

CHECKED = 20
"""Test rows that adapter and merged model both score."""
_COST = {"classification": "log_loss", "instruction": "bits", "text": "bits"}


class Merged(Frozen):
    """What came of a merge."""

    path: Path
    """The folder of the merged model."""
    dtype: str
    """The type of its weights."""
    rows: int
    """Test rows that both scored; 0 where the export has none."""
    same_answers: float
    """Share of them on which both answer the same."""
    largest: float
    """Largest difference of a row's cost: nats of a label, or bits of an answer or window."""


def merge_run(run_dir: Path, out: Path) -> Merged:
    """Merge the adapter of a finished run, and check the outcome as it was written to disk.

    Raises:
        CuratorError: the run is not finished or has no adapter, or the place is taken.
    """
    spec = runs.load(run_dir)
    runs.load_result(run_dir)
    if spec.train.method == "full":
        raise CuratorError(
            f"The run {spec.name} tuned every weight: {run_dir / ADAPTER} is a whole model already.",
            "Use that folder as it is.",
        )
    if out.exists():
        raise CuratorError(f"{out} is there already.", "Choose another place with --out, or remove it.")
    dtype = _sixteen_bits(spec)
    with draft_folder(out.parent, "write the merged model") as draft:
        save_weights(whole_model(run_dir, dtype), load_run_tokenizer(run_dir), draft)
        model_card.write(run_dir, draft)
        found = _checked(spec, run_dir, draft, dtype)
        publish(draft, out)
    return found.model_copy(update={"path": out})


def whole_model(run_dir: Path, dtype: torch.dtype) -> Any:
    """The tuned model of a finished run without adapter: added in single precision, rounded once.

    Raises:
        CuratorError: the base or the adapter cannot be loaded.
    """
    spec, folder = runs.load(run_dir), run_dir / ADAPTER
    source = str(folder) if spec.train.method == "full" else spec.model_path

    def base() -> Any:
        return loaded(AutoModelForCausalLM.from_pretrained, source, dtype=torch.float32, use_safetensors=True)

    if spec.train.method == "full":
        return base().to(dtype)
    return with_adapter(base, folder).merge_and_unload(safe_merge=True).to(dtype)


def _sixteen_bits(spec: RunSpec) -> torch.dtype:
    """The base's own type where it has 16 bits, else bfloat16, which cannot overflow."""
    from transformers import AutoConfig

    config = loaded(AutoConfig.from_pretrained, spec.model_path)
    own = getattr(config.get_text_config(), "dtype", None)
    return own if own in (torch.float16, torch.bfloat16) else torch.bfloat16


def _checked(spec: RunSpec, run_dir: Path, folder: Path, dtype: torch.dtype) -> Merged:
    rows = read_rows(Path(spec.export_path), spec.kind, "test")[:CHECKED]
    renderer = Renderer.of_run(load_run_tokenizer(run_dir), spec)
    merged = loaded(AutoModelForCausalLM.from_pretrained, str(folder), dtype=dtype, use_safetensors=True)
    after = score(merged.to(device()), renderer, rows, spec)
    del merged
    before = score(load_tuned(run_dir), renderer, rows, spec)
    same = sum(one.answer == other.answer for one, other in zip(before, after, strict=True))
    return Merged(
        path=folder,
        dtype=str(dtype).removeprefix("torch."),
        rows=len(rows),
        same_answers=same / len(rows) if rows else 1.0,
        largest=_largest(before, after, _COST[spec.kind]),
    )


def _largest(before: Sequence[RowScore], after: Sequence[RowScore], cost: str) -> float:
    pairs = zip(before, after, strict=True)
    return max((abs(one.values[cost] - other.values[cost]) for one, other in pairs), default=0.0)
