"""Attention of rows that stand in one line: each row by itself, so that no mask is made and no padding computed.

It is to torch's attention what the variable-length functions are to flash attention, and is told no more than they are:
so it serves the models that transformers lets flash attention serve. `selftest` holds it against each model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

TORCH_ATTENTION, ROW_ATTENTION = "sdpa", "sdpa_by_rows"
"""Torch's own, as transformers calls it, and what is registered there for this one."""


def by_rows(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    row_lengths: Sequence[int] | None = None,
    query_lengths: Sequence[int] | None = None,
    sliding_window: int | None = None,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """What each row's queries see of its own keys, [1, queries, heads, size]; without row lengths, torch's attention.

    Args:
        module: The attention of a layer.
        query: [1, heads, queries, size].
        key: [1, heads of keys, places, size]; `value` too.
        value: See `key`.
        attention_mask: For torch's attention; rows have none.
        row_lengths: Places of each row.
        query_lengths: Queries of each row where they are not all of its places but the last ones.
        sliding_window: Places that a query sees, itself among them; None for all before it.
        kwargs: For torch's attention.
    """
    if row_lengths is None:
        return sdpa_attention_forward(module, query, key, value, attention_mask, **kwargs)
    places = list(row_lengths)
    queries = query.split(list(query_lengths or places), 2)
    seen = [
        sdpa_attention_forward(module, q, k, v, _mask(q, k, sliding_window), **kwargs)[0]
        for q, k, v in zip(queries, key.split(places, 2), value.split(places, 2), strict=True)
        if q.shape[2]
    ]
    return torch.cat(seen, dim=1), None


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
    """Give a model that uses torch's attention this one, if it is a model that flash attention could serve."""
    if attention_of(model) == TORCH_ATTENTION and model._supports_flash_attn:
        model.set_attn_implementation(ROW_ATTENTION)


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


AttentionInterface.register(ROW_ATTENTION, by_rows)
AttentionMaskInterface.register(ROW_ATTENTION, sdpa_mask)
