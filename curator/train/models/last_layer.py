"""The last layer of a model, computed only where something is learned.

Nobody reads what the last layer makes of a token but the head, and the head is wanted at learned tokens alone. Other
tokens are needed there as keys and values, that learned ones look at them; their queries, and all that a layer does
behind its attention, would go nowhere, and the gradients of that are nought.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from transformers.integrations.sdpa_attention import sdpa_attention_forward

_FAMILIES = ("llama", "mistral", "qwen2", "qwen3", "gemma3_text")
"""Types of models whose layers do what is done here; others with the same parts turn heads in part, or have experts."""
_FEW = 4
"""Queries are chosen where no line has more than one in so many: for that a mask is needed, which costs time too."""


class Places:
    """Places of lines at which states are wanted."""

    def __init__(self, wanted: torch.Tensor) -> None:
        """`wanted` is true at them, [lines, width]; there is one at least."""
        self._wanted = wanted
        counts = wanted.sum(1, keepdim=True)
        self.most = int(counts.max())
        """Wanted places of the line that has most of them."""
        self._is_own = torch.arange(self.most, device=wanted.device) < counts

    def index(self) -> torch.Tensor:
        """The wanted places of each line in order, filled up with others, [lines, most]."""
        return self._wanted.byte().argsort(dim=1, descending=True, stable=True)[:, : self.most]

    def of_all(self, states: torch.Tensor) -> torch.Tensor:
        """Those of the states of all places, [lines, width, size], that are wanted, [places, size]."""
        return states[self._wanted.to(states.device)]

    def of_chosen(self, states: torch.Tensor) -> torch.Tensor:
        """Those of the states at `index`, [lines, most, size], that are wanted, [places, size]."""
        return states[self._is_own.to(states.device)]


class LastLayer:
    """Stands in front of a layer; while no places are chosen the layer goes on as it is."""

    def __init__(self, layer: Any) -> None:
        self._layer = layer
        self._whole = layer.forward
        self._places: Places | None = None
        layer.forward = self._forward

    @contextmanager
    def only(self, places: Places) -> Iterator[None]:
        """Let the layer give the states of the wanted places alone, [1, places, size]."""
        self._places = places
        try:
            yield
        finally:
            self._places = None

    def _forward(self, states: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        places, layer = self._places, self._layer
        if places is None:
            return self._whole(states, *args, **kwargs)
        before, seen = _attended(layer, states, places, args, kwargs)
        if not hasattr(layer, "pre_feedforward_layernorm"):
            chosen = (before + seen)[None]
            return chosen + layer.mlp(layer.post_attention_layernorm(chosen))
        # Both halves are normalised before and behind them, as in Gemma.
        chosen = (before + layer.post_attention_layernorm(seen))[None]
        return chosen + layer.post_feedforward_layernorm(layer.mlp(layer.pre_feedforward_layernorm(chosen)))


def last_layer(body: Any) -> LastLayer | None:
    """The last layer of a model's body, if its family is known here.

    A layer that the library moves between devices keeps its own way.
    """
    if body.config.model_type not in _FAMILIES:
        return None
    last = body.layers[-1]
    standing = getattr(last.forward, "__self__", None)
    if isinstance(standing, LastLayer):
        return standing
    return None if hasattr(last, "_hf_hook") else LastLayer(last)


def _attended(
    layer: Any, states: torch.Tensor, places: Places, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[torch.Tensor, torch.Tensor]:
    """What the layer is given, and what its attention sees, at the wanted places, [places, size] each."""
    attention, normed = layer.self_attn, layer.input_layernorm(states)
    if args or places.most * _FEW > states.shape[1] or not _asks_simply(attention, kwargs):
        seen, *_ = attention(normed, *args, **kwargs)
        return places.of_all(states), places.of_all(seen)
    index = places.index().to(states.device)
    seen = _seen(attention, normed, index, kwargs["position_embeddings"], kwargs.get("attention_mask"))
    return places.of_all(states), places.of_chosen(seen)


def _asks_simply(attention: Any, kwargs: dict[str, Any]) -> bool:
    """Whether the attention does no more than `_seen`: nothing is remembered, dropped or capped, nor looks ahead."""
    return (
        attention.config._attn_implementation == "sdpa"
        and attention.is_causal
        and not (attention.training and attention.attention_dropout)
        and getattr(attention, "attn_logit_softcapping", None) is None
        and kwargs.get("past_key_values") is None
    )


def _seen(
    attention: Any,
    normed: torch.Tensor,
    index: torch.Tensor,
    position_embeddings: tuple[torch.Tensor, torch.Tensor],
    mask: torch.Tensor | None,
) -> torch.Tensor:
    """What the attention sees from some places of each line, [lines, places, size].

    Args:
        attention: As in Llama.
        normed: What it is given, [lines, width, size].
        index: The places, [lines, places].
        position_embeddings: Cosines and sines, [1 or lines, width, head].
        mask: What is seen from where, [1 or lines, 1, width, width]; None for all that went before.
    """
    lines, width, _ = normed.shape
    rotate_half = sys.modules[type(attention).__module__].rotate_half
    cos, sin = (part.expand(lines, -1, -1) for part in position_embeddings)

    def turned(x: torch.Tensor, norm: str, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
        heads = x.view(*x.shape[:-1], -1, attention.head_dim)
        heads = (getattr(attention, norm)(heads) if hasattr(attention, norm) else heads).transpose(1, 2)
        found: torch.Tensor = heads * cos[:, None] + rotate_half(heads) * sin[:, None]
        return found

    at = (cos, sin)
    queries = turned(attention.q_proj(_at(normed, index)), "q_norm", *(_at(part, index) for part in at))
    keys = turned(attention.k_proj(normed), "k_norm", *at)
    values = attention.v_proj(normed).view(lines, width, -1, attention.head_dim).transpose(1, 2)
    if mask is None:
        seen = torch.arange(width, device=index.device) <= index[:, :, None]
    else:
        seen = _at(mask.expand(lines, 1, width, width)[:, 0], index)
    out, _ = sdpa_attention_forward(
        attention, queries, keys, values, seen[:, None], scaling=attention.scaling, is_causal=False
    )
    made: torch.Tensor = attention.o_proj(out.reshape(lines, index.shape[1], -1))
    return made


def _at(x: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
    """Some places of each line, [lines, places, size]."""
    return x.gather(1, index[:, :, None].expand(-1, -1, x.shape[-1]))
