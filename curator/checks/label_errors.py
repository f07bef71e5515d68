"""Labels that are likely wrong, and pairs of labels that are mistaken for each other, judged out of sample."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from curator.checks.base import Check, Context
from curator.errors import TooMuch
from curator.store.findings import Finding
from curator.text import visible_line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from curator.label_quality.suspicion import Suspicions

_LEAST, _LEAST_EACH = 100, 10
"""Labelled records, and records for each label in the mean, below which models know too little to judge."""

_MOST = 40_000_000
"""Records times labels that are judged; so many take some two gigabytes."""


class _Judged(NamedTuple):
    """The labelled records, and what is thought of their labels."""

    ids: list[int]
    labels: NDArray[np.int64]
    """By number in the project's list."""
    suspicions: Suspicions


def _judged(context: Context) -> _Judged | None:
    """Worked out once for both checks; None for too few labelled records."""
    if "labels judged" not in context.shared:
        context.shared["labels judged"] = _judge(context)
    found: _Judged | None = context.shared["labels judged"]
    return found


def _judge(context: Context) -> _Judged | None:
    import numpy as np

    from curator.label_quality.suspicion import suspicions

    numbers = {label: number for number, label in enumerate(context.labels)}
    ids, texts, labels = [], [], []
    for item in context.items():
        text = item.fields.get("text")
        if isinstance(text, str) and text.strip() and item.label in numbers:
            ids.append(item.id)
            texts.append(text)
            labels.append(numbers[item.label])
    used = len(set(labels))
    if used < 2 or len(ids) < max(_LEAST, _LEAST_EACH * used):
        return None
    if len(ids) * used > _MOST:
        raise TooMuch(
            f"{len(ids):,} records under {used:,} labels would take more memory than is good.",
            "Judge a part of them in a project of its own.",
        )
    array = np.array(labels, np.int64)
    return _Judged(ids, array, suspicions(texts, array, len(numbers)))


def _find_errors(context: Context) -> Iterator[Finding]:
    judged = _judged(context)
    if judged is None:
        return
    found = judged.suspicions
    for row in found.likely.nonzero()[0].tolist():
        given, other = context.labels[int(judged.labels[row])], context.labels[int(found.suggested[row])]
        probability = float(found.probability[row])
        told = f"labelled {_named(given)}, but reads like {_named(other)} ({probability:.0%})"
        yield LABEL_ERROR.finding(judged.ids[row], told, "label", score=round(float(found.score[row]), 4))


def _find_confusions(context: Context) -> Iterator[Finding]:
    from curator.label_quality.confusions import confusable

    judged = _judged(context)
    if judged is None:
        return
    for pair in confusable(judged.labels, judged.suspicions, len(context.labels)):
        one, other = _named(context.labels[pair.one]), _named(context.labels[pair.other])
        told = f"{one} and {other}: {pair.rows:,} records ({pair.share:.0%} of both) read like the other one"
        yield CONFUSABLE.finding(None, told, "label", score=round(pair.share, 4))


def _named(label: str) -> str:
    return repr(visible_line(label, 40))


LABEL_ERROR = Check(
    id="label-error",
    title="A label that is likely wrong",
    harm="The model learns the wrong class, and a right answer in the test set counts as wrong.",
    severity="warning",
    find=_find_errors,
    kinds=("classification",),
    settings=("labels",),
    needs="classifier",
)
CONFUSABLE = Check(
    id="confusable-labels",
    title="Two labels that are mistaken for each other",
    harm="Where people cannot keep them apart no model will; join them or write down the difference.",
    severity="info",
    find=_find_confusions,
    kinds=("classification",),
    settings=("labels",),
    needs="classifier",
)

CHECKS = (LABEL_ERROR, CONFUSABLE)
