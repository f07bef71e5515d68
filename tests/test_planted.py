"""Tunes that are known to be worth nothing, or to teach what is there, told apart by the whole way."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from curator.cli.main import run

TICKETS = Path(__file__).parents[1] / "samples" / "tickets" / "english.csv"
SETTINGS = ("few_shot=0", "retrieved=0", "free_answers=false", "resamples=1000")


def tuned(make_project, rows: list[dict[str, str]], capfd) -> str:
    """The table and the verdict of a short tune of the bundled model."""
    labels = sorted({row["label"] for row in rows})
    train = {"epochs": 6, "learning_rate": 0.003, "replay": 0.0}
    project = make_project(rows, labels=labels, train=train, split={"test": 0.4})
    at = ["-C", str(project.root)]
    assert run([*at, "split"]) == 0
    options = [part for setting in SETTINGS for part in ("--set", f"evaluate.{setting}")]
    assert run([*at, "train", "planted", *options]) == 0
    told = capfd.readouterr()
    return str(told.out + told.err)


def tickets(count: int) -> list[dict[str, str]]:
    """Some tickets under four labels."""
    with TICKETS.open(encoding="utf-8") as stream:
        rows = [{"text": row["message"], "label": row["category"]} for row in csv.DictReader(stream)]
    kept = sorted({row["label"] for row in rows})[:4]
    rows = [row for row in rows if row["label"] in kept]
    random.Random(1).shuffle(rows)
    return rows[:count]


def test_shuffled_labels_are_no_gain_and_true_ones_are(make_project, capfd):
    rows = tickets(120)
    labels = [row["label"] for row in rows]
    random.Random(2).shuffle(labels)
    useless = [{**row, "label": label} for row, label in zip(rows, labels, strict=True)]
    told = tuned(make_project, useless, capfd)
    assert "No evidence of a gain" in told or "Not worth it" in told
    told = tuned(make_project, rows, capfd)
    assert "accuracy rose from" in told
