"""A layer and its adapter as one operation learn what PEFT's layers learn."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from bitsandbytes.nn import Linear4bit
from peft import LoraConfig, get_peft_model

from curator.train.models.fused_lora import fuse


class Net(torch.nn.Module):
    """Two layers, the first of which is given what needs no gradient."""

    def __init__(self, bits: int, bias: bool) -> None:
        super().__init__()
        self.first, self.second = (_layer(bits, bias) for _ in range(2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(torch.tanh(self.first(x)))


def _layer(bits: int, bias: bool) -> Any:
    if bits == 16:
        return torch.nn.Linear(64, 64, bias=bias)
    layer = Linear4bit(64, 64, bias=bias, compute_dtype=torch.float32, quant_type="nf4")
    layer.support_avx512bf16_for_cpu = False
    return layer.to("cpu")


def adapted(bits: int = 16, bias: bool = False, dropout: float = 0.0) -> Any:
    torch.manual_seed(0)
    net = Net(bits, bias)
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    settings = LoraConfig(r=8, lora_alpha=24, lora_dropout=dropout, target_modules=["first", "second"])
    model = get_peft_model(net, settings)
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter)
    return model


def learned(model: Any, x: torch.Tensor) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """The outputs, and the gradients of all that is trained."""
    out = model(x)
    out.square().sum().backward()
    return out.detach(), {name: p.grad for name, p in model.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("bits", [16, 4])
def test_outputs_and_gradients_are_those_of_peft(bits: int, bias: bool):
    plain = adapted(bits, bias)
    fused = copy.deepcopy(plain)
    assert fuse(fused) == 2
    x = torch.randn(2, 5, 64)
    out, gradients = learned(plain, x)
    again, same = learned(fused, x)
    torch.testing.assert_close(again, out, rtol=1e-5, atol=1e-5)
    assert gradients.keys() == same.keys()
    for name, gradient in gradients.items():
        torch.testing.assert_close(same[name], gradient, rtol=1e-4, atol=1e-4 * float(gradient.abs().max()))


def test_what_comes_before_the_layers_learns_too():
    plain = adapted()
    fused = copy.deepcopy(plain)
    fuse(fused)
    one, two = (torch.ones(3, 64, requires_grad=True) for _ in range(2))
    learned(plain, one)
    learned(fused, two)
    torch.testing.assert_close(two.grad, one.grad, rtol=1e-4, atol=1e-4)


def test_without_learning_it_is_peft_to_the_last_bit():
    plain = adapted()
    fused = copy.deepcopy(plain)
    fuse(fused)
    x = torch.randn(4, 64)
    with torch.no_grad():
        assert torch.equal(fused(x), plain(x))
    with fused.disable_adapter():
        assert torch.equal(
            fused(x),
            fused.get_base_model().second.base_layer(torch.tanh(fused.get_base_model().first.base_layer(x))),
        )


def test_dropout_and_trained_layers_are_left_as_they_are():
    assert fuse(adapted(dropout=0.1)) == 0
    whole = adapted()
    for parameter in whole.parameters():
        parameter.requires_grad_(True)
    assert fuse(whole) == 0


def test_lower_precision_keeps_the_types_of_weights_and_outputs():
    model = adapted()
    for layer in (model.get_base_model().first, model.get_base_model().second):
        layer.base_layer.to(torch.bfloat16)
    fuse(model)
    out, gradients = learned(model, torch.randn(3, 64, dtype=torch.bfloat16))
    assert out.dtype == torch.bfloat16
    assert {gradient.dtype for gradient in gradients.values()} == {torch.float32}
