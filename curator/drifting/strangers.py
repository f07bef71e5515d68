"""New texts that are unlike the training texts, and words that those never had.

Both are judged as training texts are: each of them by all the others, so that what is rare there is not taken for new.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from curator.drifting.words_of import Words
from curator.label_quality import naive_bayes
from curator.label_quality.features import binary
from curator.label_quality.outliers import FAR

_USUAL_TERMS = 2
"""Usual words that each text is taken to have besides its own, lest one rare word make a short text strange."""
_LEAST_SPREAD = 0.5
"""Nats a word: where all texts are made after one pattern, any other word would be far."""
_WORDS = 20

Values = NDArray[np.float64]


class Strangers(NamedTuple):
    """New texts out of the domain of the training texts."""

    places: tuple[int, ...]
    """Which new texts, the strangest first."""
    train: float
    """Share of the training texts that are as far from the others, from 0 to 1."""
    new: float
    """Share of the new texts."""
    p: float
    """One-sided, of Fisher's exact test."""


class Vocabulary(NamedTuple):
    """Words that no other training text has."""

    train: float
    """Share of the words of training texts that no other training text has, from 0 to 1."""
    new: float
    """Share of the words of new texts that no training text has."""
    p: float
    """One-sided, of the Mann-Whitney test of these shares by text."""
    words: tuple[tuple[str, int], ...]
    """The most frequent new words of two letters or more, and in how many new texts they stand; text from the data."""


def strangers(words: Words) -> Strangers:
    """New texts whose words are surprising after the training texts (novelty by likelihood, Bishop 1994)."""
    from scipy.stats import fisher_exact

    deviations, is_new = _deviations(words), words.is_new
    far = deviations > FAR
    counts = [int(far[is_new == side].sum()) for side in (True, False)]
    sizes = [int((is_new == side).sum()) for side in (True, False)]
    table = [[count, size - count] for count, size in zip(counts, sizes, strict=True)]
    order = np.argsort(-deviations[is_new], kind="stable")
    return Strangers(
        places=tuple(order[: counts[0]].tolist()),
        train=counts[1] / sizes[1],
        new=counts[0] / sizes[0],
        p=float(fisher_exact(np.array(table), alternative="greater").pvalue),
    )


def _deviations(words: Words) -> Values:
    """How far above the median of the training texts the surprise of each text is, in robust deviations."""
    terms = binary(words.counts)
    surprise = -naive_bayes.leave_one_out(terms, words.is_new.astype(np.int64), 1)[:, 0].astype(np.float64)
    lengths = np.diff(terms.indptr)
    known = ~words.is_new & (lengths > 0)
    if not known.any():
        return np.zeros(len(lengths))
    surprise = (surprise - np.median(surprise[known])) * lengths / (lengths + _USUAL_TERMS)
    away = surprise - np.median(surprise[known])
    spread = max(1.4826 * float(np.median(np.abs(away[known]))), _LEAST_SPREAD)
    deviations: Values = away / spread
    return deviations


def vocabulary(words: Words) -> Vocabulary:
    """How many words are new, beside how many are new in any training text."""
    from scipy.stats import mannwhitneyu

    is_new, terms = words.is_new, binary(words.counts)
    having = np.asarray(terms[~is_new].sum(axis=0)).ravel()
    owners = np.repeat(~is_new, np.diff(terms.indptr))
    unseen = (having[terms.indices] - owners) < 0.5
    by_text = np.bincount(
        np.repeat(np.arange(len(is_new)), np.diff(terms.indptr)), words.counts.data * unseen, len(is_new)
    )
    lengths = np.asarray(words.counts.sum(axis=1)).ravel()
    shares = by_text / np.maximum(lengths, 1)
    train, new = (float(by_text[side].sum() / max(lengths[side].sum(), 1)) for side in (~is_new, is_new))
    p = mannwhitneyu(shares[is_new], shares[~is_new], alternative="greater").pvalue if unseen.any() else 1.0
    return Vocabulary(train, new, float(p), _frequent(words, having))


def _frequent(words: Words, having: NDArray[Any]) -> tuple[tuple[str, int], ...]:
    texts = np.asarray(binary(words.counts)[words.is_new].sum(axis=0)).ravel()
    fresh = [
        place
        for place in np.flatnonzero((having < 0.5) & (texts > 0)).tolist()
        if len(words.names[place]) > 1
    ]
    fresh.sort(key=lambda place: (-texts[place], words.names[place]))
    return tuple((words.names[place], int(texts[place])) for place in fresh[:_WORDS])
