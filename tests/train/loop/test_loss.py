from __future__ import annotations

import pytest
import torch
from peft import LoraConfig, get_peft_model

from curator.train.loop import loss as loss_module
from curator.train.loop.loss import TokenLoss
from curator.train.rows.batch import IGNORED, collate
from curator.train.rows.render import Rendered
from tests.tiny import make_model

ROWS = [Rendered((1, 9, 8, 7, 2), 3, ""), Rendered((1, 5, 6), 1, ""), Rendered((1, 4, 4, 4, 9, 2), 2, "")]


def batch() -> dict[str, torch.Tensor]:
    return collate(ROWS, 0)


@pytest.mark.parametrize("adapted", [False, True])
def test_it_is_the_models_own_loss(adapted):
    model = make_model(50)
    if adapted:
        model = get_peft_model(model, LoraConfig(target_modules="all-linear", init_lora_weights=False))
    found = TokenLoss(model).mean(batch())
    assert torch.allclose(found, model(**batch()).loss, atol=1e-6)


def test_many_logits_are_computed_in_pieces_with_the_same_gradient(monkeypatch):
    model = make_model(50)
    gradients = []
    for at_once in (2**25, 100):
        monkeypatch.setattr(loss_module, "LOGITS_AT_ONCE", at_once)
        model.zero_grad()
        TokenLoss(model).mean(batch()).backward()
        gradients.append(model.model.layers[0].mlp.up_proj.weight.grad.clone())
    assert torch.allclose(*gradients, atol=1e-7)


def test_each_token_by_itself():
    model = make_model(50)
    found = TokenLoss(model).learned(batch())
    targets = batch()["labels"][:, 1:]
    logits = model(input_ids=batch()["input_ids"], attention_mask=batch()["attention_mask"]).logits[:, :-1]
    logs = logits.log_softmax(-1)
    expected = [
        -float(logs[row, place, targets[row, place]])
        for row, place in (targets != IGNORED).nonzero().tolist()
    ]
    assert found.nll.tolist() == pytest.approx(expected, abs=1e-5)
    assert found.row.tolist() == [0, 0, 1, 1, 2, 2, 2, 2]


def test_softcapped_logits_are_not_lost():
    from transformers import Gemma2Config, Gemma2ForCausalLM

    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "head_dim": 16}
    heads = {"num_attention_heads": 2, "num_key_value_heads": 1}
    config = Gemma2Config(vocab_size=50, final_logit_softcapping=0.5, initializer_range=0.5, **sizes, **heads)
    model = Gemma2ForCausalLM(config).eval()
    assert torch.allclose(TokenLoss(model).mean(batch()), model(**batch()).loss, atol=1e-6)


def test_an_unknown_family_is_asked_for_its_logits(monkeypatch):
    model = make_model(50)
    plain = type(model).forward

    def forward(self, **inputs):
        out = plain(self, **inputs)
        out.logits = out.logits / 3
        return out

    monkeypatch.setattr(type(model), "forward", forward)
    states = TokenLoss(model).states(input_ids=batch()["input_ids"])
    assert states.shape[-1] == 50
