"""Llama and what is built like it: Mistral, Qwen 2 and Qwen 3.

llama.cpp takes their tensors as they are, but for the order of rows in the queries and keys of `llama`: there it turns
neighbouring pairs of numbers, and transformers the two halves of a head (https://arxiv.org/abs/2104.09864, section
3.4.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import gguf
import torch

from curator.release.architectures.architecture import Architecture, add_grouped_heads, add_sizes, head_size


def _oddities(config: Any, rope_types: tuple[str, ...]) -> Mapping[str, bool]:
    return {
        "its activation is not SiLU": getattr(config, "hidden_act", "silu") != "silu",
        "some of its layers look at near tokens only": "sliding_attention"
        in (getattr(config, "layer_types", None) or ()),
        "llama.cpp has no such positions": config.rope_parameters["rope_type"] not in rope_types,
    }


def _describe(writer: gguf.GGUFWriter, config: Any) -> None:
    context, window = config.max_position_embeddings, getattr(config, "sliding_window", None)
    # llama.cpp looks at everything: beyond the window it would do what the model was not made for.
    writer.add_context_length(min(context, window) if window else context)
    add_sizes(writer, config, config.intermediate_size)
    add_grouped_heads(writer, config)
    writer.add_rope_freq_base(float(config.rope_parameters["rope_theta"]))
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)


def _laid(name: str, tensor: torch.Tensor, config: Any) -> torch.Tensor:
    if ".attn_q." in name:
        return _in_pairs(tensor, config.num_attention_heads)
    return _in_pairs(tensor, config.num_key_value_heads) if ".attn_k." in name else tensor


def _in_pairs(rows: torch.Tensor, heads: int) -> torch.Tensor:
    """Rows of queries or keys: the two halves of each head laid in each other like the teeth of a zip."""
    halves = rows.reshape(heads, 2, rows.shape[0] // heads // 2, *rows.shape[1:])
    return halves.swapaxes(1, 2).reshape(rows.shape)


def _factors(model: Any, config: Any) -> Mapping[str, torch.Tensor]:
    """What each frequency of the positions is divided by, where they are not the plain ones."""
    if config.rope_parameters["rope_type"] == "default":
        return {}
    places = torch.arange(0, head_size(config), 2, dtype=torch.float32) / head_size(config)
    plain = 1.0 / (float(config.rope_parameters["rope_theta"]) ** places)
    return {"rope_freqs.weight": plain / model.model.rotary_emb.inv_freq.cpu().float()}


LLAMA = Architecture(
    id=gguf.MODEL_ARCH.LLAMA,
    # Kinds of positions that are frequencies and nothing else.
    oddities=partial(_oddities, rope_types=("default", "linear", "llama3")),
    describe=_describe,
    laid=_laid,
    more=_factors,
)
_PLAIN = partial(_oddities, rope_types=("default",))
QWEN2 = Architecture(id=gguf.MODEL_ARCH.QWEN2, oddities=_PLAIN, describe=_describe)
QWEN3 = Architecture(id=gguf.MODEL_ARCH.QWEN3, oddities=_PLAIN, describe=_describe)
