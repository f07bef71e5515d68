"""Greedy answers, batched, the same whatever the batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from transformers import GenerationConfig

from curator.train.rows.render import Renderer


class Generated(NamedTuple):
    """An answer that a model gave."""

    text: str
    """The answer."""
    cut: bool
    """It ran into the length limit."""


def generate(
    model: Any, renderer: Renderer, prompts: Sequence[tuple[int, ...]], max_new_tokens: int
) -> list[Generated]:
    """The most likely next tokens, one after the other, until an end token or the limit."""
    pad_id = int(renderer.tokenizer.pad_token_id)
    width = max(map(len, prompts))
    ids = torch.full((len(prompts), width), pad_id)
    mask = torch.zeros_like(ids)
    for row, prompt in enumerate(prompts):
        # On the left, so that every answer goes on right after its prompt.
        ids[row, width - len(prompt) :] = torch.tensor(prompt)
        mask[row, width - len(prompt) :] = 1
    ends = _end_ids(model, renderer)
    settings = GenerationConfig(
        max_new_tokens=max_new_tokens, do_sample=False, eos_token_id=sorted(ends), pad_token_id=pad_id
    )
    with torch.inference_mode(), _without_defaults(model):
        device = model.device
        out = model.generate(
            input_ids=ids.to(device), attention_mask=mask.to(device), generation_config=settings
        )
    return [_read(row[width:].tolist(), ends, renderer) for row in out.cpu()]


def _read(ids: list[int], ends: frozenset[int], renderer: Renderer) -> Generated:
    stop = next((place for place, token in enumerate(ids) if token in ends), None)
    return Generated(renderer.decode(ids[:stop]), stop is None)


def _end_ids(model: Any, renderer: Renderer) -> frozenset[int]:
    """The end tokens of the template and those that the model's makers name beside them."""
    named = getattr(model.generation_config, "eos_token_id", None)
    more = named if isinstance(named, list) else [] if named is None else [named]
    return renderer.end_ids | frozenset(int(token) for token in more)


@contextmanager
def _without_defaults(model: Any) -> Iterator[None]:
    """Makers' sampling settings (a repetition penalty, a temperature) would leak into a greedy answer."""
    owner = model.get_base_model() if hasattr(model, "peft_config") else model
    kept, owner.generation_config = owner.generation_config, GenerationConfig()
    try:
        yield
    finally:
        owner.generation_config = kept
