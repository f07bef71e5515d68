"""Cheap systems that a tuned model has to beat: fitted on the train rows, asked the same test rows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from curator.evaluate.scores import RowScore
from curator.evaluate.statistics import Array
from curator.records import (
    ClassificationRow,
    InstructionRow,
    Kind,
    Row,
    StoredRow,
    WindowRow,
    input_text,
    kind_of,
)
from curator.text import normalised

TITLES: Mapping[str, str] = {
    "majority": "always the most frequent label",
    "tfidf_logreg": "TF-IDF + logistic regression",
    "nearest_answer": "the answer of the nearest training question",
    "byte_bigram": "a byte-bigram model",
}
"""How each rival is called in a sentence."""

_FLOOR = 1e-6
"""Smallest probability that a rival gives a label, so that its log loss stays finite."""
_FEATURES = 100_000
"""Most frequent n-grams kept by each vectoriser: bounds time and memory on large sets."""
_CELLS = 4_000_000
"""Similarities held at once: 32 MB."""

Asked = InstructionRow | ClassificationRow
_Row = TypeVar("_Row", bound=StoredRow)


def answers(
    kind: Kind, labels: Sequence[str], train: Sequence[Row], test: Sequence[Row], seed: int
) -> dict[str, list[RowScore]]:
    """Every rival of this kind of data set on the test rows, in their order; none without train rows.

    Logistic regression is left out where the train rows hold one label only: it would be the majority again.
    """
    if not train:
        return {}
    if kind == "instruction":
        learned, asked = _only(InstructionRow, train), _only(InstructionRow, test)
        return {"nearest_answer": nearest_answer(learned, asked)}
    if kind == "text":
        return {"byte_bigram": byte_bigram(_only(WindowRow, train), _only(WindowRow, test))}
    known, unseen = _only(ClassificationRow, train), _only(ClassificationRow, test)
    found = {"majority": majority(labels, known, unseen)}
    if len({row.label for row in known}) > 1:
        found["tfidf_logreg"] = tfidf_logreg(labels, known, unseen, seed)
    return found


def majority(
    labels: Sequence[str], train: Sequence[ClassificationRow], test: Sequence[ClassificationRow]
) -> list[RowScore]:
    """The most frequent train label for every row (the first if tied), with the train frequencies."""
    counts = Counter(row.label for row in train)
    frequencies = np.array([[counts[label] / len(train) for label in labels]])
    return _classified(labels, test, np.repeat(frequencies, len(test), axis=0))


def tfidf_logreg(
    labels: Sequence[str], train: Sequence[ClassificationRow], test: Sequence[ClassificationRow], seed: int
) -> list[RowScore]:
    """Logistic regression (C = 10) on TF-IDF of words, word pairs and 2 to 5 letters within words."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    words = TfidfVectorizer(
        ngram_range=(1, 2), token_pattern=r"\w+|[^\w\s]+", sublinear_tf=True, max_features=_FEATURES
    )
    model = make_pipeline(
        make_union(words, _letters()), LogisticRegression(C=10, max_iter=1000, random_state=seed)
    )
    model.fit([row.text for row in train], [row.label for row in train])
    position = {label: number for number, label in enumerate(labels)}
    probabilities = np.zeros((len(test), len(labels)))
    probabilities[:, [position[label] for label in model.classes_]] = model.predict_proba(
        [row.text for row in test]
    )
    return _classified(labels, test, probabilities)


def nearest_answer(train: Sequence[InstructionRow], test: Sequence[InstructionRow]) -> list[RowScore]:
    """The answer of the train row whose question is most similar (cosine of TF-IDF of 2 to 5 letters)."""
    places = [found[0] for found in nearest(train, test, 1)]
    compare = _comparison()
    return [
        RowScore(id=row.id, group=row.group, answer=answer, values=compare(answer, row.answer))
        for row, answer in zip(test, (train[place].answer for place in places), strict=True)
    ]


