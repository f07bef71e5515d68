"""A layer with its adapter as one operation, in place of PEFT's chain of them.

PEFT computes the low-rank part at full width by itself, scales it, and adds it to the layer's output; each of the three
is a pass over the memory of all outputs, and so is each of their gradients. Here the narrow middle is scaled, and the
wide product is added where the output lies already (gradients by hand as in Han and Han, "Unsloth", 2023). What is
learned, kept in state dicts and saved does not change.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import Any, NamedTuple

import torch
from bitsandbytes.functional import dequantize_4bit
from bitsandbytes.nn import Linear4bit
from peft.tuners.lora import LoraLayer


class _Adapter(NamedTuple):
    """The one adapter of a layer."""

    low: Any
    """Weights into the narrow middle, [rank, in]."""
    high: Any
    """Weights out of it, [out, rank]."""
    scaling: float


class _Fused(torch.autograd.Function):
    """x W' + s (x A') B', with W frozen."""

    @staticmethod
    def forward(
        ctx: Any, x: torch.Tensor, low: torch.Tensor, high: torch.Tensor, scaling: float, base: Any
    ) -> torch.Tensor:
        """x: [..., in]; low: [rank, in]; high: [out, rank]; gives [..., out]."""
        flat = x.reshape(-1, x.shape[-1])
        middle = (flat @ low.to(x.dtype).t()).mul_(scaling)
        out: torch.Tensor = base(x)
        out.view(-1, out.shape[-1]).addmm_(middle.to(out.dtype), high.to(out.dtype).t())
        ctx.save_for_backward(flat, middle, low, high)
        ctx.scaling, ctx.base = scaling, base
        return out

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        """Gradients of x, low and high."""
        flat, middle, low, high = ctx.saved_tensors
        wide = grad.reshape(-1, grad.shape[-1])
        narrow = (wide @ high.to(grad.dtype)).mul_(ctx.scaling)
        to_high = (wide.t() @ middle.to(grad.dtype)).to(high.dtype)
        to_low = (narrow.t() @ flat.to(grad.dtype)).to(low.dtype)
        to_x = None
        if ctx.needs_input_grad[0]:
            to_x = (wide @ _weight(ctx.base, grad.dtype)).addmm_(narrow, low.to(grad.dtype))
            to_x = to_x.view(*grad.shape[:-1], flat.shape[-1])
        return to_x, to_low, to_high, None, None


def fuse(model: Any) -> int:
    """Let the layers of an adapted model compute as one operation while they learn; tells how many do.

    A layer does so when it has one plain adapter without dropout on a frozen linear layer, in full or in 4 bits. All
    others, and all of them while nothing is learned, go on as PEFT has them: scores are the same as after a reload.
    """
    layers = [module for module in model.modules() if isinstance(module, LoraLayer) and _fits(module)]
    for layer in layers:
        layer.forward = MethodType(_forward(layer.forward), layer)
    return len(layers)


def _fits(layer: Any) -> bool:
    """Whether an adapter is a plain one on a plain frozen layer."""
    base = layer.get_base_layer()
    name = next(iter(layer.lora_A), None)
    return (
        (type(base) is torch.nn.Linear or isinstance(base, Linear4bit))
        and len(layer.lora_A) == 1
        and name not in layer.lora_variant
        and isinstance(layer.lora_dropout[name], torch.nn.Identity)
        and layer.lora_B[name].bias is None
        and not any(parameter.requires_grad for parameter in base.parameters())
    )


def _forward(before: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    def forward(layer: Any, x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        adapter = None if args or kwargs else _adapter(layer)
        if adapter is None or not torch.is_grad_enabled() or not x.is_floating_point():
            return before(x, *args, **kwargs)
        found: torch.Tensor = _Fused.apply(
            x, adapter.low, adapter.high, adapter.scaling, layer.get_base_layer()
        )
        return found

    return forward


def _adapter(layer: Any) -> _Adapter | None:
    """The adapter that is active now; nothing where none is, or where it is a part of the weights."""
    if layer.disable_adapters or layer.merged or not layer.active_adapters:
        return None
    name = layer.active_adapters[0]
    return _Adapter(layer.lora_A[name].weight, layer.lora_B[name].weight, layer.scaling[name])


def _weight(base: Any, dtype: torch.dtype) -> torch.Tensor:
    """The frozen weights, [out, in]."""
    if isinstance(base, Linear4bit):
        # Divided weights are bytes without their scales, which the layer keeps.
        state = getattr(base.weight, "quant_state", None) or base.quant_state
        return dequantize_4bit(base.weight.data, state).to(dtype)
    weight: torch.Tensor = base.weight.to(dtype)
    return weight
