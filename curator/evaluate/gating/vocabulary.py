"""What a gate can speak of: every figure of an evaluation under one full name, such as `tuned.accuracy`.

`gain` is how much better the tuned model is, so that a positive gain is good in every metric.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from curator.evaluate.evaluation import Evaluation
from curator.evaluate.figures import METRICS
from curator.evaluate.gating.expression import Comparison, GateUnclear, Name, names
from curator.evaluate.scores import HEADLINE
from curator.evaluate.verdict import Gain
from curator.records import Kind
from curator.text import nearest, visible_line

GENERAL = "bpb_general"
MODELS = ("base", "tuned")

_METRICS_OF: Mapping[Kind, tuple[str, ...]] = {
    "classification": ("accuracy", "macro_f1", "log_loss", "ece", "off_list"),
    "instruction": (
        *("bits_per_byte", "exact_match", "token_f1", "rouge_l", "chrf", "numeric_match"),
        *("preferred", "valid", "cut"),
    ),
    "text": ("bits_per_byte", "perplexity", "last_unit_accuracy"),
}
"""What is measured in each kind of data set; not every system has every figure."""
_RIVALS_OF: Mapping[Kind, tuple[str, ...]] = {
    "classification": ("majority", "tfidf_logreg"),
    "instruction": ("nearest_answer",),
    "text": ("byte_bigram",),
}
_ENDS = ("low", "high")
_GAINS = ("", ".low", ".high", ".p")


class Known(NamedTuple):
    """What there is to speak of."""

    kind: Kind
    """Kind of the rows."""
    systems: tuple[str, ...]
    """Base, tuned and the rivals."""
    figures: frozenset[str]
    """Full names."""


def expected(kind: Kind, rivals: Iterable[str]) -> Known:
    """What an evaluation with these rivals may hold beside the classical ones; some of it may be missing in the end."""
    systems = tuple(dict.fromkeys((*MODELS, *_RIVALS_OF[kind], *rivals)))
    found = {f"{system}.{metric}" for system in systems for metric in _METRICS_OF[kind]}
    found |= {f"{name}.{end}" for name in found for end in _ENDS}
    found |= {f"{model}.{GENERAL}" for model in MODELS}
    against = (*_METRICS_OF[kind], *(system for system in systems if system not in MODELS))
    found |= {f"gain.{one}{part}" for one in against for part in _GAINS}
    return Known(kind, systems, frozenset({*found, "n"}))


def figures(found: Evaluation) -> dict[str, float]:
    """Every figure of an evaluation by its full name."""
    return dict(_figures(found))


def known(found: Evaluation) -> Known:
    """What an evaluation holds."""
    return Known(found.kind, tuple(found.systems), frozenset(figures(found)))


def _figures(found: Evaluation) -> Iterator[tuple[str, float]]:
    yield "n", float(found.n)
    for system, entry in found.systems.items():
        for metric in METRICS:
            if metric in entry:
                yield f"{system}.{metric}", float(entry[metric])
            for end, value in zip(_ENDS, entry["intervals"].get(metric, ()), strict=False):
                yield f"{system}.{metric}.{end}", float(value)
    if found.general is not None:
        yield f"base.{GENERAL}", found.general.base
        yield f"tuned.{GENERAL}", found.general.tuned
    for name, gain in {**found.gains, **found.gains_over}.items():
        yield from _gain(f"gain.{name}", gain)


def _gain(name: str, gain: Gain) -> Iterator[tuple[str, float]]:
    ends = (gain.low, gain.high) if gain.better == "higher" else (-gain.high, -gain.low)
    yield name, gain.difference if gain.better == "higher" else -gain.difference
    yield f"{name}.low", ends[0]
    yield f"{name}.high", ends[1]
    yield f"{name}.p", gain.evidence


def full_names(comparison: Comparison, there: Known) -> dict[Name, str]:
    """The full name of every name of a comparison.

    A metric is that of the tuned model. A system alone stands for the metric that the rest of the comparison is about.

    Raises:
        GateUnclear: there is no such figure, or it is not clear which metric of a system is meant.
    """
    written = list(dict.fromkeys(name for term in comparison.terms for name in names(term)))
    alone = [name for name in written if len(name.words) == 1 and name.words[0] in there.systems]
    found = {name: _full(name, there) for name in written if name not in alone}
    metrics = {metric for full in found.values() if (metric := _metric(full, there))}
    for name in alone:
        if len(metrics) != 1:
            raise GateUnclear(
                f"It is not clear which figure of {_told(name)} is meant in: {visible_line(comparison.text)}.",
                f"Name it, such as {_told(name)}.{HEADLINE[there.kind][0]}.",
            )
        found[name] = _checked(f"{name.words[0]}.{next(iter(metrics))}", name, there)
    return found


def _full(name: Name, there: Known) -> str:
    """The full name of a name that is no system alone."""
    first, *rest = name.words
    if first == "n" and not rest:
        return "n"
    if first == "p" and not rest:
        first, rest = "gain", ["p"]
    if first == "gain" and (not rest or rest[0] in (*_ENDS, "p")):
        rest = [HEADLINE[there.kind][0], *rest]
    elif first not in (*there.systems, "gain"):
        first, rest = "tuned", [first, *rest]
    return _checked(".".join((first, *rest)), name, there)


def _metric(full: str, there: Known) -> str:
    """The metric that a full name is about; a system's name may hold dots, so the longest that fits is meant."""
    system = max((one for one in there.systems if full.startswith(f"{one}.")), key=len, default="")
    return full.removeprefix(f"{system}.").removesuffix(".low").removesuffix(".high") if system else ""


def _checked(full: str, name: Name, there: Known) -> str:
    if full in there.figures:
        return full
    word = _told(name)
    if name.words[0] in there.systems:
        own = _of_system(name.words[0], there)
        raise GateUnclear(
            f"{word} has no {_last(full)}." if len(name.words) == 1 else f"There is no {word}.", own
        )
    choice = ["n", "p", "gain", *_of("tuned", there), *there.systems]
    close = nearest(word, choice) if len(name.words) == 1 else ""
    close = close if close.startswith("Did") else ""
    raise GateUnclear(f"There is no figure {word}. {close}".strip(), _listing(there))


def _of_system(system: str, there: Known) -> str:
    shown = ", ".join(_of(system, there)) or "nothing"
    return (
        f"Of {visible_line(system)} there is: {shown}; of each also .low and .high where it has an interval."
    )


def _listing(there: Known) -> str:
    systems: Sequence[str] = [visible_line(one) for one in there.systems]
    return (
        f"Figures: {', '.join(_of('tuned', there))}, gain, p, n. Systems: {', '.join(systems)}. "
        "Together: base.accuracy, gain.low."
    )


def _of(system: str, there: Known) -> list[str]:
    """The metrics of a system."""
    return [metric for metric in (*METRICS, GENERAL) if f"{system}.{metric}" in there.figures]


def _last(full: str) -> str:
    return full.rpartition(".")[2]


def _told(name: Name) -> str:
    return visible_line(".".join(name.words))
