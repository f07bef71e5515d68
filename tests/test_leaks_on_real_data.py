"""No near duplicate crosses a split of real data: compared pair by pair with other means than the split's own."""

from __future__ import annotations

import csv
import json
import random
import re
from itertools import combinations

import numpy as np
import pytest

from curator.importing import Options
from tests.shared_data import SHARED, needs_shared_data

THRESHOLD = 0.8
SIDES = ("train", "validation", "test")


def banking(rng):
    with (SHARED / "banking77/train.csv").open(encoding="utf-8", newline="") as stream:
        rows = [{"text": row["text"], "label": row["category"]} for row in csv.DictReader(stream)]
    return rng.sample(rows, 5000)


def clinc(rng):
    data = json.loads((SHARED / "clinc150/data_full.json").read_text(encoding="utf-8"))
    rows = [{"text": text, "label": label} for name in ("train", "val", "test") for text, label in data[name]]
    return rng.sample(rows, 6000)


def alpaca(rng):
    data = json.loads((SHARED / "stanford_alpaca_5000/alpaca_5000.json").read_text(encoding="utf-8"))
    return [
        {name: row[name] for name in ("instruction", "input", "output")} for row in rng.sample(data, 3500)
    ]


def planted(rng):
    """Long texts of made-up words, each in five disguises, and pairs that only a third text makes near."""
    rows = []
    for number in range(150):
        words = [f"w{number}x{rng.randrange(200)}" for _ in range(60)]
        text = " ".join(words)
        disguises = [
            text,
            text.upper(),
            "  " + text.replace(" ", " \t"),
            reworded(rng, text, 1),
            reworded(rng, text, 2),
        ]
        rows += [{"text": disguise, "label": f"l{number % 7}"} for disguise in disguises]
    for number in range(60):
        bridge = [f"b{number}x{i}" for i in range(60)]
        rows += [{"text": " ".join(part), "label": "bridged"} for part in (bridge[:52], bridge[8:])]
    return rows


SETS = {
    "banking77": (banking, "classification"),
    "clinc150": (clinc, "classification"),
    "stanford_alpaca_5000": (alpaca, "instruction"),
    "planted": (planted, "classification"),
}


def reworded(rng, text, words):
    """The text with some of its words replaced, side by side."""
    parts = text.split()
    start = rng.randrange(max(1, len(parts) - words))
    parts[start : start + words] = ["elsewhere"] * min(words, len(parts))
    return " ".join(parts)


def disguised(rng, row):
    """The same row in another dress: copied, in capitals, with white space, or with a word replaced."""
    field = "text" if "text" in row else "instruction"
    change = rng.choice([str, str.upper, lambda t: t.replace(" ", "  "), lambda t: reworded(rng, t, 1)])
    return {**row, field: change(row[field])}


def bridges(rows):
    """For each pair of texts that overlap, the text that is near to both."""
    words: dict[str, set[str]] = {}
    for row in rows:
        if row["label"] == "bridged":
            words.setdefault(row["text"].partition("x")[0], set()).update(row["text"].split())
    ordered = (sorted(own, key=lambda word: int(word.partition("x")[2])) for own in words.values())
    return [{"text": " ".join(own), "label": "bridged"} for own in ordered]


def add(project, rows, path):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    project.import_files([str(path)], Options(), lambda *_: None)


def shingles(text):
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))} - {""}


def crossing_pairs(records, texts):
    """How many pairs of near duplicates stand on two sides: all pairs, by a sparse matrix product."""
    from sklearn.feature_extraction.text import CountVectorizer

    matrix = CountVectorizer(analyzer=shingles, dtype=np.int32).fit_transform(texts)
    sizes = np.asarray(matrix.sum(axis=1)).ravel()
    side = np.array([str(record.split) for record in records])
    crossing = 0
    for one, other in combinations(SIDES, 2):
        left, right = np.flatnonzero(side == one), np.flatnonzero(side == other)
        shared = (matrix[left] @ matrix[right].T).tocoo()
        union = sizes[left[shared.row]] + sizes[right[shared.col]] - shared.data
        crossing += int((shared.data / union >= THRESHOLD - 1e-9).sum())
    return crossing


def leaks(project):
    """Crossing pairs of inputs, and of inputs with targets."""
    records = [record for record in project.records() if record.split]
    fields = [record.fields for record in records]
    asked = [f.get("text") or "\n".join(filter(None, (f["instruction"], f.get("input")))) for f in fields]
    whole = [f"{text}\n{f.get('label') or f.get('answer')}" for text, f in zip(asked, fields, strict=True)]
    return crossing_pairs(records, asked), crossing_pairs(records, whole)


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n == "planted" else needs_shared_data) for n in SETS]
)
def test_no_near_duplicate_crosses_the_split_now_or_after_additions(make_project, tmp_path, name):
    rng = random.Random(name)
    load, kind = SETS[name]
    rows = load(rng)
    rng.shuffle(rows)
    fresh = len(rows) // 20
    old, new = rows[fresh:], rows[:fresh]
    project = make_project(kind=kind)
    add(project, old, tmp_path / "old.jsonl")
    report = project.split()
    assert (leaks(project), report.leaks) == ((0, 0), 0)
    before = {record.id: record.split for record in project.records() if record.split}
    assert set(before.values()) == set(SIDES)

    add(
        project,
        [
            *new,
            *(disguised(rng, row) for row in rng.sample(old, fresh)),
            *(bridges(old) if name == "planted" else ()),
        ],
        tmp_path / "new.jsonl",
    )
    report = project.split()
    after = {record.id: record.split for record in project.records()}
    assert {i: after[i] for i in before} == before
    assert (leaks(project), report.leaks) == ((0, 0), 0)
    assert len(project.ids("split:none")) == sum(report.held_back.values())
    assert bool(report.held_back.get("would leak")) is (name == "planted")
