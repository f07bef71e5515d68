"""Base and tuned model on parts of the test: by label, language, length and source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from curator.config import EvaluateSettings
from curator.evaluate import metrics
from curator.evaluate.asked import asked
from curator.evaluate.comparing import corrected, gain_over_base
from curator.evaluate.scores import HEADLINE, SystemScores
from curator.evaluate.statistics import Estimator, point
from curator.evaluate.verdict import Gain
from curator.records import Frozen, Kind, Row

By = Literal["label", "language", "length", "source"]
Places = list[int]

LEAST = 10
"""Rows below which a slice can show nothing."""
MOST = 100
"""Slices of one kind that are looked at."""
_CLEAR = 0.5
"""Probability from which on a language is named."""


class Slice(Frozen):
    """The test rows that have something in common."""

    by: By
    """What they have in common."""
    value: str
    """Which label, language, length (`12 to 80 characters`) or source; text from the data."""
    rows: int
    """How many rows."""
    base: float
    """The base model's value of the gain's metric on them."""
    tuned: float
    """The tuned model's value."""
    gain: Gain
    """Tuned minus base on them; `p_adjusted` is corrected over all slices (Holm)."""
    worse: bool = False
    """Whether the tuning provably made the model worse on these rows."""


def slices(
    kind: Kind,
    labels: Sequence[str],
    rows: Sequence[Row],
    references: Sequence[str],
    systems: SystemScores,
    settings: EvaluateSettings,
    sources: Mapping[str, str] | None = None,
) -> tuple[Slice, ...]:
    """Base and tuned in the metric that decides, on every slice of at least 10 rows that is not the whole test.

    Slices of one kind do not overlap. At most 100 of a kind are looked at, those with the most rows.

    Args:
        kind: Kind of the rows.
        labels: The closed list of labels.
        rows: The test rows.
        references: What should have been answered.
        systems: Row scores of `base` and `tuned`.
        settings: Resamples and seed.
        sources: Row id to the file that the row came from, where that is known.
    """
    found = _parts(kind, rows, references, sources or {})
    headline = HEADLINE[kind][0]

    def value(name: str, places: Places) -> Estimator:
        some = [systems[name][place] for place in places]
        return metrics.estimators(kind, labels, [references[place] for place in places], some)[headline]

    both = {key: {name: value(name, places) for name in ("base", "tuned")} for key, places in found.items()}
    groups = {key: [rows[place].group for place in places] for key, places in found.items()}
    gains = corrected({key: gain_over_base(headline, both[key], groups[key], settings) for key in found})
    return tuple(_slice(key, len(found[key]), both[key], gain) for key, gain in gains.items())


def _slice(key: tuple[By, str], rows: int, both: Mapping[str, Estimator], gain: Gain) -> Slice:
    base, tuned = (point(both[name]) for name in ("base", "tuned"))
    return Slice(by=key[0], value=key[1], rows=rows, base=base, tuned=tuned, gain=gain, worse=gain.disproven)


def _parts(
    kind: Kind, rows: Sequence[Row], references: Sequence[str], sources: Mapping[str, str]
) -> dict[tuple[By, str], Places]:
    """The places of each slice's rows; the short ones before the long ones."""
    found: dict[tuple[By, str], Places] = {}
    for by, values in _values(kind, rows, references, sources).items():
        large = _large(values)
        if by == "length":
            large.sort(key=lambda one: len(asked(rows[one[1][0]])))
        found |= {(by, value): places for value, places in large}
    return found


def _values(
    kind: Kind, rows: Sequence[Row], references: Sequence[str], sources: Mapping[str, str]
) -> dict[By, list[str]]:
    """For each kind of slice, which one each row is in; empty where that is not known."""
    texts = [asked(row) for row in rows]
    found: dict[By, list[str]] = {"label": list(references)} if kind == "classification" else {}
    found["language"] = [_language(text) for text in texts]
    found["length"] = _thirds([len(text) for text in texts])
    found["source"] = [sources.get(row.id, "") for row in rows]
    return found


def _language(text: str) -> str:
    """The English name of a text's language; nothing where that is not clear."""
    from curator.checks.detectors.language import language, name

    guess = language(text)
    return name(guess.language) if guess.confidence >= _CLEAR else ""


def _thirds(lengths: Sequence[int]) -> list[str]:
    """Short, middling and long rows, about a third each; equal lengths stay together."""
    ends = np.quantile(lengths, [1 / 3, 2 / 3], method="inverted_cdf")
    part = np.searchsorted(ends, lengths)
    names = {}
    for number in np.unique(part).tolist():
        inside = np.asarray(lengths)[part == number]
        names[number] = f"{inside.min():,} to {inside.max():,} characters"
    return [names[number] for number in part.tolist()]


def _large(values: Sequence[str]) -> list[tuple[str, Places]]:
    """The values with enough rows to compare, the most frequent first, with the places of their rows."""
    places: dict[str, Places] = {}
    for place, value in enumerate(values):
        places.setdefault(value, []).append(place)
    some = [(value, rows) for value, rows in places.items() if value and LEAST <= len(rows) < len(values)]
    return sorted(some, key=lambda one: -len(one[1]))[:MOST]
