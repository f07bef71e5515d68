"""Whether the tuning was worth it, in one sentence that the figures carry."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

from pydantic import BeforeValidator, PlainSerializer

from curator.evaluate.figures import METRICS, shown, shown_difference, unit_of_difference
from curator.evaluate.scores import Better
from curator.records import Frozen
from curator.text import plural

Outcome = Literal["worth it", "undecided", "not worth it"]

LEVEL = 0.05

_FINITE = PlainSerializer(lambda end: end if math.isfinite(end) else None, when_used="json")
"""JSON has no infinity: an interval that is open has nothing at that end."""
_Low = Annotated[float, BeforeValidator(lambda end: -math.inf if end is None else end), _FINITE]
_High = Annotated[float, BeforeValidator(lambda end: math.inf if end is None else end), _FINITE]


class Gain(Frozen):
    """A paired difference between two systems on the same rows: the tuned model minus another."""

    metric: str
    """Which metric, in whose units all figures are."""
    difference: float
    """The tuned model's value minus the other's."""
    low: _Low
    """Lower end of the 95 % bootstrap interval; open where so few rows bound nothing."""
    high: _High
    """Upper end of the interval; open likewise."""
    p: float
    """Two-sided p of the paired test."""
    better: Better
    """Which sign is a gain: `higher` a positive difference, `lower` a negative one."""
    detectable: float | None = None
    """Smallest true difference that this test size finds in 4 of 5 cases; absent if it cannot be told."""
    p_adjusted: float | None = None
    """The p after Holm's correction over all comparisons made beside this one; absent where it stands alone."""

    @property
    def evidence(self) -> float:
        """The p that decides: the corrected one where several comparisons were made."""
        return self.p if self.p_adjusted is None else self.p_adjusted

    @property
    def bounded(self) -> bool:
        """Whether there are enough independent rows to say anything."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def proven(self) -> bool:
        """Interval and test both say that the tuned model is better."""
        end = self.low if self.better == "higher" else -self.high
        return end > 0 and self.evidence < LEVEL

    @property
    def disproven(self) -> bool:
        """Interval and test both say that the tuned model is worse."""
        end = self.high if self.better == "higher" else -self.low
        return end < 0 and self.evidence < LEVEL


class Rival(Frozen):
    """A cheaper system beside the tuned model."""

    title: str
    """How it is called in a sentence."""
    value: float
    """Its value of the gain's metric."""
    gain: Gain
    """The tuned model minus this system."""


class Clean(NamedTuple):
    """What is left of a test without the rows that the training data gives away."""

    given_away: int
    """Test rows that are left out, at least one."""
    gain: Gain | None
    """Tuned minus base on the others; absent where too few are left."""


class Verdict(Frozen):
    """The outcome and the sentence that gives the reason."""

    outcome: Outcome
    """worth it, undecided or not worth it."""
    sentence: str
    """One plain sentence with the figures."""


def judge(
    gain: Gain, before: float, after: float, n: int, rivals: Mapping[str, Rival], clean: Clean | None = None
) -> Verdict:
    """The verdict on `n` rows from the headline gain, its two values, and the rivals.

    Worth it: gain proven by interval and test, and no rival proven better. Not worth it: proven worse than
    the base or than a rival. Everything else is undecided, and so is a gain that is proven only with test rows that the
    training data gives away. Only rivals with the headline metric decide; the others are mentioned where they are
    better.
    """
    deciding = [rival for rival in rivals.values() if rival.gain.metric == gain.metric]
    best = _best(deciding)
    beaten_by = _best([rival for rival in deciding if rival.gain.disproven])
    aside = _aside([rival for rival in rivals.values() if rival.gain.metric != gain.metric])
    change = _change(gain, before, after, n)
    if gain.disproven:
        return Verdict(outcome="not worth it", sentence=f"Not worth it: {change}{_beside(best)}{aside}.")
    if beaten_by:
        return Verdict(
            outcome="not worth it", sentence=f"Not worth it: {_beaten(beaten_by)}, while {change}{aside}."
        )
    if gain.proven and clean is not None and not (clean.gain and clean.gain.proven):
        return Verdict(
            outcome="undecided", sentence=f"No evidence of a gain: {_unfair(clean)}; {change}{aside}."
        )
    if gain.proven:
        sentence = f"Worth it: {change}{_beside(best)}{_without(clean)}{aside}."
        return Verdict(outcome="worth it", sentence=sentence)
    sentence = f"No evidence of a gain: {change}{_reach(gain, n)}{_beside(best)}{aside}."
    return Verdict(outcome="undecided", sentence=sentence)


