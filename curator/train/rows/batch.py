"""Rendered rows, and the tensors made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch.utils.data import Dataset, Sampler

from curator.dynamics import fingerprint
from curator.errors import CuratorError
from curator.records import Row
from curator.train.args import DroppedRow
from curator.train.rows.render import Rendered, Renderer

IGNORED = -100
"""The label of a token that is not learned."""


class Item(NamedTuple):
    """A rendered row and whose it is."""

    id: str
    rendered: Rendered
    content: str = ""
    """Fingerprint of what the row says; empty for one that is no record of the project."""


class Rows(Dataset[int]):
    """The rows that fit, and those that do not; indexing gives a row's number, for the collator to look up."""

    def __init__(self, items: Sequence[Item], dropped: Sequence[DroppedRow]) -> None:
        self.items = tuple(items)
        self.dropped = tuple(dropped)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> int:
        return index

    @property
    def lengths(self) -> list[int]:
        """Tokens of each row."""
        return [len(item.rendered.ids) for item in self.items]

    @property
    def trained_tokens(self) -> int:
        """Tokens that are learned, all rows together."""
        return sum(len(item.rendered.ids) - item.rendered.prompt_length for item in self.items)


def render_rows(rows: Iterable[Row], renderer: Renderer, limit: int) -> Rows:
    """Render every row; one that is longer than the limit is left out and listed, never cut."""
    items: list[Item] = []
    dropped: list[DroppedRow] = []
    for row in rows:
        rendered = renderer.render(row)
        if len(rendered.ids) > limit:
            dropped.append(DroppedRow(id=row.id, length=len(rendered.ids)))
        else:
            items.append(Item(row.id, rendered, fingerprint(renderer.kind, row.model_dump())))
    return Rows(items, dropped)


def require_rows(rows: Rows, limit: int) -> None:
    """There is something to train on.

    Raises:
        CuratorError: every row is too long; the shortest of them are named.
    """
    if rows.items:
        return
    if not rows.dropped:
        raise CuratorError("There is no training row.", "Give records a split and export them.")
    shortest = sorted(rows.dropped, key=lambda row: row.length)[:5]
    named = ", ".join(f"{row.id} ({row.length})" for row in shortest)
    raise CuratorError(
        f"Every training row is longer than {limit} tokens; the shortest are {named}.",
        "Raise train.max_length if the model's context allows it, or shorten the records.",
    )


def collate(rendered: Sequence[Rendered], pad_id: int) -> dict[str, torch.Tensor]:
    """Token ids, attention mask and labels of some rows, padded on the right."""
    width = max(len(row.ids) for row in rendered)
    ids = torch.full((len(rendered), width), pad_id)
    mask = torch.zeros_like(ids)
    labels = torch.full_like(ids, IGNORED)
    for place, row in enumerate(rendered):
        length = len(row.ids)
        ids[place, :length] = torch.tensor(row.ids)
        mask[place, :length] = 1
        labels[place, row.prompt_length : length] = ids[place, row.prompt_length : length]
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


class EpochSampler(Sampler[int]):
    """Rows in an order that depends on the seed and the epoch alone.

    Rows of like length are not brought together: a step divides its loss by its tokens, so that in a step of short rows
    a token would count for more than elsewhere.
    """

    def __init__(self, rows: int, seed: int) -> None:
        self._rows = rows
        self._seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        return self._rows

    def set_epoch(self, epoch: int) -> None:
        """Choose the order of an epoch; a resumed run asks for the same one again."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[int]:
        generator = torch.Generator().manual_seed(self._seed * 1_000_003 + self.epoch)
        yield from torch.randperm(self._rows, generator=generator).tolist()


def to_device(batch: dict[str, Any], device: torch.device) -> dict[str, Any]:
    """The tensors of a batch on a device."""
    return {name: tensor.to(device) for name, tensor in batch.items()}
