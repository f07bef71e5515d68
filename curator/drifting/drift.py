"""New inputs against the training records, by several tests at once, and whether to label and tune again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from curator.checks.detectors.language import language, name
from curator.config import Config
from curator.drifting import lengths as measured
from curator.drifting import strangers as unlike
from curator.drifting.gathering import Side, Text
from curator.drifting.judging import Alarm, Outcome, judged
from curator.drifting.predicted_labels import predicted_labels
from curator.drifting.shares import Share, Shift, shift
from curator.drifting.two_sample import TwoSample, two_sample
from curator.drifting.words_of import Words, words_of
from curator.records import Frozen

_LANGUAGES = 2_000
"""Texts of each side whose language is looked at."""
_CLEAR = 0.5
"""Probability from which on a language is named."""
_SHOWN = 200
_UNCLEAR = "not clear"

From = Literal["given", "predicted"]


class LabelShift(Frozen):
    """How the labels moved."""

    source: From
    """`given` in the file, or `predicted` by a classifier of words, with its errors corrected."""
    shares: tuple[Share, ...]
    """What differs most first."""
    distance: float
    """Share of the texts that would have to have another label, from 0 to 1, over what chance brings about; of a
    classifier's answers where they are predicted."""
    accuracy: float | None
    """Of the classifier, on training texts that it has not seen."""


class Stranger(NamedTuple):
    """A new text out of domain."""

    place: str
    """File and line."""
    text: str
    """The text in full."""


class Drift(Frozen):
    """What came of a comparison."""

    train: int
    """Training records."""
    new: int
    """New rows with a text."""
    looked_at: tuple[int, int]
    """How many of each were looked at."""
    passed_over: int
    """New rows that could not be read, or have no text."""
    known: int
    """New texts that stand in the training records word for word, of those looked at."""
    whole: bool
    """Whether there is no split yet, so that all records count as training records."""
    alarms: tuple[Alarm, ...]
    """Each test, with whether it found something."""
    outcome: Outcome
    """`no evidence`, `some drift` or `drift`."""
    sentence: str
    """What to do, with the reasons."""
    told_apart: TwoSample
    """How well a classifier tells both sides apart, and by which words."""
    labels: LabelShift | None
    """How labels moved; None where there are none, or they cannot be told."""
    vocabulary: unlike.Vocabulary
    """Words that the training texts never had."""
    lengths: measured.Lengths
    """How long texts are."""
    languages: tuple[Share, ...]
    """Languages of both sides, what differs most first."""
    strangers: tuple[Stranger, ...]
    """Texts out of domain, the strangest first; 200 at most."""
    stranger_share: tuple[float, float]
    """Share of the training texts and of the new ones that are so far from all (other) training texts."""


def drift(config: Config, train: Side, new: Side) -> Drift:
    """Compare new texts with training texts; both sides have enough of them."""
    seed, before, after = config.evaluate.seed, _texts(train), _texts(new)
    words = words_of(before, after)
    apart, labels = two_sample(words, seed), _labels(train.texts, new.texts, words, seed)
    vocabulary, strange = unlike.vocabulary(words), unlike.strangers(words)
    counts = np.asarray(words.counts.sum(axis=1), np.int64).ravel()
    sizes = measured.lengths(config, before, after, counts)
    spoken = shift(_languages(before, seed), _languages(after, seed), seed)
    told, moved = labels or (None, None)
    outcome = judged(apart, moved, vocabulary, sizes, spoken, strange, new=len(after))
    seen = set(before)
    return Drift(
        train=train.found,
        new=new.found,
        looked_at=(len(before), len(after)),
        passed_over=new.passed_over,
        known=sum(text in seen for text in after),
        whole=train.whole,
        alarms=outcome.alarms,
        outcome=outcome.outcome,
        sentence=outcome.sentence,
        told_apart=apart,
        labels=told,
        vocabulary=vocabulary,
        lengths=sizes,
        languages=spoken.shares,
        strangers=tuple(Stranger(new.texts[p].place, new.texts[p].text) for p in strange.places[:_SHOWN]),
        stranger_share=(strange.train, strange.new),
    )


def _texts(side: Side) -> list[str]:
    return [one.text for one in side.texts]


def _labels(
    train: Sequence[Text], new: Sequence[Text], words: Words, seed: int
) -> tuple[LabelShift, Shift] | None:
    """The labels of both sides, or those that a classifier sees in the new texts."""
    before, after = ([one.label for one in side] for side in (train, new))
    if 2 * sum(map(bool, after)) > len(after) and any(before):
        moved = shift([label for label in before if label], [label for label in after if label], seed)
        given = LabelShift(source="given", shares=moved.shares, distance=moved.distance, accuracy=None)
        return given, moved
    found = predicted_labels(words, before, seed)
    if found is None:
        return None
    shares, distance = found.shift.shares, found.shift.distance
    seen = LabelShift(source="predicted", shares=shares, distance=distance, accuracy=found.accuracy)
    return seen, found.shift


def _languages(texts: Sequence[str], seed: int) -> list[str]:
    """The language of some texts, in English."""
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(texts), min(_LANGUAGES, len(texts)), replace=False).tolist()
    guesses = (language(texts[place]) for place in chosen)
    return [name(guess.language) if guess.confidence >= _CLEAR else _UNCLEAR for guess in guesses]
