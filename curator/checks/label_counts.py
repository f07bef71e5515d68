"""Labels that are rare, unused, too frequent, or on one side of the split alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from curator.checks.base import Check, Context
from curator.records import Kind
from curator.store.findings import Finding
from curator.text import plural, visible_line

_KINDS: tuple[Kind, ...] = ("classification",)
_READS = ("fields", "status", "hidden", "split")
_SIDES = ("train", "test")


def _counts(context: Context) -> dict[str, Mapping[str, int]]:
    """Side to number of records, for each label of the list."""
    tally = context.tally()
    return {label: tally.get(label, {}) for label in context.labels}


def _find_unused(context: Context) -> Iterator[Finding]:
    for label, sides in _counts(context).items():
        if not sum(sides.values()):
            yield UNUSED.finding(None, f"{_named(label)} has no record", "label")


def _find_rare(context: Context) -> Iterator[Finding]:
    least = context.settings.few_examples
    for label, sides in _counts(context).items():
        count = sum(sides.values())
        if 0 < count < least:
            told = (
                f"{_named(label)} has {plural(count, 'record')}; {least} are the least to learn and test it"
            )
            yield RARE.finding(None, told, "label", score=float(count))


def _find_imbalance(context: Context) -> Iterator[Finding]:
    counts = {label: sum(sides.values()) for label, sides in _counts(context).items()}
    used = {label: count for label, count in counts.items() if count}
    if len(used) < 2:
        return
    most, least = max(used, key=lambda label: used[label]), min(used, key=lambda label: used[label])
    ratio = used[most] / used[least]
    if ratio >= context.settings.imbalance:
        told = (
            f"{_named(most)} has {used[most]:,} records, {ratio:,.0f} times as many as {_named(least)} with "
            f"{used[least]:,}: look at macro-F1, not at accuracy"
        )
        yield IMBALANCE.finding(None, told, "label", score=round(ratio, 2))


def _find_one_sided(context: Context) -> Iterator[Finding]:
    counts = _counts(context)
    if not all(any(sides.get(side) for sides in counts.values()) for side in _SIDES):
        return
    for label, sides in counts.items():
        there = [side for side in _SIDES if sides.get(side)]
        if len(there) == 1:
            missing = next(side for side in _SIDES if side not in there)
            told = "it is never tested" if missing == "test" else "it is tested and never learned"
            yield ONE_SIDED.finding(None, f"{_named(label)} has no record in {missing}: {told}", "label")


def _named(label: str) -> str:
    return repr(visible_line(label, 40))


UNUSED = Check(
    id="unused-label",
    title="A label of the list without a record",
    harm="It cannot be learned, and costs time whenever the model chooses.",
    severity="info",
    find=_find_unused,
    kinds=_KINDS,
    settings=("labels",),
)
RARE = Check(
    id="rare-label",
    title="A label with few records",
    harm="A handful of examples is learned by heart, and its score is luck.",
    severity="warning",
    find=_find_rare,
    kinds=_KINDS,
    settings=("labels", "checks.few_examples"),
)
IMBALANCE = Check(
    id="imbalance",
    title="One label far more frequent than another",
    harm="The model can be right most of the time without knowing the rare ones.",
    severity="info",
    find=_find_imbalance,
    kinds=_KINDS,
    settings=("labels", "checks.imbalance"),
)
ONE_SIDED = Check(
    id="one-sided-label",
    title="A label in train alone, or in test alone",
    harm="Its score says nothing: it is never tested, or never learned.",
    severity="warning",
    find=_find_one_sided,
    kinds=_KINDS,
    reads=_READS,
    settings=("labels",),
)

CHECKS = (ONE_SIDED, RARE, UNUSED, IMBALANCE)
