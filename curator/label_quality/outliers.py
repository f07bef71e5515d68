"""Texts whose words are unlike those of all other texts.

A text is unlike the others where a language model of the others finds its words and pairs of words surprising: novelty
detection by likelihood (Bishop 1994), the model being counts of n-grams. It takes time in proportion to the length of
the texts, and ranks strange ones about as well as their similarity to their nearest neighbours does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curator.label_quality import naive_bayes
from curator.label_quality.features import binary, words

FAR = 3.5
"""Deviations from the median beyond which a text is far (the modified z-score of Iglewicz and Hoaglin 1993)."""
_USUAL_TERMS = 2
"""Usual terms that each text is taken to have besides its own, lest one rare word make a short text strange."""
_LEAST_SPREAD = 0.5
"""Nats per term: where all texts are made after one pattern, any other word would be far."""


class Outliers(NamedTuple):
    """How unlike the others each text is."""

    score: NDArray[np.float64]
    """0 up to the median, 0.5 at the cut-off, below 1."""
    far: NDArray[np.bool_]
    """Beyond the cut-off."""


def outliers(texts: Sequence[str]) -> Outliers:
    """How unlike the others each text is; one without words is like any other.

    Where the texts have next to nothing in common, none is far.
    """
    if not len(texts):
        return Outliers(np.zeros(0), np.zeros(0, np.bool_))
    deviations = np.maximum(_deviations(_surprise(texts)), 0)
    return Outliers(deviations / (deviations + FAR), deviations > FAR)


def _surprise(texts: Sequence[str]) -> NDArray[np.float64]:
    """Mean surprise of each text at its terms (nats per term), over that of the usual text."""
    terms = binary(words(texts))
    found = -naive_bayes.leave_one_out(terms, np.zeros(len(texts), np.int64), 1)[:, 0].astype(np.float64)
    lengths = np.diff(terms.indptr)
    if not lengths.any():
        return np.zeros(len(texts))
    usual = np.median(found[lengths > 0])
    surprise: NDArray[np.float64] = (found - usual) * lengths / (lengths + _USUAL_TERMS)
    return surprise


def _deviations(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far above the median each value is, in robust standard deviations."""
    away = values - np.median(values)
    return away / max(1.4826 * float(np.median(np.abs(away))), _LEAST_SPREAD)
