"""The likelihood of every label of a closed list, for a batch of prompts in one forward pass.

The labels' tokens form a trie: labels that begin alike share a path. All its nodes stand after the prompt as if they
were one text, but each sees only the prompt and its own ancestors, at the position that it would have behind them.

What all prompts of a batch begin with, such as the same examples, is read once and remembered for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from curator.train.batch import IGNORED, to_device
from curator.train.loss import TokenLoss

_PROBED = 4
"""Labels on which the trie is compared with plain scoring before it is trusted."""
_WORTH_SHARING = 64
"""Tokens from which on a common beginning is read by itself."""


class LabelTrie:
    """The labels' tokens as one tree, and the masks that come of it."""

    def __init__(self, labels: Sequence[tuple[int, ...]]) -> None:
        self.tokens: list[int] = []
        self.depths: list[int] = []
        self._ancestors: list[list[int]] = []
        # An edge leads from a place (0 is the prompt's last token, n is node n-1) to the token that follows it.
        edges: dict[tuple[int, int], int] = {}
        nodes: dict[tuple[int, ...], int] = {}
        self._paths = [self._path(label, edges, nodes) for label in labels]
        self.sources = torch.tensor([source for source, _ in edges])
        self.targets = torch.tensor([target for _, target in edges])
        self.membership = torch.zeros(len(labels), len(edges))
        for label, path in enumerate(self._paths):
            self.membership[label, path] = 1.0

    def _path(
        self,
        label: tuple[int, ...],
        edges: dict[tuple[int, int], int],
        nodes: dict[tuple[int, ...], int],
    ) -> list[int]:
        path: list[int] = []
        line: list[int] = []
        place = 0
        for depth, token in enumerate(label):
            path.append(edges.setdefault((place, token), len(edges)))
            if depth == len(label) - 1:
                break
            prefix = label[: depth + 1]
            if prefix not in nodes:
                nodes[prefix] = len(self.tokens)
                self.tokens.append(token)
                self.depths.append(depth)
                self._ancestors.append([*line, nodes[prefix]])
            line.append(nodes[prefix])
            place = nodes[prefix] + 1
        return path

    def sees(self) -> torch.Tensor:
        """Which node sees which: itself and its ancestors."""
        seen = torch.zeros(len(self.tokens), len(self.tokens), dtype=torch.bool)
        for node, ancestors in enumerate(self._ancestors):
            seen[node, ancestors] = True
        return seen


def common_beginning(prompts: Sequence[tuple[int, ...]]) -> int:
    """How many tokens all prompts begin with, where that is worth to be known; each keeps one of its own."""
    if len(prompts) < 2:
        return 0
    # The least and the greatest of some sequences differ first where all of them do.
    least, greatest = min(prompts), max(prompts)
    pairs = enumerate(zip(least, greatest, strict=False))
    shared = next((place for place, pair in pairs if pair[0] != pair[1]), len(least))
    shared = min(shared, min(map(len, prompts)) - 1)
    return shared if shared >= _WORTH_SHARING else 0


def label_log_likelihoods(
    token_loss: TokenLoss,
    prompts: Sequence[tuple[int, ...]],
    trie: LabelTrie,
    pad_id: int,
    device: Any,
    shared: int = 0,
) -> torch.Tensor:
    """Log-likelihood of each label (columns) after each prompt (rows), end token included.

    The first `shared` tokens, which must be the same in all prompts, are read once.
    """
    begun, prompts = prompts[0][:shared], [prompt[shared:] for prompt in prompts]
    inputs = _inputs(prompts, trie, pad_id, device, token_loss.dtype, shared)
    if shared:
        inputs["past_key_values"] = token_loss.remembered(begun, len(prompts), device)
    states = token_loss.states(**inputs)
    width = max(len(prompt) for prompt in prompts)
    sources, targets = trie.sources.to(device), trie.targets.to(device)
    membership = trie.membership.to(device)
    scores = []
    for row, prompt in enumerate(prompts):
        places = torch.cat([states[row, len(prompt) - 1 : len(prompt)], states[row, width:]])
        edges = torch.log_softmax(token_loss.logits(places), -1)[sources, targets]
        scores.append(membership @ edges)
    return torch.stack(scores).double().cpu()


