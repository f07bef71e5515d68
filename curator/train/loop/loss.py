"""The loss: summed over learned tokens, divided once, and computed nowhere else than at learned tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from curator.train.models.last_layer import Places, last_layer
from curator.train.models.row_attention import BY_ROWS, apart, attention_of
from curator.train.rows.batch import IGNORED

LOGITS_AT_ONCE = 2**25
"""Logits in one piece: 128 MiB in single precision."""

_SEEN = ("input_ids", "attention_mask", "position_ids")
"""What of a batch the model is given."""

_SCALED_LOGITS = ("final_logit_softcapping", "logit_scale", "logits_scaling", "lm_head_multiplier")
"""Settings of model families whose logits are not just head(hidden state)."""

_TOLERANCE, _ROUNDED = {torch.float32: 1e-3}, 3e-2
"""Largest difference of logits, as a share of the largest: where numbers are exact, and where 16 bits round them."""


class Learned(NamedTuple):
    """What a model thinks of the learned tokens of a batch, in reading order, row after row."""

    nll: torch.Tensor
    """Negative log-likelihood of each token, in nats."""
    hit: torch.Tensor
    """Whether each token is the model's own first choice."""
    choice: torch.Tensor
    """The model's own first choice at each place."""
    row: torch.Tensor
    """The row of the batch that each token stands in."""


class Summed(NamedTuple):
    """The loss of a batch."""

    total: torch.Tensor
    """Sum over its learned tokens, in nats; leads back to the weights."""
    by_row: torch.Tensor
    """The same for each row by itself, for the record."""
    tokens: torch.Tensor
    """Learned tokens of each row."""


