"""The last layer of a model, computed behind its attention only where something is learned.

Nobody reads what the last layer makes of a token but the head, and the head is wanted at learned tokens alone. Behind
its attention a layer looks at each token by itself, so the others can be left out there: their outputs would go
nowhere, and their gradients are nought.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

Select = Callable[[torch.Tensor], torch.Tensor]
"""Takes states, [lines, width, size], and gives those that are wanted, [places, size]."""

_PLAIN = {"input_layernorm", "self_attn", "post_attention_layernorm", "mlp"}
_SANDWICHED = _PLAIN | {"pre_feedforward_layernorm", "post_feedforward_layernorm"}
"""Parts of a layer whose two halves are normalised before and behind them, as in Gemma 2 and 3."""


class LastLayer:
    """Stands in front of a layer; while no places are chosen the layer goes on as it is."""

    def __init__(self, layer: Any) -> None:
        self._layer = layer
        self._whole = layer.forward
        self._select: Select | None = None
        layer.forward = self._forward

    @contextmanager
    def only(self, select: Select) -> Iterator[None]:
        """Let the layer give the states of the chosen places alone, [1, places, size]."""
        self._select = select
        try:
            yield
        finally:
            self._select = None

    def _forward(self, states: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        if self._select is None:
            return self._whole(states, *args, **kwargs)
        layer = self._layer
        seen, *_ = layer.self_attn(layer.input_layernorm(states), *args, **kwargs)
        if not _is_sandwiched(layer):
            chosen = self._select(states + seen)[None]
            return chosen + layer.mlp(layer.post_attention_layernorm(chosen))
        chosen = (self._select(states) + layer.post_attention_layernorm(self._select(seen)))[None]
        made = layer.mlp(layer.pre_feedforward_layernorm(chosen))
        return chosen + layer.post_feedforward_layernorm(made)


def last_layer(body: Any) -> LastLayer | None:
    """The last layer of a model's body, if it is made of the parts that are known here; whoever asks must try it.

    A layer that the library moves between devices keeps its own way.
    """
    layers, norm = getattr(body, "layers", None), getattr(body, "norm", None)
    if not isinstance(layers, torch.nn.ModuleList) or not len(layers) or norm is None:
        return None
    last: Any = layers[-1]
    standing = getattr(last.forward, "__self__", None)
    if isinstance(standing, LastLayer):
        return standing
    parts = {name for name, _ in last.named_children()}
    known = parts in (_PLAIN, _SANDWICHED) and not hasattr(last, "_hf_hook")
    return LastLayer(last) if known else None


def _is_sandwiched(layer: Any) -> bool:
    return hasattr(layer, "pre_feedforward_layernorm")
