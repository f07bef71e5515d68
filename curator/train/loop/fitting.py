"""What to do when a run does not fit into memory: fewer rows in one forward pass, then less kept for the way back.

Neither changes what a step learns: as many rows make up a step, and the loss is divided by all of their tokens.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable
from typing import NamedTuple

import torch

from curator.config import TrainSettings
from curator.train.args import Event

_CPU_TOKENS = 2048


class Fit(NamedTuple):
    """How a step is gone about."""

    rows: int
    """Rows of the greatest length in one forward pass; of shorter ones as many as have as many tokens."""
    checkpointing: bool
    """Whether activations are computed once more on the way back instead of being kept (Chen et al., 2016)."""


def first_fit(settings: TrainSettings, past: Iterable[Event]) -> Fit:
    """As it is asked for; as it fitted at last, if the run has had to do with less before."""
    fit = Fit(min(settings.micro_batch_size, settings.batch_size), settings.gradient_checkpointing)
    for event in past:
        if event.event == "smaller" and event.micro_batch:
            fit = Fit(min(fit.rows, event.micro_batch), fit.checkpointing or event.checkpointing)
    return fit


def pass_tokens(fit: Fit, longest: int, device: torch.device) -> int:
    """The most tokens of one forward pass, for rows of which the longest has so many.

    Two thousand keep every core of a CPU at work; more would only cost memory.
    """
    most = fit.rows * longest
    return min(most, max(longest, _CPU_TOKENS)) if device.type == "cpu" else most


def smaller(fit: Fit, longest: int, device: torch.device) -> Fit | None:
    """The next thing to try, which makes forward passes smaller; None when there is nothing left."""
    tokens, rows = pass_tokens(fit, longest, device), fit.rows
    while rows > 1:
        rows //= 2
        less = fit._replace(rows=rows)
        if pass_tokens(less, longest, device) < tokens:
            return less
    return None if fit.checkpointing else fit._replace(checkpointing=True)


def release() -> None:
    """Give back what the attempt before held."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
