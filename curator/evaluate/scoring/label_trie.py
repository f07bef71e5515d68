"""The likelihood of every label of a closed list, for a batch of prompts.

The prompts are read once and remembered. The labels' tokens form a tree: labels that begin alike share a path. Its
nodes stand behind each prompt as if they were one text, but each sees only the prompt and its own ancestors, at the
position that it would have behind them. The tree is cut into blocks about as long as the prompts, side by side, so that
what attention costs grows with the nodes and not with their square.

What all prompts of a batch begin with, such as the same examples, is read once for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from curator.evaluate.scoring.label_tree import Blocks, LabelTrie
from curator.train.loop.loss import TokenLoss
from curator.train.rows.batch import IGNORED, to_device

_PROBED = 4
"""Labels on which the tree is compared with plain scoring before it is trusted."""
_WORTH_SHARING = 64
"""Tokens from which on a common beginning is read by itself."""
_BLOCK = 64
"""Nodes in a block at least: less would leave a processor waiting."""


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
    block: int = 0,
) -> torch.Tensor:
    """Log-likelihood of each label (columns) after each prompt (rows), end token included.

    The first `shared` tokens, which must be the same in all prompts, are read once. A block of the tree has as many
    nodes as the longest prompt has tokens, but at least 64, where nothing else is said.
    """
    begun, rest = prompts[0][:shared], [prompt[shared:] for prompt in prompts]
    past = token_loss.remembered(begun, len(rest), device) if shared else None
    width, lengths = max(map(len, rest)), torch.tensor([len(prompt) for prompt in rest])
    ids = torch.full((len(rest), width), pad_id)
    for row, prompt in enumerate(rest):
        ids[row, : len(prompt)] = torch.tensor(prompt)
    # Filled up behind, where no token of the prompt sees it; the tree is told not to look.
    read, memory = token_loss.read(ids.to(device), past)
    lasts = read[torch.arange(len(rest)), lengths - 1]
    laid = trie.blocks(block or max(_BLOCK, shared + width))
    memory.batch_repeat_interleave(len(laid.tokens))
    states = token_loss.states(
        **_inputs(laid, lengths, width, shared, device, token_loss.dtype), past_key_values=memory
    )
    nodes = states.reshape(len(rest), -1, states.shape[-1])[:, laid.places.to(device)]
    scores = [
        _of_labels(token_loss, torch.cat([last[None], row]), trie)
        for last, row in zip(lasts, nodes, strict=True)
    ]
    return torch.stack(scores)


def _of_labels(token_loss: TokenLoss, places: torch.Tensor, trie: LabelTrie) -> torch.Tensor:
    """The sums over the paths of the tree, from what stands at the prompt's last token and at each node."""
    logits = token_loss.logits(places)
    sources, targets = trie.sources.to(places.device), trie.targets.to(places.device)
    edges = logits[sources, targets] - logits.logsumexp(-1)[sources]
    return trie.membership @ edges.double().cpu()


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
    """Whether this model remembers what it has read and honours the tree's mask: not all that decodes does."""
    few = labels[:_PROBED]
    tolerance = 1e-3 if token_loss.dtype == torch.float32 else 2e-2
    try:
        quick = label_log_likelihoods(
            token_loss, prompts[:2], LabelTrie(few), pad_id, device, shared, block=1
        )
    except (RuntimeError, ValueError, TypeError, AttributeError, NotImplementedError):
        return False
    plain = torch.stack(
        [plain_log_likelihoods(token_loss, prompt, few, pad_id, device, len(few)) for prompt in prompts[:2]]
    )
    return bool(((quick - plain).abs() <= tolerance * (1 + plain.abs())).all())


def _inputs(
    laid: Blocks, lengths: torch.Tensor, width: int, shared: int, device: Any, dtype: torch.dtype
) -> dict[str, Any]:
    """The blocks of the tree behind each prompt: rows times blocks lines, which see their prompt and themselves."""
    rows, (blocks, size) = len(lengths), laid.tokens.shape
    given = torch.arange(width) < lengths[:, None]
    given = torch.nn.functional.pad(given, (shared, 0), value=True)
    seen = torch.cat(
        [
            given[:, None, None].expand(rows, blocks, size, shared + width),
            laid.sees.expand(rows, blocks, size, size),
        ],
        dim=-1,
    ).flatten(0, 1)
    mask = torch.zeros(seen.shape, dtype=dtype).masked_fill(~seen, torch.finfo(dtype).min)
    positions = laid.depths + (shared + lengths)[:, None, None]
    tensors = {
        "input_ids": laid.tokens.expand(rows, blocks, size).flatten(0, 1),
        "position_ids": positions.flatten(0, 1),
        "attention_mask": mask[:, None],
    }
    return dict(to_device(tensors, device))
