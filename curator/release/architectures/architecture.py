"""One architecture: what llama.cpp's files say of it, and how its tensors lie there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import gguf
import torch

TANH_GELU = ("gelu_new", "gelu_pytorch_tanh", "gelu_fast")
"""transformers' names of the one GELU that llama.cpp reckons, by the hyperbolic tangent."""


def _as_they_are(name: str, tensor: torch.Tensor, config: Any) -> torch.Tensor:
    return tensor


def _none(model: Any, config: Any) -> Mapping[str, torch.Tensor]:
    return {}


class Architecture(NamedTuple):
    """One of llama.cpp's architectures, for models that transformers has under one name."""

    id: gguf.MODEL_ARCH
    """llama.cpp's own."""
    oddities: Callable[[Any], Mapping[str, bool]]
    """What a config may ask that llama.cpp does not do, in words, and whether it asks it."""
    describe: Callable[[gguf.GGUFWriter, Any], None]
    """Writes sizes and settings of a config."""
    laid: Callable[[str, torch.Tensor, Any], torch.Tensor] = _as_they_are
    """A tensor as llama.cpp wants it, by its name there; only its place and shape need be known."""
    more: Callable[[Any, Any], Mapping[str, torch.Tensor]] = _none
    """Tensors that the weights of a model do not hold, by llama.cpp's names."""


def add_sizes(writer: gguf.GGUFWriter, config: Any, inner: int) -> None:
    """Write the sizes that all architectures have; `inner` is the width of the feed-forward layers."""
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(config.num_attention_heads)
    writer.add_vocab_size(config.vocab_size)


def add_grouped_heads(writer: gguf.GGUFWriter, config: Any) -> None:
    """Write the sizes of heads that share keys and values, turned as a whole by their positions."""
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(head_size(config))
    writer.add_value_length(head_size(config))
    writer.add_rope_dimension_count(head_size(config))


def head_size(config: Any) -> int:
    """The numbers of one head."""
    return int(getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads)