class TokenLoss:
    """The likelihood of learned tokens under one model, with or without adapter."""

    def __init__(self, model: Any) -> None:
        """Find the model's body and head, and try whether they alone make its logits."""
        self._model = model
        causal = model.get_base_model() if hasattr(model, "peft_config") else model
        self._body = causal.get_decoder()
        self._head = causal.get_output_embeddings()
        self._direct = splits_head(causal)
        self._last = last_layer(self._body) if self._direct else None
        self.attention = attention_of(causal)
        """How attention is computed, as transformers names it."""
        self._is_told_rows = self.attention in BY_ROWS.values()
        if self._direct:
            self._direct = self._agrees()

    @property
    def packs(self) -> bool:
        """Whether rows may stand in one line, as far as the way of its attention goes."""
        return self._is_told_rows or self.attention.startswith("flash")

    @property
    def dtype(self) -> torch.dtype:
        """The type that the model computes in."""
        found: torch.dtype = self._model.dtype
        return found

    def mean(self, batch: dict[str, Any]) -> torch.Tensor:
        """Mean over the learned tokens of a batch."""
        found = self.summed(batch)
        return found.total / found.tokens.sum()

    def summed(self, batch: dict[str, Any]) -> Summed:
        """Sum over the learned tokens of a batch, and of each of its rows.

        Args:
            batch: `input_ids` and `labels`, [lines, width]; `attention_mask`, or `position_ids` that begin anew with
                each row of a single line; `owners` that tell which row a token belongs to, if lines are not rows.
        """
        hidden, targets = self._at_learned(batch)
        total, each = torch.zeros((), device=hidden.device), []
        for states, wanted in self._pieces(hidden, targets):
            # Logits are computed again for the backward pass when there are too many to keep.
            nll = (
                checkpoint(self._nll, states, wanted, use_reentrant=False)
                if torch.is_grad_enabled() and len(targets) > len(wanted)
                else self._nll(states, wanted)
            )
            total = total + nll.sum()
            each.append(nll.detach())
        owners = _owners(batch)
        by_row = torch.zeros(int(owners.max()) + 1, device=hidden.device, dtype=torch.float32)
        theirs = owners[:, 1:][batch["labels"][:, 1:] != IGNORED]
        by_row.index_add_(0, theirs, torch.cat(each) if each else by_row[:0])
        return Summed(total, by_row, theirs.bincount(minlength=len(by_row)))

    @torch.no_grad()
    def learned(self, batch: dict[str, Any]) -> Learned:
        """Every learned token by itself, for scoring."""
        hidden, targets = self._at_learned(batch)
        losses, choices = [], []
        for states, wanted in self._pieces(hidden, targets):
            logits = self.logits(states)
            losses.append(functional.cross_entropy(logits, wanted, reduction="none"))
            choices.append(logits.argmax(-1))
        empty = torch.zeros(0, device=targets.device)
        nll = torch.cat(losses) if losses else empty
        choice = torch.cat(choices) if choices else empty.long()
        rows = (batch["labels"][:, 1:] != IGNORED).nonzero()[:, 0]
        return Learned(nll, choice == targets, choice, rows)

    def states(self, **inputs: Any) -> torch.Tensor:
        """What `logits` wants to be given, for every place: hidden states, or the logits themselves."""
        model = self._body if self._direct else self._model
        out = model(**inputs, use_cache=False)
        made: torch.Tensor = out.last_hidden_state if self._direct else out.logits
        # Of a model that is laid out over several GPUs it comes from the last one.
        return made.to(inputs["input_ids"].device)

    @torch.no_grad()
    def read(self, ids: torch.Tensor, past: Any = None) -> tuple[torch.Tensor, Any]:
        """What `logits` wants to be given, for every place, and what the model keeps of all that it has read."""
        model = self._body if self._direct else self._model
        out = model(input_ids=ids, past_key_values=past, use_cache=True)
        made = out.last_hidden_state if self._direct else out.logits
        return made.to(ids.device), out.past_key_values

    @torch.no_grad()
    def remembered(self, ids: Sequence[int], rows: int, device: Any) -> Any:
        """What the model keeps of the tokens that each of some rows begins with; they are read once."""
        _, cache = self.read(torch.tensor([ids], device=device))
        cache.batch_repeat_interleave(rows)
        return cache

    def logits(self, states: torch.Tensor) -> torch.Tensor:
        """Logits in single precision."""
        if not self._direct:
            return states.float()
        made: torch.Tensor = self._head(states.to(self._head.weight.dtype))
        return made.to(states.device).float()

    def _at_learned(self, batch: dict[str, Any]) -> tuple[torch.Tensor, torch.Tensor]:
        seen = {name: batch[name] for name in _SEEN if name in batch}
        if "position_ids" in batch and self._is_told_rows:
            seen |= apart(batch["position_ids"])
        targets = batch["labels"][:, 1:]
        wanted = targets != IGNORED
        return self._states_at(wanted, seen), targets[wanted]

    def _states_at(self, wanted: torch.Tensor, seen: dict[str, Any]) -> torch.Tensor:
        """The states of some places, [places, size]; `wanted` leaves the last place of each line out."""
        if self._last is None or not self._direct or not wanted.any():
            return self.states(**seen)[:, :-1][wanted]
        with self._last.only(Places(functional.pad(wanted, (0, 1)))):
            return self.states(**seen)[0]

    def _pieces(
        self, states: torch.Tensor, targets: torch.Tensor
    ) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        vocabulary = self._head.weight.shape[0] if self._direct else states.shape[-1]
        size = max(1, LOGITS_AT_ONCE // vocabulary)
        return zip(states.split(size), targets.split(size), strict=True)

    def _nll(self, states: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return functional.cross_entropy(self.logits(states), targets, reduction="none")

    def _agrees(self) -> bool:
        """An unknown family may do something else after its head: then the model is asked for its logits itself."""
        ids = torch.arange(8, device=self._model.device)[None] % self._head.weight.shape[0]
        training = self._model.training
        self._model.eval()
        with torch.no_grad():
            whole = self._model(input_ids=ids, use_cache=False).logits.float()
            mine = self.logits(self.states(input_ids=ids))
            if self._last is not None:
                for every in (2, 6):
                    # With many places and with few, the last layer goes about it in different ways.
                    places = torch.arange(ids.shape[1] - 1, device=ids.device)[None] % every == 1
                    some = self.logits(self._states_at(places, {"input_ids": ids}))
                    self._last = self._last if _alike(whole[:, :-1][places], some, self.dtype) else None
        self._model.train(training)
        return _alike(whole, mine, self.dtype)


def _alike(whole: torch.Tensor, mine: torch.Tensor, dtype: torch.dtype) -> bool:
    """Whether logits are the same but for rounding."""
    most = _TOLERANCE.get(dtype, _ROUNDED) * whole.abs().max()
    return whole.shape == mine.shape and bool((whole - mine).abs().max() <= most)


def _owners(batch: dict[str, Any]) -> torch.Tensor:
    """The row of each token, [lines, width]."""
    if "owners" in batch:
        found: torch.Tensor = batch["owners"]
        return found
    ids = batch["input_ids"]
    return torch.arange(len(ids), device=ids.device)[:, None].expand_as(ids)


def splits_head(causal: Any) -> bool:
    """Whether a model is a body and a head whose logits nothing changes, as far as its config says."""
    if causal.get_output_embeddings() is None or causal.get_decoder() is causal:
        return False
    config = causal.config.get_text_config()
    return all(getattr(config, name, None) in (None, 1, 1.0) for name in _SCALED_LOGITS)
