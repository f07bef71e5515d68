"""Attention of rows that stand in one line: each row by itself, without a mask over the line and without padding.

It is to other attentions what the variable-length functions are to flash attention, and is told no more than they are:
so it serves the models that transformers lets flash attention serve. `selftest` holds it against each model.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import eager_mask, sdpa_mask

TORCH_ATTENTION, EAGER_ATTENTION = "sdpa", "eager"
"""As transformers calls them: torch's own, and what a family of models computes by itself, for torch's cannot."""
BY_ROWS = {TORCH_ATTENTION: "sdpa_by_rows", EAGER_ATTENTION: "eager_by_rows"}
"""The same for each row by itself, as they are registered there."""

_EAGER = "eager_attention_forward"


class RowAttention:
    """An attention that can be told the rows of a line; where it is not, it is the one that it is made of."""

    def __init__(self, attend: Callable[..., tuple[torch.Tensor, Any]]) -> None:
        """`attend` sees all that went before where it is given no mask."""
        self._attend = attend

    def __call__(
        self,
        module: Any,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        attention_mask: torch.Tensor | None,
        row_lengths: Sequence[int] | None = None,
        query_lengths: Sequence[int] | None = None,
        sliding_window: int | None = None,
        **kwargs: Any,
    ) -> tuple[torch.Tensor, Any]:
        """What each row's queries see of its own keys, [1, queries, heads, size].

        Args:
            module: The attention of a layer.
            query: [1, heads, queries, size].
            key: [1, heads of keys, places, size]; `value` too.
            value: See `key`.
            attention_mask: For lines that are rows; the rows of a line have none.
            row_lengths: Places of each row of a single line; None where lines are rows.
            query_lengths: Queries of each row where they are not all of its places but the last ones.
            sliding_window: Places that a query sees, itself among them; None for all before it.
            kwargs: For the attention itself.
        """
        if row_lengths is None:
            return self._attend(module, query, key, value, attention_mask, **kwargs)
        places = list(row_lengths)
        queries = query.split(list(query_lengths or places), 2)
        seen = [
            self._attend(module, q, k, v, _mask(q, k, sliding_window), **kwargs)[0]
            for q, k, v in zip(queries, key.split(places, 2), value.split(places, 2), strict=True)
            if q.shape[2]
        ]
        return torch.cat(seen, dim=1), None


def _eager(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    **kwargs: Any,
) -> tuple[torch.Tensor, Any]:
    """What the family of a layer computes by itself: it adds a mask of numbers, and looks ahead where there is none."""
    if attention_mask is None:
        attention_mask = torch.ones(query.shape[2], key.shape[2], dtype=torch.bool, device=query.device)
        attention_mask = attention_mask.tril(key.shape[2] - query.shape[2])[None, None]
    if attention_mask.dtype == torch.bool:
        least = torch.finfo(query.dtype).min
        attention_mask = torch.zeros_like(attention_mask, dtype=query.dtype).masked_fill(
            ~attention_mask, least
        )
    attend = getattr(sys.modules[type(module).__module__], _EAGER)
    found: tuple[torch.Tensor, Any] = attend(module, query, key, value, attention_mask, **kwargs)
    return found


def _mask(query: torch.Tensor, key: torch.Tensor, window: int | None) -> torch.Tensor | None:
    """Which keys the last queries of a row see, [1, 1, queries, keys]; None where those are all that went before."""
    asked, places = query.shape[2], key.shape[2]
    width = places if window is None else window
    if asked in (1, places) and places <= width:
        return None
    last = torch.arange(places - asked, places, device=query.device)[:, None]
    at = torch.arange(places, device=query.device)
    return ((at <= last) & (at > last - width))[None, None]


def let_rows_share(model: Any) -> None:
    """Let a model be told the rows of a line, if it is one that flash attention could serve."""
    way = attention_of(model)
    is_known = way == TORCH_ATTENTION or hasattr(sys.modules[type(model).__module__], _EAGER)
    if way in BY_ROWS and is_known and model._supports_flash_attn:
        model.set_attn_implementation(BY_ROWS[way])


def attention_of(model: Any) -> str:
    """How attention is computed, as transformers names it."""
    return str(getattr(model.config.get_text_config(), "_attn_implementation", ""))


def apart(position_ids: torch.Tensor) -> dict[str, Any]:
    """What a model is told of the rows of a line whose positions, [1, places], begin at 0 with each."""
    starts = (position_ids[0] == 0).nonzero()[:, 0].tolist()
    ends = [*starts[1:], position_ids.shape[1]]
    return told([end - start for start, end in zip(starts, ends, strict=True)], position_ids.device)


def told(row_lengths: Sequence[int], device: torch.device) -> dict[str, Any]:
    """What a model is told of the rows of a line.

    A mask of four dimensions is made already for transformers: it is handed on, and here nobody reads it.
    """
    return {
        "attention_mask": torch.zeros(1, 1, 1, 1, device=device),
        "row_lengths": list(row_lengths),
    }


by_rows = RowAttention(sdpa_attention_forward)
"""Torch's attention for each row by itself."""
AttentionInterface.register(BY_ROWS[TORCH_ATTENTION], by_rows)
AttentionMaskInterface.register(BY_ROWS[TORCH_ATTENTION], sdpa_mask)
AttentionInterface.register(BY_ROWS[EAGER_ATTENTION], RowAttention(_eager))
AttentionMaskInterface.register(BY_ROWS[EAGER_ATTENTION], eager_mask)
