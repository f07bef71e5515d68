"""Known faults of public data are found, told by class, and repaired."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from curator.importing import Options
from curator.project import Project
from tests.findings import checked
from tests.shared_data import SHARED, needs_shared_data

TWEETS = SHARED / "disaster_tweets" / "train.csv"

pytestmark = needs_shared_data


@pytest.fixture
def tweets(make_project) -> Project:
    project = make_project()
    project.import_files([str(TWEETS)], Options(mapping={"text": "text", "label": "target"}), lambda *_: None)
    return project


def rows() -> list[dict[str, str]]:
    with TWEETS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_repair_of_line_breaks_leaves_none(tweets):
    broken = [row for row in rows() if "\n" in row["text"] or "\r" in row["text"]]
    assert len(broken) == 435
    found = {finding.record_id for finding in checked(tweets, "line-breaks")}
    assert len(found) >= len(broken)
    fixer = tweets.fixer(["line-breaks"])
    assert fixer.apply(tweets.editor, None) == len(found)
    assert not [r for r in tweets.records() if "\n" in r.fields["text"] or "\r" in r.fields["text"]]
    assert checked(tweets, "line-breaks") == []


def test_duplicates_and_conflicts_are_told_by_class(tweets):
    labels = {record.id: record.fields["label"] for record in tweets.records()}
    duplicates, conflicts = (
        Counter(labels[finding.record_id] for finding in checked(tweets, check_id))
        for check_id in ("exact-duplicate", "conflicting-target")
    )
    seen: dict[str, list[str]] = {}
    again, otherwise = Counter(), Counter()
    for row in rows():
        earlier = seen.setdefault(" ".join(row["text"].casefold().split()), [])
        again[row["target"]] += row["target"] in earlier
        otherwise[row["target"]] += bool(earlier) and row["target"] != earlier[0]
        earlier.append(row["target"])
    assert duplicates == again
    assert conflicts == otherwise
    assert min(*duplicates.values(), *conflicts.values()) >= 10


def test_few_labels_of_a_well_kept_set_are_suspected(make_project):
    project = make_project()
    path = SHARED / "banking77" / "train.csv"
    project.import_files([str(path)], Options(mapping={"text": "text", "label": "category"}), lambda *_: None)
    found = checked(project, "label-error")
    assert 0 < len(found) < 0.03 * project.stats().records
    assert all("reads like" in finding.message for finding in found)
