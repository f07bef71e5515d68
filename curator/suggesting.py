"""Labels suggested by a classifier that learns from what people have decided so far.

TF-IDF of words and word pairs with logistic regression (scikit-learn): seconds for thousands of records, any language
that writes spaces, and probabilities that say how sure it is.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from curator.config import Config
from curator.errors import CuratorError
from curator.query import parse
from curator.store import records, suggestions
from curator.store.records import StoredRecord
from curator.store.suggestions import Suggestion

LEAST = 10
"""Decisions below which there is nothing to learn from."""
_MOST_DECIDED = 20_000
_MOST_OPEN = 50_000
"""Records that are learned from, and that are judged, at most; the first ones of the project."""


class Learned(NamedTuple):
    """What came of it."""

    decided: int
    """Records that were learned from."""
    suggested: int
    """Records that have a suggestion now."""


def suggest(connection: sqlite3.Connection, config: Config) -> Learned:
    """Learn from the accepted records, and keep a suggestion for each undecided one.

    Raises:
        CuratorError: not a classification project, or too few decisions to learn from.
    """
    if config.kind != "classification":
        raise CuratorError(
            f"A project of kind {config.kind} has no labels to suggest.", "Look at the checks."
        )
    decided = _some(connection, "status:accepted -label:none", _MOST_DECIDED)
    labels = [str(record.fields["label"]) for record in decided]
    if len(decided) < LEAST or len(set(labels)) < 2:
        raise CuratorError(
            f"{len(decided)} decisions under {len(set(labels))} labels are too few to learn from.",
            f"Decide about at least {LEAST} records under two labels first.",
        )
    still_open = _some(connection, "status:new", _MOST_OPEN)
    found = _judged([_text(record) for record in decided], labels, [_text(record) for record in still_open])
    ids = [record.id for record in still_open]
    suggestions.put_all(connection, zip(ids, found, strict=True))
    return Learned(len(decided), len(found))


def _some(connection: sqlite3.Connection, query: str, most: int) -> list[StoredRecord]:
    return records.page(connection, parse(query), limit=most)


def _text(record: StoredRecord) -> str:
    return str(record.fields.get("text", ""))


def _judged(texts: list[str], labels: list[str], others: list[str]) -> list[Suggestion]:
    """The most likely label of each of the other texts."""
    if not others:
        return []
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\w+|[^\w\s]")
    model = make_pipeline(words, LogisticRegression(C=10.0, max_iter=200))
    model.fit(texts, labels)
    chances = model.predict_proba(others)
    best = chances.argmax(axis=1)
    return [
        Suggestion(str(model.classes_[place]), float(row[place]))
        for row, place in zip(chances, best, strict=True)
    ]