def plain_log_likelihoods(
    token_loss: TokenLoss,
    prompt: tuple[int, ...],
    labels: Sequence[tuple[int, ...]],
    pad_id: int,
    device: Any,
    at_once: int,
) -> torch.Tensor:
    """The same for one prompt, each label after a prompt of its own: slow, and right for every architecture."""
    scores = []
    for start in range(0, len(labels), at_once):
        part = labels[start : start + at_once]
        width = max(map(len, part)) + len(prompt)
        ids = torch.full((len(part), width), pad_id)
        mask, wanted = torch.zeros_like(ids), torch.full_like(ids, IGNORED)
        for row, label in enumerate(part):
            end = len(prompt) + len(label)
            ids[row, :end] = torch.tensor((*prompt, *label))
            mask[row, :end] = 1
            wanted[row, len(prompt) : end] = torch.tensor(label)
        batch = to_device({"input_ids": ids, "attention_mask": mask, "labels": wanted}, device)
        learned = token_loss.learned(batch)
        sums = torch.zeros(len(part), dtype=torch.double, device=device)
        scores.append(-sums.index_add(0, learned.row, learned.nll.double()).cpu())
    return torch.cat(scores)


def trie_is_exact(
    token_loss: TokenLoss,
    prompts: Sequence[tuple[int, ...]],
    labels: Sequence[tuple[int, ...]],
    pad_id: int,
    device: Any,
    shared: int = 0,
) -> bool:
    """Whether this model honours the trie's mask: models that are no plain attention decoders may not.

    With `shared` also whether it remembers what it has read before.
    """
    few = labels[:_PROBED]
    tolerance = 1e-3 if token_loss.dtype == torch.float32 else 2e-2
    try:
        quick = label_log_likelihoods(token_loss, prompts[:2], LabelTrie(few), pad_id, device, shared)
    except (RuntimeError, ValueError, TypeError, AttributeError, NotImplementedError):
        return False
    plain = torch.stack(
        [plain_log_likelihoods(token_loss, prompt, few, pad_id, device, len(few)) for prompt in prompts[:2]]
    )
    return bool(((quick - plain).abs() <= tolerance * (1 + plain.abs())).all())


def _inputs(
    prompts: Sequence[tuple[int, ...]],
    trie: LabelTrie,
    pad_id: int,
    device: Any,
    dtype: torch.dtype,
    shared: int,
) -> dict[str, Any]:
    """What comes after the `shared` tokens, which all places see."""
    width, nodes = max(len(prompt) for prompt in prompts), len(trie.tokens)
    ids = torch.full((len(prompts), width + nodes), pad_id)
    positions = torch.zeros_like(ids)
    seen = torch.eye(width + nodes, dtype=torch.bool).repeat(len(prompts), 1, 1)
    ids[:, width:] = torch.tensor(trie.tokens, dtype=torch.long)
    for row, prompt in enumerate(prompts):
        length = len(prompt)
        ids[row, :length] = torch.tensor(prompt)
        positions[row, :length] = torch.arange(length)
        positions[row, width:] = torch.tensor(trie.depths, dtype=torch.long) + length
        seen[row, :length, :length] |= torch.ones(length, length, dtype=torch.bool).tril()
        seen[row, width:, :length] = True
    seen[:, width:, width:] = trie.sees()
    mask = torch.zeros(seen.shape, dtype=dtype).masked_fill(~seen, torch.finfo(dtype).min)
    mask = torch.nn.functional.pad(mask, (shared, 0))
    tensors = {"input_ids": ids, "position_ids": positions + shared, "attention_mask": mask[:, None]}
    return dict(to_device(tensors, device))
