"""Rows laid end to end in a single line, so that no padding is computed.

Positions begin anew with each row: from that `row_attention` and flash attention tell where rows begin, and let no
token see the row before it. `selftest` holds that against each model before it is trusted; where it fails, rows get
lines of their own.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import Any

import torch

from curator.train.rows.batch import IGNORED, Rows
from curator.train.rows.render import Rendered

NOBODY = -1
"""The owner of a place that only fills a line up."""


def packed(rendered: Sequence[Rendered], pad_id: int, together: bool = True) -> dict[str, torch.Tensor]:
    """Token ids, labels and owners (the row that a token belongs to) of some rows, [lines, width].

    Together they stand in a single line, and there are `position_ids` too, if they are more than one; else each has a
    line, padded on the right, where what is seen follows from the order of the tokens alone.
    """
    lengths = [len(row.ids) for row in rendered]
    if together and len(rendered) > 1:
        batches = [_line(row, number, len(row.ids), pad_id) for number, row in enumerate(rendered)]
        line = {name: torch.cat([batch[name] for batch in batches])[None] for name in batches[0]}
        return line | {"position_ids": torch.cat([torch.arange(length) for length in lengths])[None]}
    lines = [_line(row, number, max(lengths), pad_id) for number, row in enumerate(rendered)]
    return {name: torch.stack([line[name] for line in lines]) for name in lines[0]}


def _line(row: Rendered, number: int, width: int, pad_id: int) -> dict[str, torch.Tensor]:
    """A row by itself, [width]."""
    ids, labels, owners = (torch.full((width,), filling) for filling in (pad_id, IGNORED, NOBODY))
    length = len(row.ids)
    ids[:length] = torch.tensor(row.ids)
    labels[row.prompt_length : length] = ids[row.prompt_length : length]
    owners[:length] = number
    return {"input_ids": ids, "labels": labels, "owners": owners}


def shares_of(lengths: Sequence[int], tokens: int, together: bool = True) -> list[list[int]]:
    """The rows of a step in as many forward passes as it takes, each of at most so many tokens, or places if padded.

    A pass holds one row at least. Rows of like length are together, the longest first: what memory is needed shows at
    once.
    """
    shares: list[list[int]] = []
    held = 0
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        more = lengths[row] if together or not shares else lengths[shares[-1][0]]
        if shares and held + more <= tokens:
            shares[-1].append(row)
            held += more
        else:
            shares.append([row])
            held = lengths[row]
    return shares


def dealt(lengths: Sequence[int], hands: int) -> list[list[int]]:
    """Rows dealt out so that each hand holds about as many tokens; with fewer rows than hands, some hold none.

    The longest first, each to whoever holds least: Graham, "Bounds on multiprocessing timing anomalies", 1969; the
    fullest hand holds at most a third more than it must.
    """
    if hands == 1:
        return [list(range(len(lengths)))]
    held: list[list[int]] = [[] for _ in range(hands)]
    least = [(0, hand) for hand in range(hands)]
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        tokens, hand = heapq.heappop(least)
        held[hand].append(row)
        heapq.heappush(least, (tokens + lengths[row], hand))
    return held


class StepCollator:
    """Lays the rows of a step out for its forward passes; what is learned follows from lengths, never from tokens."""

    def __init__(
        self,
        rows: Rows,
        pad_id: int,
        tokens: int,
        together: bool = True,
        rank: int = 0,
        processes: int = 1,
        evenly: bool = False,
    ) -> None:
        """`tokens` is the most that a forward pass may hold; of a step's rows this process, `rank`, does its share.

        Where processes must do as many passes each (`evenly`), those that have fewer do some that teach nothing.
        """
        self._rows = rows
        self._pad_id = pad_id
        self._tokens = tokens
        self._rank = rank
        self._processes = processes
        self._evenly = evenly
        self.together = together
        """Whether rows may share a line."""

    def of(self, rows: Rows) -> StepCollator:
        """One for other rows."""
        return StepCollator(
            rows, self._pad_id, self._tokens, self.together, self._rank, self._processes, self._evenly
        )

    def __call__(self, numbers: Sequence[int]) -> dict[str, Any]:
        """The forward `passes` of this process, and the `learned` tokens of the whole step.

        In each pass, `rows` holds the row numbers, so that a bad batch can be named; one that teaches nothing has none.
        """
        every = [self._rows.items[number].rendered for number in numbers]
        hands = [
            self._passes(hand, every) for hand in dealt([len(row.ids) for row in every], self._processes)
        ]
        mine = hands[self._rank]
        idle = max(map(len, hands)) - len(mine) if self._evenly else 0
        return {
            "passes": [
                {
                    **packed([every[place] for place in share], self._pad_id, self.together),
                    "rows": torch.tensor([numbers[place] for place in share]),
                }
                for share in mine
            ]
            + [self._idle(every)] * idle,
            "learned": sum(len(row.ids) - row.prompt_length for row in every),
        }

    @staticmethod
    def _idle(every: Sequence[Rendered]) -> dict[str, torch.Tensor]:
        """A pass of which nothing is learned: the shortest row, without labels."""
        batch = packed([min(every, key=lambda row: len(row.ids))], 0)
        return batch | {
            "labels": torch.full_like(batch["labels"], IGNORED),
            "rows": torch.zeros(0, dtype=torch.long),
        }

    def _passes(self, hand: Sequence[int], every: Sequence[Rendered]) -> list[list[int]]:
        """The forward passes of a process that holds some rows of a step."""
        return [
            [hand[place] for place in share]
            for share in shares_of([len(every[row].ids) for row in hand], self._tokens, self.together)
        ]
