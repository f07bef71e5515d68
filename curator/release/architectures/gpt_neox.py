"""GPT-NeoX, Pythia among them: attention and feed-forward side by side, heads that are turned in part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gguf
import torch

from curator.release.architectures.architecture import TANH_GELU, Architecture, add_sizes, head_size


def _oddities(config: Any) -> Mapping[str, bool]:
    return {
        # The two ways to reckon GELU differ by less than the 16 bits in which llama.cpp keeps its values.
        "its activation is not GELU": config.hidden_act not in ("gelu", *TANH_GELU),
        "its attention has no biases": not config.attention_bias,
        "it has one matrix for what goes in and what comes out": bool(config.tie_word_embeddings),
        "llama.cpp has no such positions": config.rope_parameters["rope_type"] != "default",
    }


def _describe(writer: gguf.GGUFWriter, config: Any) -> None:
    rope = config.rope_parameters
    writer.add_context_length(config.max_position_embeddings)
    add_sizes(writer, config, config.intermediate_size)
    writer.add_rope_dimension_count(int(head_size(config) * rope.get("partial_rotary_factor", 1.0)))
    writer.add_rope_freq_base(float(rope["rope_theta"]))
    writer.add_parallel_residual(config.use_parallel_residual)
    writer.add_layer_norm_eps(config.layer_norm_eps)


def _laid(name: str, tensor: torch.Tensor, config: Any) -> torch.Tensor:
    """Queries of all heads, then keys, then values, where transformers has the three of each head together."""
    if ".attn_qkv." not in name:
        return tensor
    by_head = tensor.reshape(config.num_attention_heads, 3, head_size(config), *tensor.shape[1:])
    return by_head.swapaxes(0, 1).reshape(tensor.shape)


GPT_NEOX = Architecture(id=gguf.MODEL_ARCH.GPTNEOX, oddities=_oddities, describe=_describe, laid=_laid)
