"""What the tests of drift say together: each with its size, its p, and whether it is worth acting upon."""

from __future__ import annotations

from typing import Literal, NamedTuple

from curator.drifting.lengths import Lengths
from curator.drifting.shares import Shift
from curator.drifting.strangers import Strangers, Vocabulary
from curator.drifting.two_sample import TwoSample
from curator.evaluate.statistics import holm
from curator.evaluate.verdict import LEVEL, p_shown
from curator.text import plural, visible_line

Outcome = Literal["no evidence", "some drift", "drift"]
Test = Literal["told apart", "labels", "vocabulary", "lengths", "languages", "out of domain"]

LARGE: dict[Test, float] = {
    "told apart": 0.65,
    "labels": 0.1,
    "vocabulary": 0.03,
    "lengths": 0.2,
    "languages": 0.1,
    "out of domain": 0.05,
}
"""Sizes from which on a difference that is proven is worth labelling and tuning again."""
_FEW = 200
"""New rows below which only large differences can be found."""
_LABELLED = 200
"""Rows that are worth labelling for a look at what a model makes of them."""


class Alarm(NamedTuple):
    """One test."""

    test: Test
    """What was compared."""
    size: float
    """How large the difference is: an AUC, a total variation, a difference of shares, a distance of distributions."""
    p: float
    """Of the test."""
    p_adjusted: float
    """Corrected for all tests made (Holm)."""
    found: bool
    """Whether the difference is more than chance."""
    large: bool
    """Whether it is also large enough to act upon."""
    sentence: str
    """What was found, in words."""


class Judged(NamedTuple):
    """All tests together."""

    alarms: tuple[Alarm, ...]
    outcome: Outcome
    sentence: str


def judged(
    apart: TwoSample,
    labels: Shift | None,
    vocabulary: Vocabulary,
    lengths: Lengths,
    languages: Shift,
    strangers: Strangers,
    *,
    new: int,
) -> Judged:
    """Judge all tests of `new` new texts together; without drift they give an alarm in one of twenty cases at most."""
    tests: list[tuple[Test, float, float, str]] = [
        (
            "told apart",
            apart.auc,
            apart.p,
            f"a classifier tells new from training texts with an AUC of {apart.auc:.2f}",
        ),
        ("vocabulary", vocabulary.new - vocabulary.train, vocabulary.p, _words(vocabulary)),
        ("lengths", _length(lengths), lengths.p, _lengths(lengths)),
        ("languages", languages.distance, languages.p, _most(languages, "language")),
        ("out of domain", strangers.new - strangers.train, strangers.p, _strange(strangers)),
    ]
    if labels is not None:
        tests.insert(1, ("labels", labels.distance, labels.p, _most(labels, "label")))
    adjusted = holm([p for _, _, p, _ in tests])
    alarms = tuple(
        Alarm(test, size, p, corrected, corrected < LEVEL, corrected < LEVEL and size >= LARGE[test], words)
        for (test, size, p, words), corrected in zip(tests, adjusted, strict=True)
    )
    outcome: Outcome = "no evidence"
    if any(alarm.found for alarm in alarms):
        outcome = "drift" if any(alarm.large for alarm in alarms) else "some drift"
    return Judged(alarms, outcome, _sentence(alarms, outcome, new))


def _sentence(alarms: tuple[Alarm, ...], outcome: Outcome, new: int) -> str:
    rows = plural(new, "new row")
    if outcome == "no evidence":
        few = f"; {rows} show large differences only" if new < _FEW else ""
        return f"No evidence of drift in {rows}: there is no reason to label or tune again{few}."
    if outcome == "some drift":
        reasons = "; ".join(_reason(alarm) for alarm in alarms if alarm.found)
        return f"Some drift, but little: no need to tune again yet, compare again with more rows. Found: {reasons}."
    reasons = "; ".join(_reason(alarm) for alarm in alarms if alarm.large)
    return (
        f"The inputs have changed: label some {min(new, _LABELLED):,} of the new rows, those out of domain first, "
        f"import them, tune again, and hold both models against each other with `curator compare`. Reasons: {reasons}."
    )


def _reason(alarm: Alarm) -> str:
    return f"{alarm.sentence} ({p_shown(alarm.p_adjusted)} corrected)"


def _words(found: Vocabulary) -> str:
    return f"{found.new:.1%} of the words stand in no training text, where {found.train:.1%} are usual"


def _length(found: Lengths) -> float:
    """A distance, or as large when many texts are too long now."""
    more = found.beyond_new - found.beyond_train
    return max(found.distance, LARGE["lengths"] if more >= LARGE["out of domain"] else 0.0)


def _lengths(found: Lengths) -> str:
    told = f"the median length is {found.new:,.0f} {found.unit}, of training texts {found.train:,.0f}"
    if found.limit is None or not found.beyond_new:
        return told
    return f"{told}; {found.beyond_new:.1%} are longer than the {found.limit:,} of train.max_length"


def _most(found: Shift, what: str) -> str:
    share = found.shares[0]
    name = visible_line(share.name, 60)
    most = f"{name} {share.new:.1%}, in training {share.train:.1%}"
    return f"{found.distance:.1%} of the rows have another {what} than the training texts let expect (most: {most})"


def _strange(found: Strangers) -> str:
    return f"{found.new:.1%} of the rows are unlike the training texts, where {found.train:.1%} are usual"
