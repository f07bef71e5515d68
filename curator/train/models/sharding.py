"""A model whose frozen weights are divided over the processes of a run (Zhao et al., "PyTorch FSDP", 2023).

Each process keeps its part of every decoder layer, and has a whole one only while the layer computes. All else stays
whole: the trained weights, so that gradients, checkpoints and the adapter are those of any run; and what stands outside
the layers, for the loss asks the head for as many pieces of logits as a process has tokens, and others may have fewer.
"""

from __future__ import annotations

from typing import Any

import torch
from bitsandbytes.nn import Linear4bit, Linear8bitLt
from torch import nn
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.fsdp import FSDPModule, fully_shard

from curator.errors import CuratorError
from curator.train.models.model import device


def divided(model: Any, mesh: DeviceMesh) -> Any:
    """Divide an adapted model that was loaded on the CPU, and bring what this process keeps of it to its device.

    Raises:
        CuratorError: it is not known what a layer of the model is.
    """
    causal = model.get_base_model()
    body = causal.get_decoder()
    layers = layers_of(causal)
    place = device()
    for module in model.modules():
        _make_plain(module, place)
    for weight in model.parameters():
        weight.data = weight.data.contiguous()
    kept = set(model.parameters())
    for layer in layers:
        frozen = set(divisible(layer))
        kept -= frozen
        fully_shard(layer, mesh=mesh, ignored_params=set(layer.parameters()) - frozen)
    # The body has no weights of its own to divide, but knows the order of the layers: they are fetched ahead.
    fully_shard(body, mesh=mesh, ignored_params=kept & set(body.parameters()))
    for tensor in (*kept, *model.buffers()):
        # A copy also where it is there already: the file that weights are read from stays open for the last of them.
        tensor.data = tensor.data.to(place, copy=True)
    if hasattr(causal, "hf_device_map"):
        causal.hf_device_map = {"": str(place)}
    return model


def divisible(layer: nn.Module) -> list[nn.Parameter]:
    """What of a layer is divided."""
    return [weight for weight in layer.parameters() if not weight.requires_grad and weight.dim()]


def settle(model: Any) -> None:
    """Keep no layer whole: after passes in which nothing was learned, or that failed, one may have been left so.

    Processes that do not agree which layers are whole would wait for each other for ever.
    """
    body = next((module for module in model.modules() if isinstance(module, FSDPModule)), None)
    if body is not None:
        body.reset_iter_state()


def layers_of(causal: Any) -> list[nn.Module]:
    """The decoder layers of a model, which the library names as what must not be torn apart.

    Raises:
        CuratorError: it names none.
    """
    names = set(getattr(causal, "_no_split_modules", None) or ())
    lists = (module for module in causal.get_decoder().modules() if isinstance(module, nn.ModuleList))
    found = [layer for several in lists for layer in several if type(layer).__name__ in names]
    if not found:
        raise CuratorError(
            f"The layers of {type(causal).__name__} are not known, so its weights cannot be divided.",
            "Leave train.shard out.",
        )
    inner = {id(part) for layer in found for part in layer.modules() if part is not layer}
    return [layer for layer in dict.fromkeys(found) if id(layer) not in inner]


def _make_plain(module: Any, place: torch.device) -> None:
    """Keep the scales of a quantised layer beside its weights, which are divided as the bytes that they are."""
    if isinstance(module, Linear4bit):
        # The layer finds them there by itself.
        module.quant_state = module.weight.quant_state
        module.quant_state.to(place)
        module.weight = nn.Parameter(module.weight.data, requires_grad=False)
    elif isinstance(module, Linear8bitLt):
        scales = module.weight.SCB.to(place)
        module.weight = nn.Parameter(module.weight.data, requires_grad=False)
        module.register_forward_pre_hook(_with_scales(scales))


def _with_scales(scales: torch.Tensor) -> Any:
    """Before an 8-bit layer computes: give its gathered weights what the library looks for on them."""

    def give(layer: Any, inputs: Any) -> None:
        if not hasattr(layer.weight, "SCB"):
            layer.weight.CB, layer.weight.SCB = layer.weight.data, scales

    return give
