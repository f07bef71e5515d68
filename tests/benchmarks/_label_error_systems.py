"""One way to find label errors, measured: `_label_error_systems.py SYSTEM INPUT RESULT`, in an interpreter of its own.

The input holds labels, and texts or probabilities to judge them by; the result the seconds, the scores (higher is
likelier an error) and the rows that the system flags by default.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Found(NamedTuple):
    score: NDArray[np.float64]
    flagged: NDArray[np.bool_]


Task = Callable[[dict[str, Any]], Found]


def curator() -> Task:
    import scipy.optimize
    import scipy.sparse  # noqa: F401 - no system is charged for what it loads

    from curator.label_quality.suspicion import from_probabilities, suspicions

    def run(given: dict[str, Any]) -> Found:
        labels = np.array(given["labels"])
        if "texts" in given:
            found = suspicions(given["texts"], labels, int(labels.max()) + 1)
        else:
            found = from_probabilities(np.array(given["probabilities"]), labels)
        return Found(found.score, found.likely)

    return run


def cleanlab(longest: int) -> Task:
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    def probabilities(texts: list[str], labels: NDArray[np.int64]) -> NDArray[np.float64]:
        model = LogisticRegression(C=1, max_iter=1000)
        vectors = TfidfVectorizer(ngram_range=(1, longest)).fit_transform(texts)
        folds = StratifiedKFold(5, shuffle=True, random_state=0)
        return cross_val_predict(model, vectors, labels, cv=folds, method="predict_proba")

    def run(given: dict[str, Any]) -> Found:
        labels = np.array(given["labels"])
        known = given.get("probabilities")
        likely = probabilities(given["texts"], labels) if known is None else np.array(known)
        quality = get_label_quality_scores(labels, likely, method="self_confidence")
        return Found(-quality, find_label_issues(labels, likely, n_jobs=1))

    return run


SYSTEMS: dict[str, Callable[[], Task]] = {
    "curator": curator,
    "cleanlab": lambda: cleanlab(1),
    "cleanlab, word pairs": lambda: cleanlab(2),
}


def main() -> None:
    system, given, result = sys.argv[1:4]
    task, rows = SYSTEMS[system](), json.loads(Path(given).read_text(encoding="utf-8"))
    started = time.perf_counter()
    found = task(rows)
    seconds = time.perf_counter() - started
    figures = {"seconds": seconds, "score": found.score.tolist(), "flagged": found.flagged.tolist()}
    Path(result).write_text(json.dumps(figures))


if __name__ == "__main__":
    main()
