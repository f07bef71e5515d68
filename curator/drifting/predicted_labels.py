"""Labels of new texts as a classifier of the training records sees them: black box shift estimation.

The classifier errs, but it errs on new texts as on training texts that it has not seen; from how often it takes one
label for another, the shares of the labels follow (Lipton, Wang and Smola 2018). Whether its answers are distributed
otherwise is tested as for given labels (Rabanser et al. 2019). Both presume that texts of one label are what they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curator.drifting.shares import Share, Shift, shift
from curator.drifting.words_of import Words, similarities
from curator.label_quality.features import tfidf

_MOST = 2_000
_FOLDS = 5
_RIDGE = np.float32(1)
_LEAST_EACH = 5
"""Training texts of a label below which a classifier cannot learn it."""
_BETTER = 1.5
"""How much less often than the most frequent label alone the classifier must be wrong."""

Matrix = NDArray[np.float64]


class Predicted(NamedTuple):
    """The label shift that a classifier sees."""

    shift: Shift
    """Of its answers; the shares are corrected for its errors."""
    accuracy: float
    """How often it is right on training texts that it has not seen."""


def predicted_labels(words: Words, labels: Sequence[str], seed: int) -> Predicted | None:
    """The shift of labels between training and new texts; None where labels are too few or cannot be told from words.

    Args:
        words: Both sides.
        labels: The label of each training text, empty where it has none.
        seed: Draws samples and folds.
    """
    rng = np.random.default_rng(seed)
    names, counts = np.unique([label for label in labels if label], return_counts=True)
    known = [str(name) for name, count in zip(names, counts, strict=True) if count >= _LEAST_EACH]
    position = {name: place for place, name in enumerate(known)}
    usable = np.array([place for place, label in enumerate(labels) if label in position], np.int64)
    if len(known) < 2:
        return None
    train = rng.permutation(usable)[:_MOST]
    new = rng.permutation(np.flatnonzero(words.is_new))[:_MOST]
    truth = np.array([position[labels[place]] for place in train.tolist()], np.int64)
    said = _answers(words, train, new, truth, len(known), rng)
    answers, theirs = said[: len(train)], said[len(train) :]
    accuracy = float((answers == truth).mean())
    if _BETTER * (1 - accuracy) > 1 - np.bincount(truth).max() / len(truth):
        return None
    moved = shift([known[place] for place in answers], [known[place] for place in theirs], seed)
    shares = _corrected(answers, truth, theirs, known)
    return Predicted(moved._replace(shares=tuple(shares)), accuracy)


def _answers(
    words: Words,
    train: NDArray[np.int64],
    new: NDArray[np.int64],
    truth: NDArray[np.int64],
    labels: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """The answer to each text, training texts first, of a classifier that has not seen it.

    New texts are shared out among the classifiers of the folds, so that both sides are answered by the same ones.
    """
    from scipy.linalg import cho_factor, cho_solve

    terms = tfidf(words.counts[np.concatenate([train, new])])
    kernel = similarities(terms, terms[: len(train)])
    targets = np.full((len(train), labels), -1 / labels, np.float32)
    targets[np.arange(len(train)), truth] += 1
    fold = np.concatenate([rng.permutation(len(side)) % _FOLDS for side in (train, new)])
    answers = np.zeros(len(fold), np.int64)
    for number in range(_FOLDS):
        rest = np.flatnonzero(fold[: len(train)] != number)
        factor = cho_factor(
            kernel[np.ix_(rest, rest)] + _RIDGE * np.eye(len(rest), dtype=np.float32), lower=True
        )
        out = np.flatnonzero(fold == number)
        answers[out] = (kernel[np.ix_(out, rest)] @ cho_solve(factor, targets[rest])).argmax(axis=1)
    return answers


def _corrected(
    answers: NDArray[np.int64], truth: NDArray[np.int64], theirs: NDArray[np.int64], known: Sequence[str]
) -> list[Share]:
    """The shares of the labels that the answers to new texts speak for, what differs most first."""
    from scipy.optimize import nnls

    size = len(known)
    confusion = np.zeros((size, size))
    np.add.at(confusion, (answers, truth), 1)
    before = confusion.sum(axis=0) / len(truth)
    given_truth = confusion / np.maximum(confusion.sum(axis=0), 1)
    after, _ = nnls(given_truth, np.bincount(theirs, minlength=size) / len(theirs))
    after = after / max(after.sum(), 1e-12)
    found = [Share(name, float(one), float(two)) for name, one, two in zip(known, before, after, strict=True)]
    return sorted(found, key=lambda share: (-abs(share.new - share.train), share.name))
