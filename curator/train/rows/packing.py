"""Rows laid end to end in lines of equal width, so that next to no padding is computed.

Positions begin anew with each row. Where no attention mask is given, the library takes that for the beginning of
another sequence and lets no token see the row before it (`find_packed_sequence_indices` of transformers, for its sdpa,
eager and flash attention; the last looks at one line only, so `loss` joins lines for it). `selftest` holds that against
each model before it is trusted.
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


def lines_of(lengths: Sequence[int], width: int = 0) -> list[list[int]]:
    """Rows put together into few lines of a width, by default that of the longest row (first fit decreasing).

    Johnson, "Near-optimal bin packing algorithms", 1973: at most 11/9 of the fewest lines, and two thirds of one.
    """
    width = max(width, *lengths)
    lines: list[list[int]] = []
    left: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        place = next((at for at, room in enumerate(left) if room >= lengths[row]), len(lines))
        if place == len(lines):
            lines.append([])
            left.append(width)
        lines[place].append(row)
        left[place] -= lengths[row]
    return lines


def packed(
    rendered: Sequence[Rendered], pad_id: int, together: bool = True, width: int = 0
) -> dict[str, torch.Tensor]:
    """Token ids, labels and owners (the row that a token belongs to) of some rows, [lines, width].

    Where two rows share a line there are `position_ids` too; where none do, or none may (not `together`), what is seen
    follows from the order of the tokens alone, and the quickest attention can be used.
    """
    lengths = [len(row.ids) for row in rendered]
    longest = max(lengths)
    lines = lines_of(lengths, width) if together else []
    if len(lines) in (0, len(lengths)):
        lines = [[row] for row in range(len(lengths))]
    shape = (len(lines), max(longest, width) if together else longest)
    ids, labels = torch.full(shape, pad_id), torch.full(shape, IGNORED)
    owners, positions = torch.full(shape, NOBODY), torch.zeros(shape, dtype=torch.long)
    for line, rows in enumerate(lines):
        start = 0
        for row in rows:
            stop, learned = start + lengths[row], start + rendered[row].prompt_length
            ids[line, start:stop] = torch.tensor(rendered[row].ids)
            labels[line, learned:stop] = ids[line, learned:stop]
            owners[line, start:stop] = row
            positions[line, start:stop] = torch.arange(lengths[row])
            start = stop
        # No position that the model may not know, whatever fills the line up.
        positions[line, start:] = torch.arange(shape[1] - start) % longest
    batch = {"input_ids": ids, "labels": labels, "owners": owners}
    return batch | ({"position_ids": positions} if len(lines) < len(rendered) else {})


def shares_of(lengths: Sequence[int], tokens: int) -> list[list[int]]:
    """The rows of a step in as many forward passes as it takes, each of at most so many tokens if padded.

    A pass holds one row at least. Rows of like length are together, the longest first: what memory is needed shows at
    once.
    """
    shares: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        if shares and lengths[shares[-1][0]] * (len(shares[-1]) + 1) <= tokens:
            shares[-1].append(row)
        else:
            shares.append([row])
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
            for share in shares_of([len(every[row].ids) for row in hand], self._tokens)
        ]
