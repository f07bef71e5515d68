"""Two tuned models, compared on the test rows that both were scored on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from curator.errors import CuratorError, NotFound
from curator.evaluate import keeping
from curator.evaluate.statistics import mcnemar
from curator.evaluate.two_runs.compared import compare_runs
from curator.importing import Options
from curator.train import runs
from curator.train.rows.data import read_rows
from tests.run_folders import begin, finish, score
from tests.tiny import LABELS, rows_of


def fields(kind, count, start=0):
    return [{k: v for k, v in row.items() if k != "id"} for row in rows_of(kind, count, start)]


@pytest.fixture
def project(make_project):
    project = make_project(fields("classification", 150), labels=list(LABELS))
    project.split()
    return project


def folder_export(run):
    return Path(runs.load(run).export_path)


def scored(project, name, worse=(0,)):
    folder = begin(project, name)
    finish(folder)
    score(folder, worse)
    return folder


def test_the_better_one_is_named_with_the_test_that_proves_it(project):
    poor, good = scored(project, "poor", tuple(range(0, 30, 2))), scored(project, "good", (2,))
    found = compare_runs(poor, good)
    assert (found.better, found.same_test, found.left_out) == ("good", True, (0, 0))
    scores = [
        [score.values["correct"] for score in keeping.load(folder).scores["tuned"]] for folder in (good, poor)
    ]
    one, other = map(np.array, scores)
    assert found.gain.difference == pytest.approx(one.mean() - other.mean())
    assert found.gain.p == mcnemar(one, other)
    assert found.verdict.startswith("good is better than poor: accuracy 93.3 % against")
    assert compare_runs(good, poor).better == "good"
    assert compare_runs(good, poor).gain.difference == -found.gain.difference


def test_what_cannot_be_told_apart_is_said_to_be_so(project):
    found = compare_runs(scored(project, "one", (0, 2)), scored(project, "other", (0, 3)))
    assert found.better is None
    assert found.verdict.startswith("No evidence that one is better: accuracy is 90.0 % for one and 90.0 %")
    assert "a test of this size shows differences from about" in found.verdict


def test_rows_with_another_answer_are_listed_with_both(project):
    first, second = scored(project, "one", (0,)), scored(project, "other", (3,))
    changed = compare_runs(first, second).changed
    assert [row.turned for row in changed] == ["worse", "better"]
    assert changed[0].first == changed[0].reference != changed[0].second
    assert changed[1].second == changed[1].reference != changed[1].first
    assert changed[0].text


def test_settings_that_differ_and_costs_are_told(project):
    first, second = scored(project, "one"), scored(project, "other")
    raw = json.loads((second / "run.json").read_text())
    raw["train"]["epochs"] = 9.0
    raw["train"]["price_per_hour"] = 3600.0
    (second / "run.json").write_text(json.dumps(raw))
    found = compare_runs(first, second)
    assert ("train.epochs", runs.load(first).train.epochs, 9.0) in found.settings
    assert {setting.name for setting in found.settings} == {"train.epochs", "train.price_per_hour"}
    assert (found.costs["one"].money, found.costs["other"].money) == (None, 12.0)


def test_of_test_sets_that_grew_the_shared_rows_count(project, tmp_path):
    first = scored(project, "one")
    more = tmp_path / "more.jsonl"
    more.write_text("".join(json.dumps(row) + "\n" for row in fields("classification", 100, 1000)))
    project.import_files([str(more)], Options(), lambda *_: None)
    project.split()
    second = scored(project, "other")
    found = compare_runs(first, second)
    counts = [len(read_rows(folder_export(run), "classification", "test")) for run in (first, second)]
    assert found.n == counts[0] < counts[1]
    assert (found.same_test, found.left_out) == (False, (0, counts[1] - counts[0]))
    assert compare_runs(second, first).left_out == (counts[1] - counts[0], 0)


def test_a_row_whose_label_was_put_right_is_left_out_and_told(project):
    first = scored(project, "one")
    row = read_rows(folder_export(first), "classification", "test")[0]
    other = next(label for label in LABELS if label != row.label)
    project.editor.set_fields([int(row.id)], {"label": other})
    found = compare_runs(first, scored(project, "other"))
    assert (found.left_out, found.answered_anew) == ((1, 1), 1)


def test_runs_that_share_no_row_cannot_be_compared(project, make_project):
    first = scored(project, "one")
    strange = make_project(fields("classification", 60, 5000), labels=list(LABELS))
    strange.split()
    with pytest.raises(CuratorError, match="share no test row"):
        compare_runs(first, scored(strange, "other"))


def test_runs_of_different_kinds_cannot_be_compared(project, make_project):
    questions = make_project(fields("instruction", 60), "instruction")
    questions.split()
    with pytest.raises(CuratorError, match="no figure in common"):
        compare_runs(scored(project, "one"), scored(questions, "other"))


def test_a_run_is_not_compared_with_itself_nor_unscored(project):
    first = scored(project, "one")
    with pytest.raises(CuratorError, match="nothing to compare"):
        compare_runs(first, first)
    folder = begin(project, "other")
    finish(folder)
    with pytest.raises(NotFound, match="has no evaluation"):
        compare_runs(first, folder)


def test_answers_are_compared_by_bits_per_byte(make_project):
    project = make_project(fields("instruction", 100), "instruction")
    project.split()
    poor, good = scored(project, "poor", tuple(range(2, 20))), scored(project, "good", ())
    found = compare_runs(poor, good)
    assert (found.gain.metric, found.better) == ("bits_per_byte", "good")
    assert {"exact_match", "chrf", "token_f1"} <= found.gains.keys()
    assert "preferred" not in found.gains


def test_perplexity_is_not_compared_over_two_tokenizers(project, make_project):
    texts = make_project([{"text": f"{row['text']}. " * 20} for row in fields("text", 60)], "text")
    texts.split()
    first, second = scored(texts, "one"), scored(texts, "other", (1,))
    raw = json.loads((second / "run.json").read_text())
    raw["model_path"] = "org/another"
    (second / "run.json").write_text(json.dumps(raw))
    assert "perplexity" not in compare_runs(first, second).gains
