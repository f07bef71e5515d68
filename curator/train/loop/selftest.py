"""What a loaded model is asked before its first step: whether it will learn what it should, and nothing else.

Rows that share a line, or a batch, must not change each other; a gradient must reach every part of the adapter; layers
that shall be quantised must be. Each of these fails silently in other trainers, and the loss goes down all the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from bitsandbytes.nn import Linear4bit, Linear8bitLt

from curator.errors import CuratorError
from curator.train.args import Proof
from curator.train.failure import is_out_of_memory
from curator.train.loop.loss import TokenLoss
from curator.train.models.model import held_bytes, parameter_counts
from curator.train.models.sharding import settle
from curator.train.rows.batch import Item, Rows, to_device
from curator.train.rows.packing import packed
from curator.train.rows.render import Rendered

_ROWS = 8
_TOLERANCE, _ROUNDED = {torch.float32: 1e-3}, 5e-2
"""Largest difference of a row's mean loss, in nats: where numbers are exact, and where 16 bits round them, or LLM.int8,
which takes the largest inputs of a whole batch out of the rounding."""
_NAMED = 3


def prove(model: Any, token_loss: TokenLoss, rows: Rows, pad_id: int) -> Proof:
    """Try a model on some training rows; its weights and gradients are as before afterwards.

    Raises:
        CuratorError: a row's loss is no number, or depends on the rows beside it, or part of the adapter gets no
            gradient.
    """
    chosen = _some(rows)
    some = [item.rendered for item in chosen]
    training = model.training
    model.eval()
    alone = torch.cat([_losses(model, token_loss, [row], pad_id) for row in some])
    _require_numbers(chosen, alone)
    beside = (_losses(model, token_loss, some, pad_id) - alone).abs().max().item()
    together = _difference_packed(model, token_loss, some, pad_id, alone)
    rounded = any(isinstance(module, Linear8bitLt) for module in model.modules())
    tolerance = _ROUNDED if rounded else _TOLERANCE.get(token_loss.dtype, _ROUNDED)
    if not beside <= tolerance:
        raise CuratorError(
            f"The loss of a row changes by {beside:.3f} nats per token when others are beside it in a batch.",
            "The model mixes rows; set train.micro_batch_size = 1, or take another one.",
        )
    _require_gradients(model, token_loss, some, pad_id)
    model.train(training)
    every, trained = parameter_counts(model)
    return Proof(
        parameters=every,
        trainable=trained,
        adapted=sum(name.endswith("lora_B.default.weight") for name, _ in model.named_parameters()),
        quantised=sum(isinstance(module, (Linear4bit, Linear8bitLt)) for module in model.modules()),
        rows=len(some),
        batch_difference=beside,
        packed_difference=together,
        packs=together is not None and together <= tolerance,
        attention=token_loss.attention,
        held_bytes=held_bytes(model),
    )


def _some(rows: Rows) -> list[Item]:
    """Rows of different lengths among the shorter ones: they are to be quick."""
    order = sorted(range(len(rows)), key=rows.lengths.__getitem__)
    usual = order[: max(_ROWS, len(order) // 4)]
    step = max(1, len(usual) // _ROWS)
    return [rows.items[number] for number in usual[::step][:_ROWS]]


def _require_numbers(items: Sequence[Item], losses: torch.Tensor) -> None:
    wrong = [item.id for item, loss in zip(items, losses.tolist(), strict=True) if not math.isfinite(loss)]
    if wrong:
        raise CuratorError(
            f"Before the first step the loss of rows {', '.join(wrong)} is not a finite number.",
            "The weights of the model are damaged, or overflow in its number type; get it again, or take another one.",
        )


@torch.no_grad()
def _losses(model: Any, token_loss: TokenLoss, rows: Sequence[Rendered], pad_id: int) -> torch.Tensor:
    """Mean loss of each row in a line of its own, in nats per token."""
    found = token_loss.summed(to_device(packed(rows, pad_id, together=False), model.device))
    return found.by_row / found.tokens


@torch.no_grad()
def _difference_packed(
    model: Any, token_loss: TokenLoss, rows: Sequence[Rendered], pad_id: int, alone: torch.Tensor
) -> float | None:
    """How much a row's loss changes when others stand in its line; None where the model cannot be asked so."""
    if len(rows) < 2 or not token_loss.packs:
        return None
    try:
        found = token_loss.summed(to_device(packed(rows, pad_id), model.device))
    except (TypeError, ValueError, RuntimeError) as error:
        if is_out_of_memory(error):
            raise
        settle(model)
        return None
    return (found.by_row / found.tokens - alone).abs().max().item()


def _require_gradients(model: Any, token_loss: TokenLoss, rows: Sequence[Rendered], pad_id: int) -> None:
    """The gradient reaches the B of every adapter layer; as long as B is 0, none can reach its A."""
    model.train()
    model.zero_grad(set_to_none=True)
    halves = [(name, weight) for name, weight in model.named_parameters() if "lora_B" in name]
    unreached = halves
    for row in rows:
        if not unreached:
            break
        # One by one: that fits wherever anything does.
        token_loss.mean(to_device(packed([row], pad_id), model.device)).backward()
        unreached = [
            (name, weight) for name, weight in unreached if weight.grad is None or not weight.grad.any()
        ]
    model.zero_grad(set_to_none=True)
    if unreached:
        named = ", ".join(name.removeprefix("base_model.model.") for name, _ in unreached[:_NAMED])
        raise CuratorError(
            f"{len(unreached)} of {len(halves)} adapter layers get no gradient, first {named}.",
            "They would stay untrained without a word. Tune another model, or report this one.",
        )
