"""Base models and adapters: loaded, quantised, wrapped, saved and loaded again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import torch
from bitsandbytes.nn import Linear4bit, Linear8bitLt
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import (
    MODEL_FOR_CAUSAL_LM_MAPPING,
    AutoConfig,
    AutoModelForCausalLM,
    BitsAndBytesConfig,
)
from transformers.utils import is_flash_attn_2_available

from curator.errors import CuratorError
from curator.files import give_usual_modes
from curator.train import runs
from curator.train.args import ADAPTER, RunSpec
from curator.train.failure import is_out_of_memory
from curator.train.models.adapter import with_adapter
from curator.train.models.fused_lora import fuse
from curator.train.models.model_config import loaded
from curator.train.models.row_attention import let_rows_share
from curator.train.models.tokenizer import load_tokenizer

System = Literal["base", "tuned"]

ALL_GPUS = "auto"
"""In place of a device: a model is laid out over all GPUs of the machine, layer after layer."""

FLASH_ATTENTION = "flash_attention_2"
"""What `transformers` calls it."""

_FLASH_CAPABILITY = (8, 0)
"""The oldest GPUs that have it: Ampere (https://github.com/Dao-AILab/flash-attention)."""

_SMALL_MODEL = 100_000_000
"""Weights under which a model wants a higher learning rate."""


def device() -> torch.device:
    """Where a run goes: the GPU of this process, or else the CPU."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", torch.cuda.current_device())


def compute_dtype() -> torch.dtype:
    """bfloat16 where a GPU has it, else single precision; half precision overflows in tuning."""
    return torch.bfloat16 if device().type == "cuda" and torch.cuda.is_bf16_supported() else torch.float32


def place_of_all(spec: RunSpec) -> str:
    """Where one process holds a whole model: a base that is divided for tuning may fit on no single GPU."""
    spread = spec.train.shard and torch.cuda.is_available() and torch.cuda.device_count() > 1
    return ALL_GPUS if spread else str(device())


def load_base(spec: RunSpec) -> Any:
    """The untuned model, quantised as the run has it, ready to be scored.

    Raises:
        CuratorError: it cannot be loaded, or nothing in it could be quantised.
    """
    return _base(spec, place_of_all(spec)).eval()


def load_for_training(spec: RunSpec, place: str = "") -> Any:
    """The model with what shall be trained: a new adapter on a frozen base, or every weight.

    Args:
        spec: What is trained.
        place: Where it is loaded to, by default the device of this process.

    Raises:
        CuratorError: it cannot be loaded, or has no layer that an adapter fits on.
    """
    base = _base(spec, place or str(device()), training_attention(spec))
    let_rows_share(base)
    if spec.train.method == "full":
        return base.requires_grad_(True)
    base.requires_grad_(False)
    torch.manual_seed(spec.train.seed)
    model = _with_new_adapter(base, spec)
    if not any("lora_B" in name for name, _ in model.named_parameters()):
        raise CuratorError(f"No layer of {spec.model} takes an adapter.", "Tune it with --method full.")
    fuse(model)
    return model


def adapter_settings(spec: RunSpec) -> LoraConfig:
    """The adapter of a run: on every linear layer but the head."""
    return LoraConfig(
        r=spec.train.lora_rank,
        lora_alpha=spec.train.lora_alpha,
        lora_dropout=spec.train.lora_dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )


def load_tuned(run_dir: Path) -> Any:
    """The tuned model of a finished run, fresh from disk, ready to be scored.

    Raises:
        CuratorError: the run is not finished, or its model cannot be loaded.
    """
    spec, folder = runs.load(run_dir), _tuned_folder(run_dir)
    if spec.train.method == "full":
        return _weights(str(folder), **_placement(torch.float32, str(device()))).eval()
    return with_adapter(lambda: _base(spec, place_of_all(spec)), folder).eval()


def load_system(run_dir: Path, system: System) -> Any:
    """The base or the tuned model of a run.

    Raises:
        CuratorError: it cannot be loaded.
    """
    return load_tuned(run_dir) if system == "tuned" else load_base(runs.load(run_dir))


def load_run_tokenizer(run_dir: Path) -> Any:
    """The tokenizer that was saved with a finished run.

    Raises:
        CuratorError: the run has none.
    """
    return load_tokenizer(str(_tuned_folder(run_dir)))


def _tuned_folder(run_dir: Path) -> Path:
    """Where the tuned model of a run and its tokenizer are."""
    folder = run_dir / ADAPTER
    if not folder.is_dir():
        runs.load_result(run_dir)
        raise CuratorError(
            f"The tuned model of the run {run_dir.name} is gone: there is no folder {folder}.",
            "Put it back, or tune another run with `curator train`.",
        )
    return folder


@contextmanager
def base_view(model: Any) -> Iterator[Any]:
    """The untuned model inside a model with an adapter: the same weights, the adapter switched off.

    Raises:
        TypeError: every weight was tuned, so that the base must be loaded by itself.
    """
    if not isinstance(model, PeftModel):
        raise TypeError("a fully tuned model has no base inside; use load_base")
    with model.disable_adapter():
        yield model


def learning_rate(spec: RunSpec, model: Any) -> float:
    """The rate that was asked for, or the default of `TrainSettings.learning_rate`."""
    if spec.train.learning_rate is not None:
        return spec.train.learning_rate
    rate = 1e-3 if parameter_counts(model)[0] < _SMALL_MODEL else 2e-4
    return rate / 10 if spec.train.method == "full" else rate


def parameter_counts(model: Any) -> tuple[int, int]:
    """Weights in all and weights that are trained; a 4-bit byte counts as the two weights that it holds."""
    every = trained = 0
    packed = {id(module.weight) for module in model.modules() if isinstance(module, Linear4bit)}
    for parameter in model.parameters():
        every += parameter.numel() * (2 * parameter.element_size() if id(parameter) in packed else 1)
        trained += parameter.numel() if parameter.requires_grad else 0
    return every, trained


def held_bytes(model: Any) -> int:
    """Memory of the weights as they are, of a gradient for each trained one, and of the two states of AdamW."""
    held = [weight.nbytes * (4 if weight.requires_grad else 1) for weight in model.parameters()]
    return sum(held) + sum(buffer.nbytes for buffer in model.buffers())


def save_weights(model: Any, tokenizer: Any, folder: Path) -> None:
    """Write the adapter or the whole model as safetensors, with the tokenizer and its template."""
    if isinstance(model, PeftModel):
        # The default would look at the base's config on the hub to learn whether tokens were added.
        model.save_pretrained(str(folder), save_embedding_layers=False)
    else:
        model.save_pretrained(str(folder))
    give_usual_modes(folder, "*.safetensors")
    tokenizer.save_pretrained(str(folder))


def training_attention(spec: RunSpec) -> str | None:
    """Flash attention where it is installed, and the GPU, the type of the weights and the model allow it.

    Elsewhere None: the library takes torch's, or the family's own where torch's does not serve.

    For training alone: scoring masks what its kernels cannot.

    Raises:
        CuratorError: the model's config cannot be loaded.
    """
    fits = device().type == "cuda" and _base_dtype(spec).itemsize == 2 and is_flash_attn_2_available()
    if not fits or torch.cuda.get_device_capability() < _FLASH_CAPABILITY:
        return None
    config = loaded(AutoConfig.from_pretrained, spec.model_path)
    architecture = MODEL_FOR_CAUSAL_LM_MAPPING.get(type(config), None)
    return FLASH_ATTENTION if getattr(architecture, "_supports_flash_attn", False) else None


def _base_dtype(spec: RunSpec) -> torch.dtype:
    return torch.float32 if spec.train.method == "full" else compute_dtype()


def _base(spec: RunSpec, place: str, attention: str | None = None) -> Any:
    dtype = _base_dtype(spec)
    options = _placement(dtype, place, attention)
    if spec.train.method != "qlora":
        return _weights(spec.model_path, **options)
    if spec.train.bits == 8:
        options["quantization_config"] = BitsAndBytesConfig(load_in_8bit=True)
    else:
        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=dtype,
        )
    model = _weights(spec.model_path, **options)
    keep_differentiable(model)
    return model


def keep_differentiable(model: Any) -> None:
    """Forbid 4-bit layers to repack themselves for fast inference on a CPU.

    After one forward pass in evaluation mode they would let no gradient through any more, without a word.

    Raises:
        CuratorError: there is no quantised layer, though the run asks for them.
    """
    layers = [module for module in model.modules() if isinstance(module, (Linear4bit, Linear8bitLt))]
    if not layers:
        raise CuratorError("No layer of the model could be quantised.", "Tune it with --method lora.")
    for layer in layers:
        if isinstance(layer, Linear4bit):
            layer.support_avx512bf16_for_cpu = False


def _with_new_adapter(base: Any, spec: RunSpec) -> Any:
    try:
        return get_peft_model(base, adapter_settings(spec))
    except ValueError as error:
        raise CuratorError(
            f"No adapter fits on {spec.model}: {error}", "Tune it with --method full."
        ) from error
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        # Smaller passes would not help: it is the weights that are too many.
        raise CuratorError(
            f"The model {spec.model} does not fit into memory with an adapter of rank {spec.train.lora_rank:,}.",
            "Lower train.lora_rank, or take a smaller model.",
        ) from error


def _placement(dtype: torch.dtype, place: str, attention: str | None = None) -> dict[str, Any]:
    return {
        "dtype": dtype,
        "use_safetensors": True,
        "attn_implementation": attention,
        "device_map": place if place == ALL_GPUS else {"": place},
        "low_cpu_mem_usage": True,
    }


def _weights(model_path: str, **options: Any) -> Any:
    load = AutoModelForCausalLM.from_pretrained
    model, found = loaded(load, model_path, output_loading_info=True, **options)
    lacking = sorted(map(str, [*found["missing_keys"], *found["mismatched_keys"]]))
    if lacking:
        # The library would fill them with random numbers and go on.
        raise CuratorError(
            f"The weights in {model_path} are not those of its config: {len(lacking)} are missing or of another "
            f"shape, first {lacking[0]}.",
            "Get the model again.",
        )
    return model
