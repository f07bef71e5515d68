"""Rows in one line do not see each other, and nothing is computed that stands for nothing."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from curator.errors import CuratorError
from curator.train.loop import selftest
from curator.train.loop.loss import TokenLoss
from curator.train.models.row_attention import BY_ROWS, let_rows_share
from curator.train.rows.batch import IGNORED, Item, Rows
from curator.train.rows.packing import NOBODY, packed, shares_of
from curator.train.rows.render import Rendered
from tests.tiny import make_model
from tests.train.families import FAMILIES

ROWS = [
    Rendered((1, 9, 8, 7, 2), 3, ""),
    Rendered((1, 5, 6), 1, ""),
    Rendered((1, 4, 4, 4, 9, 2, 30, 31, 8), 2, ""),
    Rendered((1, 7), 1, ""),
]


@given(st.lists(st.integers(1, 60), min_size=1, max_size=40), st.integers(1, 200), st.booleans())
def test_every_row_stands_in_one_pass_that_is_no_larger_than_it_may_be(lengths, tokens, together):
    passes = shares_of(lengths, tokens, together)
    assert sorted(row for share in passes for row in share) == list(range(len(lengths)))
    for share in passes:
        held = [lengths[row] for row in share]
        assert len(share) == 1 or (sum(held) if together else max(held) * len(held)) <= tokens


def test_the_learned_tokens_of_a_line_are_those_of_its_rows():
    batch = packed(ROWS, 0)
    assert batch["input_ids"].shape == (1, sum(len(row.ids) for row in ROWS))
    for number, row in enumerate(ROWS):
        mine = batch["owners"] == number
        assert tuple(batch["input_ids"][mine].tolist()) == row.ids
        learned = batch["labels"][mine].tolist()
        assert learned == [IGNORED] * row.prompt_length + list(row.ids[row.prompt_length :])
        assert batch["position_ids"][mine].tolist() == list(range(len(row.ids)))


def test_lines_of_their_own_are_filled_up_with_what_is_nobodys():
    batch = packed(ROWS, 0, together=False)
    assert batch["input_ids"].shape == (len(ROWS), max(len(row.ids) for row in ROWS))
    filling = batch["owners"] == NOBODY
    assert filling.sum() == batch["owners"].numel() - sum(len(row.ids) for row in ROWS)
    assert (batch["labels"][filling] == IGNORED).all()
    assert "position_ids" not in batch


@pytest.mark.parametrize("attention", [*BY_ROWS.values(), *BY_ROWS])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_line_of_rows_has_the_losses_and_gradients_of_its_rows(family, attention):
    model = FAMILIES[family](50).train()
    # The others tell rows apart by their positions too, as flash attention does.
    model.set_attn_implementation(attention)
    token_loss = TokenLoss(model)
    losses, gradients = [], []
    for together in (True, False):
        model.zero_grad()
        found = token_loss.summed(packed(ROWS, 0, together))
        found.total.backward()
        losses.append(found.by_row)
        gradients.append(torch.cat([w.grad.flatten() for w in model.parameters() if w.grad is not None]))
    assert torch.allclose(*losses, atol=1e-5)
    assert torch.allclose(*gradients, atol=1e-5)


def rows_of(rendered: list[Rendered]) -> Rows:
    return Rows([Item(str(number), row) for number, row in enumerate(rendered)], ())


def adapted(model):
    from peft import LoraConfig, get_peft_model

    return get_peft_model(model, LoraConfig(target_modules="all-linear"))


def test_a_model_shows_that_it_learns_what_it_should():
    model = adapted(make_model(50))
    let_rows_share(model.get_base_model())
    proof = selftest.prove(model, TokenLoss(model), rows_of(ROWS * 3), 0)
    assert proof.packs
    assert proof.packed_difference < 1e-5 > proof.batch_difference
    assert (proof.adapted, proof.quantised, proof.rows) == (14, 0, 8)
    assert 0 < proof.trainable < proof.parameters
    assert proof.attention == BY_ROWS["sdpa"]
    assert all(weight.grad is None for weight in model.parameters())


def test_rows_get_lines_of_their_own_where_a_model_lets_them_see_each_other(monkeypatch):
    model = adapted(make_model(50))
    let_rows_share(model.get_base_model())
    inner = type(model.get_base_model().model)
    forward = inner.forward

    def blind(self, attention_mask=None, row_lengths=None, **inputs):
        return forward(self, **{**inputs, "position_ids": None})

    monkeypatch.setattr(inner, "forward", blind)
    proof = selftest.prove(model, TokenLoss(model), rows_of(ROWS), 0)
    assert not proof.packs
    assert proof.packed_difference > 1e-3


def test_an_adapter_that_no_gradient_reaches_is_named(monkeypatch):
    model = adapted(make_model(50))
    layer = model.get_base_model().model.layers[1].mlp
    monkeypatch.setattr(type(layer), "forward", lambda self, x: x)
    with pytest.raises(
        CuratorError, match=r"6 of 14 adapter layers get no gradient, first model\.layers\.0\.mlp"
    ):
        selftest.prove(model, TokenLoss(model), rows_of(ROWS), 0)


def test_a_model_that_mixes_rows_is_refused():
    model = adapted(make_model(50))
    first = model.get_base_model().model.layers[0]
    first.register_forward_hook(lambda _, given, out: out + out.mean(0, keepdim=True))
    with pytest.raises(CuratorError, match="others are beside it"):
        selftest.prove(model, TokenLoss(model), rows_of(ROWS), 0)
