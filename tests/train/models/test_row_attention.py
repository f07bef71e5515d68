"""Each row of a line sees itself alone, and of that what went before, as far as its window reaches."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from torch.nn import functional

from curator.train.loop.loss import TokenLoss
from curator.train.models.row_attention import BY_ROWS, apart, attention_of, by_rows, let_rows_share
from curator.train.rows.packing import packed
from curator.train.rows.render import Rendered
from tests.train.families import FAMILIES, gemma2

LENGTHS = [5, 1, 9, 3]
PLACES = sum(LENGTHS)
ATTENTION = SimpleNamespace(num_key_value_groups=2, is_causal=True)


def heads(count: int) -> torch.Tensor:
    return torch.randn(1, count, PLACES, 8, generator=torch.Generator().manual_seed(count))


def seen_by_a_mask(window: int) -> torch.Tensor:
    """The same by one mask over all places, [1, places, heads, size]."""
    owner = torch.repeat_interleave(torch.tensor(LENGTHS))
    at = torch.arange(PLACES)
    mask = (owner[:, None] == owner) & (at <= at[:, None]) & (at > at[:, None] - window)
    keys = heads(2).repeat_interleave(2, 1)
    return functional.scaled_dot_product_attention(heads(4), keys, keys, attn_mask=mask).transpose(1, 2)


@pytest.mark.parametrize("window", [None, 1, 3, 5, 99])
def test_a_row_sees_what_one_large_mask_would_let_it_see(window):
    seen, _ = by_rows(
        ATTENTION, heads(4), heads(2), heads(2), None, row_lengths=LENGTHS, sliding_window=window
    )
    assert torch.allclose(seen, seen_by_a_mask(window or PLACES), atol=1e-6)


@pytest.mark.parametrize("window", [None, 3])
@pytest.mark.parametrize("asked", [[2, 1, 4, 0], [1, 1, 1, 1], LENGTHS])
def test_the_last_queries_of_rows_see_what_they_see_among_all(asked, window):
    ends = torch.tensor(LENGTHS).cumsum(0).tolist()
    places = [place for end, count in zip(ends, asked, strict=True) for place in range(end - count, end)]
    lengths = {"row_lengths": LENGTHS, "query_lengths": asked}
    seen, _ = by_rows(
        ATTENTION, heads(4)[:, :, places], heads(2), heads(2), None, sliding_window=window, **lengths
    )
    assert torch.allclose(seen, seen_by_a_mask(window or PLACES)[:, places], atol=1e-6)


def test_rows_begin_where_positions_do():
    assert apart(torch.tensor([[0, 1, 2, 0, 0, 1]]))["row_lengths"] == [3, 1, 2]


@pytest.mark.parametrize("attention", BY_ROWS)
def test_a_model_keeps_its_way_and_takes_each_row_by_itself(attention):
    model = FAMILIES["llama"](50)
    model.set_attn_implementation(attention)
    assert not TokenLoss(model).packs
    let_rows_share(model)
    assert attention_of(model) == BY_ROWS[attention]
    assert TokenLoss(model).packs


def test_a_model_that_flash_attention_does_not_serve_keeps_torchs_own(monkeypatch):
    model = FAMILIES["llama"](50)
    monkeypatch.setattr(type(model), "_supports_flash_attn", False)
    let_rows_share(model)
    assert attention_of(model) == "sdpa"
    assert not TokenLoss(model).packs


def test_logits_that_are_capped_are_so_in_each_row():
    model = gemma2(50)
    rows = [Rendered(tuple(range(1, 1 + count)), 1, "") for count in (9, 3, 6)]
    alone = TokenLoss(model).summed(packed(rows, 0, together=False)).by_row
    let_rows_share(model)
    loss = TokenLoss(model)
    assert loss.packs
    assert torch.allclose(loss.summed(packed(rows, 0)).by_row, alone, atol=1e-5)
    assert torch.allclose(loss.summed(packed(rows, 0, together=False)).by_row, alone, atol=1e-5)
