"""What models are asked beside the test rows."""

from __future__ import annotations

import pytest

from curator.evaluate.memorisation import memorisation
from curator.evaluate.scoring import scorers
from curator.evaluate.scoring.studies import Studies
from curator.records import ClassificationRow, WindowRow
from curator.text import normalised
from curator.train import runs
from curator.train.models.model import load_base
from curator.train.models.tokenizer import load_tokenizer
from curator.train.rows.render import Renderer
from tests.tiny import rows_of


def loaded(run_dir):
    spec = runs.load(run_dir)
    return load_base(spec), Renderer(load_tokenizer(spec.model_path), spec.kind, spec.system), spec


def test_the_tuned_classifier_scores_the_validation_rows(make_run):
    model, renderer, spec = loaded(make_run())
    rows = [ClassificationRow(**row) for row in rows_of("classification", 5, 200)]
    studies = Studies(spec, rows, [])
    studies("base", model, renderer)
    assert studies.scores == []
    studies("tuned", model, renderer)
    assert [score.id for score in studies.scores] == [row.id for row in rows]
    assert all(score.probabilities and "off_list" not in score.values for score in studies.scores)
    assert studies.continued is None


def test_both_models_go_on_from_halves_of_test_windows(make_run):
    model, renderer, spec = loaded(make_run("text"))
    rows = [WindowRow(**row) for row in rows_of("text", 50, 100)]
    studies = Studies(spec, [], rows)
    studies("base", model, renderer)
    assert studies.continued is None
    studies("tuned", model, renderer)
    found = studies.continued
    assert len(found.ids) == 20
    assert (found.ids[0], found.ids[-1]) == ("100", "149")
    assert found.base == found.tuned
    assert found.tokens <= spec.evaluate.max_new_tokens
    assert all(reference in row.text for reference, row in zip(found.reference[:1], rows[:1], strict=True))
    assert memorisation(found, rows).reference.words > 3


def test_no_windows_are_gone_on_with_where_none_are_wanted(make_run):
    model, renderer, spec = loaded(make_run("text"))
    spec = spec.model_copy(update={"evaluate": spec.evaluate.model_copy(update={"memorisation_windows": 0})})
    studies = Studies(spec, [], [WindowRow(**row) for row in rows_of("text", 3)])
    studies("base", model, renderer)
    studies("tuned", model, renderer)
    assert studies.continued is None


def test_a_free_answer_that_is_no_label_is_off_the_list(make_run):
    model, renderer, spec = loaded(make_run())
    rows = [ClassificationRow(**row) for row in rows_of("classification", 6, 100)]
    found = scorers.score(model, renderer, rows, spec)
    for score in found:
        assert score.values["off_list"] == float(normalised(score.said) not in spec.labels)
    said = next(score for score in found if score.said)
    listed = spec.model_copy(update={"labels": (*spec.labels, said.said)})
    again = {score.id: score for score in scorers.score(model, renderer, rows, listed)}
    if again[said.id].said == said.said:
        assert again[said.id].values["off_list"] == 0.0


def test_free_answers_can_be_turned_off(make_run):
    model, renderer, spec = loaded(make_run())
    spec = spec.model_copy(update={"evaluate": spec.evaluate.model_copy(update={"free_answers": False})})
    found = scorers.score(
        model, renderer, [ClassificationRow(**row) for row in rows_of("classification", 2)], spec
    )
    assert all("off_list" not in score.values and score.said == "" for score in found)


def test_windows_know_their_tokens(make_run):
    model, renderer, spec = loaded(make_run("text"))
    row = WindowRow(id="1", text="where is my parcel")
    ids, given, _ = renderer.render(row)
    found = scorers.score(model, renderer, [row], spec)[0]
    assert found.values["tokens"] == pytest.approx(len(ids) - given)
