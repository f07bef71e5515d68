"""The tokens of a closed list of labels as one tree, and the tree cut into blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch


class Blocks(NamedTuple):
    """A tree in blocks of equal size; a node stands in each block that needs it for what it sees."""

    tokens: torch.Tensor
    """[blocks, size]; filled up with the token 0."""
    depths: torch.Tensor
    """How far behind the prompt each stands, [blocks, size]."""
    sees: torch.Tensor
    """Which place of its block each sees: its ancestors and itself, [blocks, size, size]."""
    places: torch.Tensor
    """Where each node of the tree stands, counted through all blocks, [nodes]."""


class LabelTrie:
    """The labels' tokens as one tree. The last token of a label is looked up, never read, and is no node."""

    def __init__(self, labels: Sequence[tuple[int, ...]]) -> None:
        self.tokens: list[int] = []
        """The token of each node."""
        self._lines: list[tuple[int, ...]] = []
        # An edge leads from a place (0 is the prompt's last token, n is node n-1) to the token that follows it.
        edges: dict[tuple[int, int], int] = {}
        nodes: dict[tuple[int, ...], int] = {}
        paths = [self._path(label, edges, nodes) for label in labels]
        self.sources = torch.tensor([source for source, _ in edges])
        """The place that each edge leads from."""
        self.targets = torch.tensor([target for _, target in edges])
        """The token that it leads to."""
        self.membership = torch.zeros(len(labels), len(edges), dtype=torch.double)
        """1 where an edge is a part of a label, [labels, edges]."""
        for label, path in enumerate(paths):
            self.membership[label, path] = 1.0

    def _path(
        self,
        label: tuple[int, ...],
        edges: dict[tuple[int, int], int],
        nodes: dict[tuple[int, ...], int],
    ) -> list[int]:
        path: list[int] = []
        line: tuple[int, ...] = ()
        for depth, token in enumerate(label):
            place = line[-1] + 1 if line else 0
            path.append(edges.setdefault((place, token), len(edges)))
            if depth == len(label) - 1:
                break
            prefix = label[: depth + 1]
            if prefix not in nodes:
                nodes[prefix] = len(self.tokens)
                self.tokens.append(token)
                self._lines.append((*line, nodes[prefix]))
            line = (*line, nodes[prefix])
        return path

    def blocks(self, size: int) -> Blocks:
        """The tree in blocks of at most so many nodes, or as many as its longest path has."""
        parts = self._parts(size)
        shape = (len(parts), max(1, *map(len, parts)))
        tokens, depths = (torch.zeros(shape, dtype=torch.long) for _ in range(2))
        sees = torch.eye(shape[1], dtype=torch.bool).repeat(len(parts), 1, 1)
        places = torch.zeros(len(self.tokens), dtype=torch.long)
        for number, part in enumerate(parts):
            for node, slot in part.items():
                tokens[number, slot] = self.tokens[node]
                depths[number, slot] = len(self._lines[node]) - 1
                sees[number, slot, [part[other] for other in self._lines[node]]] = True
                places[node] = number * shape[1] + slot
        return Blocks(tokens, depths, sees, places)

    def _parts(self, size: int) -> list[dict[int, int]]:
        """The nodes of each block with their places in it; neighbours in the tree are together as far as they fit."""
        size = max(size, *map(len, self._lines)) if self._lines else size
        parts: list[dict[int, int]] = [{}]
        for line in sorted(self._lines):
            if len(parts[-1].keys() | set(line)) > size:
                parts.append({})
            _place(parts[-1], line)
        return parts


def _place(part: dict[int, int], line: Iterable[int]) -> None:
    """Put the nodes of a path into a block that lacks them."""
    for node in line:
        part.setdefault(node, len(part))