def nearest(train: Sequence[Asked], test: Sequence[Asked], k: int) -> list[list[int]]:
    """The places of the `k` most similar train rows for each test row, the nearest first."""
    vectors = _letters()
    known = vectors.fit_transform([_question(row) for row in train])
    asked = vectors.transform([_question(row) for row in test])
    size = max(1, _CELLS // len(train))
    places: list[list[int]] = []
    for start in range(0, len(test), size):
        similar = (asked[start : start + size] @ known.T).toarray()
        places += _largest(similar, k).tolist()
    return places


def _largest(similar: Array, k: int) -> Any:
    """The columns of the `k` largest values of each line, the largest first."""
    if k == 1:
        return similar.argmax(axis=1)[:, None]
    best = np.argpartition(-similar, min(k, similar.shape[1]) - 1, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(similar, best, axis=1), axis=1, kind="stable")
    return np.take_along_axis(best, order, axis=1)


def byte_bigram(train: Sequence[WindowRow], test: Sequence[WindowRow]) -> list[RowScore]:
    """Bits of the learned part of each window under P(b | a) = (count(a, b) + 1) / (count(a) + 256)."""
    counts = np.zeros((257, 256))
    for row in train:
        np.add.at(counts, _pairs(row.text), 1)
    bits = -np.log2((counts + 1) / (counts.sum(axis=1, keepdims=True) + 256))
    return [_window_score(row, bits) for row in test]


def _window_score(row: WindowRow, bits: Array) -> RowScore:
    """The bits of the target with the blank before it, as models learn it; else of the whole window."""
    given = row.text.removesuffix(row.target).rstrip() if row.target else ""
    size = len(row.text[len(given) :].encode("utf-8"))
    spent = float(bits[_pairs(row.text)][-size:].sum())
    return RowScore(id=row.id, group=row.group, values={"bits": spent, "bytes": float(size)})


def _pairs(text: str) -> tuple[Any, Any]:
    """Each byte's forerunner and the byte itself; 256 stands before the first."""
    after = np.frombuffer(text.encode("utf-8"), dtype=np.uint8).astype(np.intp)
    return np.concatenate([[256], after[:-1]]), after


def _classified(
    labels: Sequence[str], test: Sequence[ClassificationRow], probabilities: Array
) -> list[RowScore]:
    """Row scores from probabilities, rows x labels; zeros are lifted to the floor."""
    lifted = np.maximum(probabilities, _FLOOR)
    lifted /= lifted.sum(axis=1, keepdims=True)
    position = {label: number for number, label in enumerate(labels)}
    scores = []
    for row, shares in zip(test, lifted.tolist(), strict=True):
        answer = labels[int(np.argmax(shares))]
        values = {"correct": float(answer == row.label), "log_loss": -math.log(shares[position[row.label]])}
        scores.append(
            RowScore(id=row.id, group=row.group, answer=answer, values=values, probabilities=tuple(shares))
        )
    return scores


def _letters() -> Any:
    """TF-IDF of 2 to 5 letters within words: works in every script that parts words or not."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, max_features=_FEATURES)


def _question(row: Asked) -> str:
    return input_text(kind_of(row), row.model_dump())


def _comparison() -> Callable[[str, str], dict[str, float]]:
    """Exact match (0 or 1) and sentence chrF (0 to 100) of an answer and its reference, as scorers have them."""
    from sacrebleu.metrics import CHRF

    chrf = CHRF()

    def compare(answer: str, reference: str) -> dict[str, float]:
        score = float(chrf.sentence_score(answer, [reference]).score)
        return {"exact_match": float(normalised(answer) == normalised(reference)), "chrf": score}

    return compare


def _only(wanted: type[_Row], rows: Sequence[Row]) -> list[_Row]:
    """The rows, which are all of the kind's own type."""
    return [row for row in rows if isinstance(row, wanted)]
