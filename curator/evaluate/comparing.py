"""The tuned model against every other system, row by row: paired differences, intervals and tests."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from curator.config import EvaluateSettings
from curator.errors import CuratorError
from curator.evaluate import figures, statistics
from curator.evaluate.scores import HEADLINE
from curator.evaluate.verdict import Gain
from curator.records import Kind

_INSTEAD = "chrf"
"""What a rival without likelihoods is compared by."""

Key = tuple[str, str]
"""System and metric."""
Estimators = Mapping[Key, statistics.Estimator]
Name = TypeVar("Name", bound=Hashable)
Replicates = Mapping[Key, statistics.Array]


class Comparison(NamedTuple):
    """The tuned model against the others."""

    gains: dict[str, Gain]
    """Metric to tuned minus base."""
    over: dict[str, Gain]
    """Rival to tuned minus rival."""
    intervals: dict[str, dict[str, list[float]]]
    """System to the 95 % interval of each of its metrics."""


def compare(
    kind: Kind, estimators: Estimators, groups: Sequence[str], settings: EvaluateSettings
) -> Comparison:
    """All systems on the same resamples.

    Raises:
        CuratorError: base or tuned lacks the metric that decides.
    """
    replicates = statistics.bootstrap(estimators, groups, settings.resamples, settings.seed)
    gains = _gains(estimators, replicates, _comparisons(kind, estimators), groups, settings)
    return Comparison(
        gains={metric: gain for (system, metric), gain in gains.items() if system == "base"},
        over=corrected({system: gain for (system, _), gain in gains.items() if system != "base"}),
        intervals=_intervals(estimators, replicates, groups),
    )


def gain_over_base(
    metric: str,
    estimators: Mapping[str, statistics.Estimator],
    groups: Sequence[str],
    settings: EvaluateSettings,
) -> Gain:
    """Tuned minus base in one metric, on rows of any choice; `estimators` by system."""
    both = {(name, metric): estimators[name] for name in ("base", "tuned")}
    replicates = statistics.bootstrap(both, groups, settings.resamples, settings.seed)
    return _gains(both, replicates, [("base", metric)], groups, settings)["base", metric]


def corrected(gains: Mapping[Name, Gain]) -> dict[Name, Gain]:
    """Several comparisons that ask the same question, their p corrected by Holm; one alone stays as it is.

    What the tuning gained over the base is the first question and stands alone: more rivals take nothing from it.
    """
    if len(gains) < 2:
        return dict(gains)
    adjusted = statistics.holm([gain.p for gain in gains.values()])
    return {
        name: gain.model_copy(update={"p_adjusted": p})
        for (name, gain), p in zip(gains.items(), adjusted, strict=True)
    }


def _comparisons(kind: Kind, estimators: Estimators) -> list[Key]:
    """(system, metric) that the tuned model is compared with: the base in all metrics, a rival in one.

    Raises:
        CuratorError: base or tuned lacks the metric that decides.
    """
    headline = HEADLINE[kind][0]
    for system in ("base", "tuned"):
        if (system, headline) not in estimators:
            raise CuratorError(
                f"{system} has no {figures.METRICS[headline].title}.", "Evaluate the run again."
            )
    shared = [key for key in estimators if key[0] != "tuned" and ("tuned", key[1]) in estimators]
    return [
        (system, metric)
        for system, metric in shared
        if system == "base" or metric == headline or (metric == _INSTEAD and (system, headline) not in shared)
    ]


def _gains(
    estimators: Estimators,
    replicates: Replicates,
    keys: Sequence[Key],
    groups: Sequence[str],
    settings: EvaluateSettings,
) -> dict[Key, Gain]:
    """Tuned minus each (system, metric) of `keys`."""
    pairs = {key: (estimators["tuned", key[1]], estimators[key]) for key in keys}
    p, units = _p_values(pairs, groups, settings), statistics.independent(groups)
    gains = {}
    for key, (tuned, other) in pairs.items():
        apart = replicates["tuned", key[1]] - replicates[key]
        low, high = statistics.difference_interval(apart, units)
        binary = tuned.outcomes is not None
        gains[key] = Gain(
            metric=key[1],
            difference=statistics.point(tuned) - statistics.point(other),
            low=low,
            high=high,
            p=p[key],
            better=figures.METRICS[key[1]].better,
            detectable=statistics.smallest_detectable(apart, len(groups), units, binary=binary),
        )
    return gains


def _p_values(
    pairs: Mapping[Key, tuple[statistics.Estimator, statistics.Estimator]],
    groups: Sequence[str],
    settings: EvaluateSettings,
) -> dict[Key, float]:
    """Exact McNemar for shares of independent rows, else swaps of whole groups."""
    exact = {}
    if not statistics.has_groups(groups):
        for key, (tuned, other) in pairs.items():
            if tuned.outcomes is not None and other.outcomes is not None:
                exact[key] = statistics.mcnemar(tuned.outcomes, other.outcomes)
    rest = {key: pair for key, pair in pairs.items() if key not in exact}
    return exact | statistics.swap_test(rest, groups, settings.resamples, settings.seed)


def _intervals(
    estimators: Estimators, replicates: Replicates, groups: Sequence[str]
) -> dict[str, dict[str, list[float]]]:
    """95 % interval of each system's metrics: Wilson for shares of independent rows, else the bootstrap."""
    wilson, units = not statistics.has_groups(groups), statistics.independent(groups)
    found: dict[str, dict[str, list[float]]] = {}
    for (system, metric), estimator in estimators.items():
        outcomes = estimator.outcomes
        if wilson and outcomes is not None:
            ends = statistics.wilson(int(outcomes.sum()), len(outcomes))
        else:
            ends = statistics.interval(replicates[system, metric], units)
        found.setdefault(system, {})[metric] = [*ends]
    return found
