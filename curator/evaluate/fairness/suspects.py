"""Test rows whose label is likely wrong: a right answer counts as wrong there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from curator.label_quality.suspicion import suspicions
from curator.records import ClassificationRow, Frozen, Row

_LEAST, _LEAST_EACH = 100, 10
"""Rows, and rows for each label in the mean, below which models know too little to judge."""
_MOST = 40_000_000
"""Rows times labels; so many take some two gigabytes."""


class Suspect(Frozen):
    """A test row whose label models that have not seen it do not believe."""

    id: str
    """The test row."""
    label: str
    """The label that it has."""
    likelier: str
    """The label that it reads like."""
    probability: float
    """Of the likelier label, 0 to 1."""
    own: float
    """Of the label that it has, 0 to 1."""
    tuned: str = ""
    """What the tuned model answers."""


def suspects(
    labels: Sequence[str],
    train: Sequence[Row],
    test: Sequence[Row],
    answers: Sequence[str],
) -> tuple[Suspect, ...]:
    """The test rows whose label is likely wrong, the most suspicious first.

    Each row is judged by models of all other rows, train and test (`curator.label_quality.suspicion`). Nothing is
    said where rows are too few for that: fewer than 100, or fewer than 10 for each label that is used.

    Args:
        labels: The closed list.
        train: The train rows.
        test: The test rows.
        answers: What the tuned model answers on the test rows.
    """
    rows = [row for row in (*train, *test) if isinstance(row, ClassificationRow) and row.label in labels]
    used = len({row.label for row in rows})
    if used < 2 or len(rows) < max(_LEAST, _LEAST_EACH * used) or len(rows) * used > _MOST:
        return ()
    position = {label: place for place, label in enumerate(labels)}
    found = suspicions(
        [row.text for row in rows], np.array([position[row.label] for row in rows], np.int64), len(labels)
    )
    said = dict(zip((row.id for row in test), answers, strict=True))
    first = sum(row.label in labels for row in train if isinstance(row, ClassificationRow))
    likely = [place for place in np.flatnonzero(found.likely).tolist() if place >= first]
    return tuple(
        Suspect(
            id=rows[place].id,
            label=rows[place].label,
            likelier=labels[int(found.suggested[place])],
            probability=float(found.probability[place]),
            own=float(found.own[place]),
            tuned=said[rows[place].id],
        )
        for place in sorted(likely, key=lambda place: -found.score[place])
    )
