"""GPT-2: positions that are learned, and weights that lie the other way round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gguf
import torch

from curator.release.architectures.architecture import TANH_GELU, Architecture, add_sizes

_TURNED = ("attn_qkv.weight", "attn_output.weight", "ffn_up.weight", "ffn_down.weight")
"""Convolutions of width one in transformers, which keep a column for each number that comes out."""


def _oddities(config: Any) -> Mapping[str, bool]:
    return {
        "its activation is not GELU by the tangent": config.activation_function not in TANH_GELU,
        "it scales attention in a way of its own": not config.scale_attn_weights
        or config.scale_attn_by_inverse_layer_idx,
        "it has cross-attention": bool(config.add_cross_attention),
    }


def _describe(writer: gguf.GGUFWriter, config: Any) -> None:
    writer.add_context_length(config.max_position_embeddings)
    add_sizes(writer, config, config.n_inner or 4 * config.hidden_size)
    writer.add_layer_norm_eps(config.layer_norm_epsilon)


def _laid(name: str, tensor: torch.Tensor, config: Any) -> torch.Tensor:
    return tensor.T if name.endswith(_TURNED) else tensor


GPT2 = Architecture(id=gguf.MODEL_ARCH.GPT2, oddities=_oddities, describe=_describe, laid=_laid)
