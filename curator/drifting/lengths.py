"""How long the texts of both sides are, in tokens of the model where its tokenizer is at hand, else in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curator.config import Config
from curator.errors import CuratorError

Measure = Callable[[Sequence[str]], NDArray[np.int64]]


class Lengths(NamedTuple):
    """Lengths of both sides."""

    unit: str
    """`tokens` or `words`."""
    train: float
    """Median of the training texts."""
    new: float
    """Median of the new texts."""
    distance: float
    """Largest difference of the two distribution functions (Kolmogorov-Smirnov), from 0 to 1."""
    p: float
    """Of the two-sample Kolmogorov-Smirnov test; too large rather than too small, because lengths are whole numbers."""
    limit: int | None
    """`train.max_length`, where the unit is tokens."""
    beyond_train: float
    """Share of the training texts that are longer than the limit even without the words around them."""
    beyond_new: float
    """Share of the new texts."""


def lengths(config: Config, train: Sequence[str], new: Sequence[str], words: NDArray[np.int64]) -> Lengths:
    """Compare lengths; `words` holds the number of words of each text, the training texts first."""
    from scipy.stats import ks_2samp

    measure = _tokens(config)
    unit, limit = ("tokens", config.train.max_length) if measure else ("words", None)
    sizes = measure((*train, *new)) if measure else words
    before, after = sizes[: len(train)], sizes[len(train) :]
    found = ks_2samp(before, after)
    beyond = [0.0 if limit is None else float((side > limit).mean()) for side in (before, after)]
    usual, now = (float(np.median(side)) for side in (before, after))
    return Lengths(unit, usual, now, float(found.statistic), float(found.pvalue), limit, beyond[0], beyond[1])


def _tokens(config: Config) -> Measure | None:
    """Counts tokens, where the model is a folder on this machine."""
    from curator.train.runs import resolve_model

    try:
        from tokenizers import Tokenizer

        path = Path(resolve_model(config.model)) / "tokenizer.json"
    except (ImportError, CuratorError):
        return None
    if not path.is_file():
        return None
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()

    def measure(texts: Sequence[str]) -> NDArray[np.int64]:
        found = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return np.array([len(one) for one in found], np.int64)

    return measure
