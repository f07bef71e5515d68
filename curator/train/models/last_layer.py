"""The last layer of a model, computed only where something is learned.

Nobody reads what the last layer makes of a token but the head, and the head is wanted at learned tokens alone. Other
tokens are needed there as keys and values, that learned ones look at them; their queries, and all that a layer does
behind its attention, would go nowhere, and the gradients of that are nought.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from curator.train.models.row_attention import BY_ROWS, TORCH_ATTENTION, by_rows

_FAMILIES = ("llama", "mistral", "qwen2", "qwen3", "gemma3_text")
"""Types of models whose layers do what is done here; others with the same parts turn heads in part, or have experts."""
_FEW = 4
"""Of padded lines, queries are chosen where none has more than one in so many: a mask is needed, which costs too."""


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

    def of_rows(self, row_lengths: Sequence[int]) -> list[int]:
        """Wanted places of each row of a single line."""
        counts = torch.stack([row.sum() for row in self._wanted[0].split(list(row_lengths))])
        found: list[int] = counts.tolist()
        return found

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
    rows = kwargs.get("row_lengths")
    is_worth_it = rows is not None or places.most * _FEW <= states.shape[1]
    if args or not is_worth_it or not _asks_simply(attention, kwargs):
        seen, *_ = attention(normed, *args, **kwargs)
        return places.of_all(states), places.of_all(seen)
    seen = _seen(attention, normed, places, kwargs)
    return places.of_all(states), places.of_chosen(seen)


def _asks_simply(attention: Any, kwargs: dict[str, Any]) -> bool:
    """Whether the attention does no more than `_seen`: nothing is remembered, dropped or capped, nor looks ahead."""
    return (
        attention.config._attn_implementation in (TORCH_ATTENTION, BY_ROWS[TORCH_ATTENTION])
        and attention.is_causal
        and not (attention.training and attention.attention_dropout)
        and getattr(attention, "attn_logit_softcapping", None) is None
        and kwargs.get("past_key_values") is None
    )


def _seen(attention: Any, normed: torch.Tensor, places: Places, kwargs: dict[str, Any]) -> torch.Tensor:
    """What the attention sees from the wanted places of each line, [lines, places, size].

    Args:
        attention: As in Llama.
        normed: What it is given, [lines, width, size].
        places: Those that are wanted.
        kwargs: With `position_embeddings`, cosines and sines, [1 or lines, width, head].
    """
    lines, index = len(normed), places.index().to(normed.device)
    rotate_half = sys.modules[type(attention).__module__].rotate_half
    at = [part.expand(lines, -1, -1) for part in kwargs["position_embeddings"]]

    def turned(x: torch.Tensor, norm: str, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
        heads = x.view(*x.shape[:-1], -1, attention.head_dim)
        heads = (getattr(attention, norm)(heads) if hasattr(attention, norm) else heads).transpose(1, 2)
        found: torch.Tensor = heads * cos[:, None] + rotate_half(heads) * sin[:, None]
        return found

    queries = turned(attention.q_proj(_at(normed, index)), "q_norm", *(_at(part, index) for part in at))
    told = _told(attention, places, index, kwargs)
    if "row_lengths" in told:
        normed, *at = (_without_ends(x, kwargs["row_lengths"]) for x in (normed, *at))
    keys = turned(attention.k_proj(normed), "k_norm", *at)
    values = attention.v_proj(normed).view(lines, normed.shape[1], -1, attention.head_dim).transpose(1, 2)
    out, _ = by_rows(attention, queries, keys, values, scaling=attention.scaling, **told)
    made: torch.Tensor = attention.o_proj(out.reshape(lines, index.shape[1], -1))
    return made


def _told(attention: Any, places: Places, index: torch.Tensor, kwargs: dict[str, Any]) -> dict[str, Any]:
    """What the attention is told about what the chosen queries see."""
    rows, mask = kwargs.get("row_lengths"), kwargs.get("attention_mask")
    if rows is not None:
        # Learned is the end of a row; its last token has nothing to tell, so that queries come last without it.
        window = getattr(
            attention if hasattr(attention, "sliding_window") else attention.config, "sliding_window", None
        )
        lengths = {"row_lengths": [length - 1 for length in rows], "query_lengths": places.of_rows(rows)}
        return {"attention_mask": None, "sliding_window": window, **lengths}
    if mask is None:
        width = kwargs["position_embeddings"][0].shape[1]
        seen = torch.arange(width, device=index.device) <= index[:, :, None]
    else:
        lines, width = len(index), mask.shape[-1]
        seen = _at(mask.expand(lines, 1, width, width)[:, 0], index)
    return {"attention_mask": seen[:, None], "is_causal": False}


def _without_ends(x: torch.Tensor, row_lengths: Sequence[int]) -> torch.Tensor:
    """All places of a line but the last one of each row, [1, places, size]."""
    return torch.cat([row[:, :-1] for row in x.split(list(row_lengths), 1)], dim=1)


def _at(x: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
    """Some places of each line, [lines, places, size]."""
    return x.gather(1, index[:, :, None].expand(-1, -1, x.shape[-1]))
