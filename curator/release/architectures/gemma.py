"""Gemma 2 and 3: layers that look at near tokens only between layers that look at all.

transformers multiplies by one more than the weight of a norm, llama.cpp by the weight. The scale of queries cannot be
said in a file: llama.cpp takes the size of a head, and for the models of 27 billion parameters, which it knows by their
number of layers, the hidden size divided by the heads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gguf
import torch

from curator.release.architectures.architecture import (
    TANH_GELU,
    Architecture,
    add_grouped_heads,
    add_sizes,
    head_size,
)

_NEAR = "sliding_attention"


def _oddities(config: Any, layers_of_27b: int) -> Mapping[str, bool]:
    is_27b = config.num_hidden_layers == layers_of_27b
    scale = config.hidden_size // config.num_attention_heads if is_27b else head_size(config)
    return {
        "its activation is not GELU by the tangent": config.hidden_activation not in TANH_GELU,
        "its attention has biases": bool(config.attention_bias),
        "it looks ahead": bool(config.use_bidirectional_attention),
        f"it scales queries by {config.query_pre_attn_scalar}, llama.cpp by {scale}": config.query_pre_attn_scalar
        != scale,
        "its near and far layers follow no pattern that llama.cpp knows": not config.sliding_window
        or _period(config) is None,
    }


def _oddities_2(config: Any) -> Mapping[str, bool]:
    return {
        **_oddities(config, layers_of_27b=46),
        "it does not cap its scores": not (config.attn_logit_softcapping and config.final_logit_softcapping),
        "llama.cpp has no such positions": config.rope_parameters["rope_type"] != "default",
    }


def _oddities_3(config: Any) -> Mapping[str, bool]:
    near, far = (config.rope_parameters[kind]["rope_type"] for kind in (_NEAR, "full_attention"))
    return {
        **_oddities(config, layers_of_27b=62),
        "it caps the scores of attention": bool(config.attn_logit_softcapping),
        "llama.cpp has no such positions": near != "default" or far not in ("default", "linear"),
    }


def _period(config: Any) -> int | None:
    """Of how many layers, two or more, the last looks at all tokens; 0 if none does, None if there is no such order."""
    near = [kind == _NEAR for kind in config.layer_types]
    if all(near):
        return 0
    period = near.index(False) + 1
    fits = near == [(layer + 1) % period != 0 for layer in range(len(near))]
    return period if fits and period > 1 else None


def _describe(writer: gguf.GGUFWriter, config: Any) -> None:
    writer.add_context_length(config.max_position_embeddings)
    add_sizes(writer, config, config.intermediate_size)
    add_grouped_heads(writer, config)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_sliding_window(config.sliding_window)
    writer.add_sliding_window_pattern(_period(config) or 0)
    if config.final_logit_softcapping:
        writer.add_final_logit_softcapping(config.final_logit_softcapping)


def _describe_2(writer: gguf.GGUFWriter, config: Any) -> None:
    _describe(writer, config)
    writer.add_attn_logit_softcapping(config.attn_logit_softcapping)
    writer.add_rope_freq_base(float(config.rope_parameters["rope_theta"]))


def _describe_3(writer: gguf.GGUFWriter, config: Any) -> None:
    _describe(writer, config)
    near, far = (config.rope_parameters[kind] for kind in (_NEAR, "full_attention"))
    writer.add_rope_freq_base(float(far["rope_theta"]))
    writer.add_rope_freq_base_swa(float(near["rope_theta"]))
    if far["rope_type"] == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(far["factor"])


def _laid(name: str, tensor: torch.Tensor, config: Any) -> torch.Tensor:
    return tensor + 1 if name.endswith("_norm.weight") else tensor


GEMMA2 = Architecture(id=gguf.MODEL_ARCH.GEMMA2, oddities=_oddities_2, describe=_describe_2, laid=_laid)
GEMMA3 = Architecture(id=gguf.MODEL_ARCH.GEMMA3, oddities=_oddities_3, describe=_describe_3, laid=_laid)
