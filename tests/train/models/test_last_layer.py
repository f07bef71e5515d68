"""Behind the attention of the last layer nothing is computed that nobody reads."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model

from curator.train.loop.loss import TokenLoss
from curator.train.models.last_layer import last_layer
from curator.train.models.row_attention import let_rows_share
from curator.train.rows.packing import packed
from curator.train.rows.render import Rendered
from tests.train.families import FAMILIES

ROWS = [Rendered((1, 9, 8, 7, 2), 3, ""), Rendered((1, 5, 6), 1, ""), Rendered((1, 4, 4, 4, 9, 2), 2, "")]
LEARNED = 2 + 2 + 4
LONG = [Rendered((1, *range(10, 10 + count), 2), count + 1, "") for count in (11, 6, 4)]
"""Rows of which one token is learned: their queries are chosen too."""
KNOWN = ("gemma", "llama", "mistral", "qwen")


def adapted(family: str) -> Any:
    model = FAMILIES[family](50)
    let_rows_share(model)
    return get_peft_model(model, LoraConfig(target_modules="all-linear", init_lora_weights=False)).train()


def learn(model: Any, loss: TokenLoss, batch: dict[str, Any]) -> tuple[list[float], list[torch.Tensor]]:
    """Loss of each row, and the gradients."""
    model.zero_grad()
    found = loss.summed(batch)
    found.total.backward()
    return found.by_row.tolist(), [
        weight.grad.clone() for weight in model.parameters() if weight.requires_grad
    ]


def seen_by(module: Any) -> list[int]:
    """Fills with the number of tokens that a module is given in each pass."""
    tokens: list[int] = []
    module.register_forward_hook(lambda _, given, out: tokens.append(given[0].shape[:-1].numel()))
    return tokens


@pytest.mark.parametrize("rows", [ROWS, LONG])
@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_losses_and_gradients_are_those_of_the_whole_layer(family, together, rows, monkeypatch):
    model, batch = adapted(family), packed(rows, 0, together)
    assert len(batch["input_ids"]) == (1 if together else 3)
    loss = TokenLoss(model)
    losses, gradients = learn(model, loss, batch)
    monkeypatch.setattr(loss, "_last", None)
    whole, plain = learn(model, loss, batch)
    assert losses == pytest.approx(whole, abs=1e-5)
    assert all(torch.allclose(mine, theirs, atol=1e-6) for mine, theirs in zip(gradients, plain, strict=True))


@pytest.mark.parametrize("family", KNOWN)
def test_only_learned_tokens_go_through_the_last_half_layer(family):
    model = adapted(family)
    loss = TokenLoss(model)
    first, last = (seen_by(model.get_base_model().model.layers[at].mlp) for at in (0, -1))
    batch = packed(ROWS, 0)
    learn(model, loss, batch)
    assert (first, last) == ([batch["input_ids"].numel()], [LEARNED])
    # Whoever asks for all places gets all of them.
    assert loss.states(input_ids=batch["input_ids"]).shape[:2] == batch["input_ids"].shape
    assert last[-1] == batch["input_ids"].numel()


@pytest.mark.parametrize("family", KNOWN)
def test_only_learned_tokens_ask_what_others_say_where_they_are_few(family):
    model = adapted(family)
    attention = model.get_base_model().model.layers[-1].self_attn
    queries, keys = seen_by(attention.q_proj), seen_by(attention.k_proj)
    loss = TokenLoss(model)
    queries.clear()
    keys.clear()
    batch = packed(LONG, 0)
    learn(model, loss, batch)
    # The last token of a row has nothing to tell.
    assert (queries, keys) == ([len(LONG)], [batch["input_ids"].numel() - len(LONG)])


def test_two_losses_on_one_model_stand_in_front_of_its_layer_once():
    model = FAMILIES["llama"](50)
    TokenLoss(model)
    one = model.model.layers[-1].forward
    TokenLoss(model)
    assert model.model.layers[-1].forward == one


def test_a_layer_that_does_something_else_with_the_same_parts_is_left_alone(monkeypatch):
    model = FAMILIES["llama"](50)
    layer = type(model.model.layers[0])
    plain = layer.forward
    monkeypatch.setattr(layer, "forward", lambda self, *args, **kwargs: 0.5 * plain(self, *args, **kwargs))
    assert last_layer(model.model) is not None
    assert torch.allclose(
        TokenLoss(model).mean(packed(ROWS, 0, together=False)), _by_the_model(model), atol=1e-5
    )


def _by_the_model(model: Any) -> torch.Tensor:
    batch = packed(ROWS, 0, together=False)
    return model(input_ids=batch["input_ids"], labels=batch["labels"]).loss


def test_a_family_with_the_same_parts_that_is_not_known_goes_on_as_it_is():
    from transformers import GlmConfig, GlmForCausalLM

    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "head_dim": 8}
    heads = {"num_attention_heads": 4, "num_key_value_heads": 2}
    model = GlmForCausalLM(GlmConfig(vocab_size=50, pad_token_id=0, **sizes, **heads)).eval()
    assert last_layer(model.model) is None
    assert torch.allclose(
        TokenLoss(model).mean(packed(ROWS, 0, together=False)), _by_the_model(model), atol=1e-5
    )


def test_biases_of_qwen_2_are_kept():
    from transformers import Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    heads = {"num_attention_heads": 4, "num_key_value_heads": 2}
    model = Qwen2ForCausalLM(Qwen2Config(vocab_size=50, **sizes, **heads)).eval()
    for name, weight in model.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.normal_(weight)
    queries = seen_by(model.model.layers[-1].self_attn.q_proj)
    loss = TokenLoss(model)
    batch = packed(LONG, 0, together=False)
    expected = model(input_ids=batch["input_ids"], labels=batch["labels"]).loss
    queries.clear()
    assert torch.allclose(loss.mean(batch), expected, atol=1e-5)
    assert queries == [len(LONG)]


def test_numbers_of_16_bits_are_rounded_and_the_layer_is_known_all_the_same():
    model = FAMILIES["llama"](50).to(torch.bfloat16)
    loss = TokenLoss(model)
    last = seen_by(model.model.layers[-1].mlp)
    assert float(loss.mean(packed(ROWS, 0, together=False))) == pytest.approx(
        float(_by_the_model(model)), rel=0.02
    )
    assert last[0] == LEARNED
