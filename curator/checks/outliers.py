"""Records that are unlike all others."""

from __future__ import annotations

from collections.abc import Iterator

from curator.checks.base import Check, Context
from curator.store.findings import Finding

_LEAST = 50
"""Records below which none is called unlike the others."""


def _find(context: Context) -> Iterator[Finding]:
    from curator.label_quality.outliers import outliers

    ids, texts = [], []
    for item in context.items():
        if item.asked.strip():
            ids.append(item.id)
            texts.append(item.asked)
    if len(ids) < _LEAST:
        return
    found = outliers(texts)
    for row in found.far.nonzero()[0].tolist():
        score = round(float(found.score[row]), 4)
        yield OUTLIER.finding(ids[row], "shares hardly a word with any other record", score=score)


OUTLIER = Check(
    id="outlier",
    title="Unlike every other record",
    harm="Often something that got in by mistake; if it belongs, one example is too few to learn it.",
    severity="info",
    find=_find,
    kinds=("classification", "instruction"),
    needs="classifier",
)

CHECKS = (OUTLIER,)
