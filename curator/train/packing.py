"""Rows laid end to end in lines of equal width, so that next to no padding is computed.

Positions begin anew with each row. Where no attention mask is given, the library takes that for the beginning of
another sequence and lets no token see the row before it (`find_packed_sequence_indices` of transformers, for its sdpa,
eager and flash attention). `selftest` holds that against each model before it is trusted.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from curator.train.batch import IGNORED, Rows
from curator.train.render import Rendered

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


class StepCollator:
    """Lays the rows of a step out for its forward passes; what is learned follows from lengths, never from tokens."""

    def __init__(self, rows: Rows, pad_id: int, tokens: int, together: bool = True) -> None:
        """`tokens` is the most that a forward pass may hold."""
        self._rows = rows
        self._pad_id = pad_id
        self._tokens = tokens
        self.together = together
        """Whether rows may share a line."""

    def of(self, rows: Rows) -> StepCollator:
        """One for other rows."""
        return StepCollator(rows, self._pad_id, self._tokens, self.together)

    def __call__(self, numbers: Sequence[int]) -> dict[str, list[dict[str, torch.Tensor]]]:
        """The forward passes of a step; in each, `rows` holds the row numbers, so that a bad batch can be named."""
        rendered = [self._rows.items[number].rendered for number in numbers]
        shares = shares_of([len(row.ids) for row in rendered], self._tokens)
        return {
            "passes": [
                {
                    **packed([rendered[place] for place in share], self._pad_id, self.together),
                    "rows": torch.tensor([numbers[place] for place in share]),
                }
                for share in shares
            ]
        }
