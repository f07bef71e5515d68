"""Label errors: found by Curator and by cleanlab, where they were planted and where people judged the labels.

Every measurement is a process of its own, in turn. CURATOR_PEERS names the interpreter of an environment with cleanlab;
without one, Curator is measured alone. cleanlab judges by logistic regression on TF-IDF of words, and of words and
pairs of words, which takes so long that only the first seed is measured.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.shared_data import SHARED  # noqa: E402

PEERS = os.environ.get("CURATOR_PEERS", sys.executable)
SYSTEMS = ("curator", "cleanlab", "cleanlab, word pairs")
SLOW = ("cleanlab, word pairs",)
NOISE = 0.05
KINDS = ("uniform", "confusable")

Labels = NDArray[np.int64]
Figures = dict[str, Any]


class Rows(NamedTuple):
    name: str
    texts: list[str]
    labels: Labels


class Judged(NamedTuple):
    """Rows whose labels people judged: 1 is wrong, 0 is right."""

    rows: NDArray[np.int64]
    wrong: NDArray[np.bool_]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbered(name: str, texts: list[str], labels: list[str]) -> Rows:
    return Rows(name, texts, np.unique(labels, return_inverse=True)[1].astype(np.int64))


def banking77() -> Rows:
    rows = table(SHARED / "banking77/train.csv")
    return numbered("banking77", [row["text"] for row in rows], [row["category"] for row in rows])


def clinc150() -> Rows:
    parts = json.loads((SHARED / "clinc150/data_full.json").read_text(encoding="utf-8"))
    rows = [row for part in ("train", "val", "test") for row in parts[part]]
    return numbered("clinc150", [text for text, _ in rows], [label for _, label in rows])


def nearest_labels(rows: Rows, count: int = 3) -> Labels:
    """For each label the ones whose mean TF-IDF vectors are most like its own."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit_transform(rows.texts)
    means = np.stack(
        [np.asarray(vectors[members].mean(axis=0)).ravel() for members in members_of(rows.labels)]
    )
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    alike = means @ means.T
    np.fill_diagonal(alike, -1)
    return np.argsort(-alike, axis=1, kind="stable")[:, :count]


def members_of(labels: Labels) -> Iterator[NDArray[np.int64]]:
    return (np.flatnonzero(labels == label) for label in range(labels.max() + 1))


def planted(labels: Labels, kind: str, nearest: Labels, seed: int) -> Labels:
    """The labels, one in twenty of them wrong: any other one, or one that is often mistaken for it."""
    random, count = np.random.default_rng(seed), labels.max() + 1
    rows = random.choice(len(labels), round(NOISE * len(labels)), replace=False)
    spoilt = labels.copy()
    if kind == "uniform":
        spoilt[rows] = (labels[rows] + random.integers(1, count, len(rows))) % count
    else:
        spoilt[rows] = nearest[labels[rows], random.integers(0, nearest.shape[1], len(rows))]
    return spoilt


def available() -> list[str]:
    look = "import importlib.util as u; raise SystemExit(u.find_spec('cleanlab') is None)"
    if subprocess.run([PEERS, "-c", look]).returncode == 0:
        return list(SYSTEMS)
    print(f"cleanlab is not installed for {PEERS} and left out")
    return ["curator"]


def measured(system: str, given: dict[str, Any]) -> Figures:
    python = sys.executable if system == "curator" else PEERS
    script = str(Path(__file__).with_name("_label_error_systems.py"))
    with tempfile.TemporaryDirectory() as folder:
        rows, result = Path(folder, "rows.json"), Path(folder, "result.json")
        rows.write_text(json.dumps(given), encoding="utf-8")
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
        subprocess.run([python, script, system, str(rows), str(result)], check=True, env=environment)
        figures: Figures = json.loads(result.read_text())
    return figures


def quality(figures: Figures, wrong: NDArray[np.bool_]) -> dict[str, float]:
    from sklearn.metrics import average_precision_score, roc_auc_score

    score, flagged = np.array(figures["score"]), np.array(figures["flagged"])
    first = np.argsort(-score, kind="stable")[: wrong.sum()]
    return {
        "AP": average_precision_score(wrong, score),
        "AUC": roc_auc_score(wrong, score),
        "P@k": wrong[first].mean(),
        "precision": wrong[flagged].mean() if flagged.any() else np.nan,
        "recall": flagged[wrong].mean(),
        "flagged": flagged.mean(),
    }