def p_shown(p: float) -> str:
    """`p = 0.012`, `p < 0.0001`."""
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.4f}" if p < 0.001 else f"p = {p:.3f}"


def evidence_shown(gain: Gain) -> str:
    """`p = 0.012`, and `p = 0.036 corrected` where several comparisons were made."""
    return p_shown(gain.evidence) + ("" if gain.p_adjusted is None else " corrected")


def interval_shown(gain: Gain) -> str:
    """`difference 78.5 points, 95 % interval 71.0 to 85.4, p < 0.0001`."""
    low, high = (shown_difference(gain.metric, end) for end in (gain.low, gain.high))
    amount = shown_difference(gain.metric, gain.difference)
    unit = unit_of_difference(gain.metric)
    return f"difference {amount}{unit}, 95 % interval {low} to {high}, {evidence_shown(gain)}"


def _change(gain: Gain, before: float, after: float, n: int) -> str:
    """`accuracy rose from 12.5 % to 91.0 % on 144 held-out rows (…)`."""
    old, new = shown(gain.metric, before), shown(gain.metric, after)
    title, rows = METRICS[gain.metric].title, plural(n, "held-out row")
    if old == new:
        return f"{title} stayed at {new} on {rows} ({interval_shown(gain)})"
    verb = ("rose" if after > before else "fell") if gain.proven or gain.disproven else "went"
    return f"{title} {verb} from {old} to {new} on {rows} ({interval_shown(gain)})"


def _unfair(clean: Clean) -> str:
    """`the training data gives 20 test rows away, and without them nothing is proven (…)`."""
    rows = plural(clean.given_away, "test row")
    if clean.gain is None:
        return f"the training data gives {rows} away, and too few are left"
    return f"the training data gives {rows} away, and without them nothing is proven ({interval_shown(clean.gain)})"


def _without(clean: Clean | None) -> str:
    """The gain on the rows that the training data does not give away."""
    if clean is None or clean.gain is None:
        return ""
    amount = shown_difference(clean.gain.metric, clean.gain.difference)
    unit = unit_of_difference(clean.gain.metric)
    return (
        f"; the difference is {amount}{unit} without {plural(clean.given_away, 'test row')} that the training data "
        "gives away"
    )


def _beside(rival: Rival | None) -> str:
    """What the best rival reaches, and whether the test can tell it from the tuned model at all."""
    if rival is None:
        return ""
    value = shown(rival.gain.metric, rival.value)
    if rival.gain.proven or rival.gain.disproven:
        return f"; {rival.title} reaches {value}"
    return f", but {rival.title} reaches {value}, and the test cannot tell the two apart ({interval_shown(rival.gain)})"


def _beaten(rival: Rival) -> str:
    """`TF-IDF + logistic regression is better (86.1 %; tuned minus rival …)`."""
    value = shown(rival.gain.metric, rival.value)
    return f"{rival.title} is better at {value} (the tuned model against it: {interval_shown(rival.gain)})"


def _reach(gain: Gain, n: int) -> str:
    """The smallest gain that a test of this size can show."""
    if not gain.bounded:
        return "; so few independent rows cannot show any gain"
    if gain.detectable is None:
        return ""
    if METRICS[gain.metric].unit == "percent" and gain.detectable > 1:
        return f"; {plural(n, 'row')} cannot show any gain"
    amount = shown_difference(gain.metric, gain.detectable) + unit_of_difference(gain.metric)
    return f"; a test of this size shows gains from about {amount}"


def _aside(rivals: list[Rival]) -> str:
    """A rival that has no figure for the headline metric, where it is better at another."""
    best = _best([rival for rival in rivals if rival.gain.disproven])
    if best is None:
        return ""
    metric = best.gain.metric
    own = shown(metric, best.value + best.gain.difference)
    return f"; in {METRICS[metric].title} {best.title} is better ({shown(metric, best.value)} against {own})"


def _best(rivals: list[Rival]) -> Rival | None:
    """The rival with the best value."""
    return max(rivals, key=lambda r: r.value if r.gain.better == "higher" else -r.value, default=None)
