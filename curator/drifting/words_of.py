"""The words of both sides, counted once for everything that looks at words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from curator.evaluate.answers.words import words
from curator.label_quality.features import counted

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_CELLS = 8_000_000
"""Numbers of a dense block: 32 MB."""


class Words(NamedTuple):
    """Texts of both sides as counts of words."""

    counts: csr_array
    """How often each text has each word: a sparse float32 matrix (texts, words), the training texts first."""
    names: tuple[str, ...]
    """The words, lower case."""
    train: int
    """Training texts."""

    @property
    def is_new(self) -> NDArray[np.bool_]:
        """Which of the texts are new."""
        new: NDArray[np.bool_] = np.arange(self.counts.shape[0]) >= self.train
        return new


def similarities(left: csr_array, right: csr_array) -> NDArray[np.float32]:
    """The product of every row of `left` with every row of `right`, dense."""
    found = np.zeros((left.shape[0], right.shape[0]), np.float32)
    width = max(1, _CELLS // right.shape[1])
    for start in range(0, right.shape[0], width):
        found[:, start : start + width] = left @ right[start : start + width].toarray().T
    return found


def words_of(train: Sequence[str], new: Sequence[str]) -> Words:
    """The words of texts, in any script."""
    known: dict[str, int] = {}
    ids: list[int] = []
    rows: list[int] = []
    for row, text in enumerate((*train, *new)):
        found = words(text)
        ids += [known.setdefault(word, len(known)) for word in found]
        rows += [row] * len(found)
    shape = (len(train) + len(new), max(len(known), 1))
    return Words(counted(np.array(rows, np.int64), np.array(ids, np.int64), shape), tuple(known), len(train))