def compared(title: str, taken: dict[str, list[dict[str, float]]]) -> None:
    print(f"\n{title}")
    base = np.mean([run["seconds"] for run in taken["curator"]])
    for system, runs in taken.items():
        means = {name: float(np.mean([run[name] for run in runs])) for name in runs[0]}
        seconds = means.pop("seconds")
        shown = "  ".join(f"{name} {value:.3f}" for name, value in means.items())
        print(f"{system:21} {shown}  {seconds:7.2f} s  {seconds / base:5.1f} x  of {len(runs)}", flush=True)


def with_planted_errors(rows: Rows, seeds: Sequence[int], systems: Sequence[str]) -> None:
    nearest = nearest_labels(rows)
    for kind in KINDS:
        taken: dict[str, list[dict[str, float]]] = {system: [] for system in systems}
        for seed in seeds:
            spoilt = planted(rows.labels, kind, nearest, seed)
            for system in systems:
                if not (system in SLOW and seed != seeds[0]):
                    figures = measured(system, {"texts": rows.texts, "labels": spoilt.tolist()})
                    found = quality(figures, spoilt != rows.labels)
                    taken[system].append(found | {"seconds": figures["seconds"]})
        compared(f"{rows.name}, {len(rows.texts):,} rows, 5 % {kind} errors planted", taken)


def untouched(rows: Rows, systems: Sequence[str]) -> None:
    print(f"\n{rows.name} as published")
    for system in systems:
        figures = measured(system, {"texts": rows.texts, "labels": rows.labels.tolist()})
        print(f"{system:21} {np.mean(figures['flagged']):.4f} of the rows flagged", flush=True)


def disaster_tweets(systems: Sequence[str]) -> None:
    """All tweets are learned from; those that were judged are ranked. Verdict 1 is an error, 2 is unclear."""
    rows = table(SHARED / "disaster_tweets/train.csv")
    places = {row["id"]: number for number, row in enumerate(rows)}
    verdicts: dict[int, str] = {}
    for path in sorted((SHARED / "disaster_tweets_label_errors").glob("class*_sample_*.csv")):
        verdicts |= {places[row["id"]]: row["questionable_label"] for row in table(path)}
    judged, verdict = np.array(list(verdicts)), np.array(list(verdicts.values()))
    given = {"texts": [row["text"] for row in rows], "labels": [int(row["target"]) for row in rows]}
    clear = verdict != "2"
    by_people(
        "disaster tweets",
        given,
        {
            "unclear left out": Judged(judged[clear], verdict[clear] == "1"),
            "unclear is wrong": Judged(judged, verdict != "0"),
        },
        systems,
    )


def imdb(systems: Sequence[str]) -> None:
    """Probabilities are given; a label is wrong that fewer than 3 of 5 people chose."""
    folder = SHARED / "cleanlab_label_errors"
    names = json.loads((folder / "imdb_test_set_index_to_filename.json").read_text())
    places = {f"test/{Path(name).with_suffix('')}": number for number, name in enumerate(names)}
    verdicts = json.loads((folder / "imdb_mturk.json").read_text())
    given = {
        # some are beyond 1 by a rounding error, which cleanlab refuses
        "probabilities": np.load(folder / "imdb_test_set_pyx.npy").clip(0, 1).tolist(),
        "labels": np.load(folder / "imdb_test_set_original_labels.npy").tolist(),
    }
    rows = np.array([places[verdict["id"]] for verdict in verdicts])
    wrong = np.array([verdict["mturk"]["given"] < 3 for verdict in verdicts])
    by_people("IMDB, probabilities given", given, {"judged": Judged(rows, wrong)}, systems)


def by_people(name: str, given: dict[str, Any], judged: dict[str, Judged], systems: Sequence[str]) -> None:
    runs = {system: measured(system, given) for system in systems}
    for which, (rows, wrong) in judged.items():
        taken = {}
        for system, figures in runs.items():
            theirs = {key: np.array(figures[key])[rows] for key in ("score", "flagged")}
            taken[system] = [quality(theirs, wrong) | {"seconds": figures["seconds"]}]
        compared(f"{name}, {len(rows):,} judged by people, {wrong.sum()} wrong ({which})", taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5, help="how many times errors are planted")
    seeds, systems = range(1, parser.parse_args().seeds + 1), available()
    for rows in (banking77(), clinc150()):
        with_planted_errors(rows, seeds, systems)
        untouched(rows, systems[:2])
    disaster_tweets(systems[:2])
    imdb(systems[:2])


if __name__ == "__main__":
    main()
