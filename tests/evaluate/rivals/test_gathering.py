"""The rivals of a real run: scored with it, added to it, kept."""

from __future__ import annotations

import pytest
from jinja2 import TemplateError

from curator.errors import CuratorError
from curator.evaluate import keeping
from curator.evaluate.evaluating import evaluate_run
from curator.evaluate.rivals.own_prompts import OwnPrompt
from curator.evaluate.rivals.prompted import Wanted
from curator.evaluate.scoring import scorers
from curator.train import session
from curator.train.progress import EventLog

POLITE = Wanted(prompts=(OwnPrompt(name="polite", text="Sort it into {labels}."),))
NO_EXAMPLES = {"few_shot": 0, "retrieved": 0}


@pytest.fixture
def scored_run(make_run):
    def make(kind: str = "classification", **settings):
        run_dir = make_run(kind, **settings)
        session.run(run_dir, False, EventLog(run_dir))
        return run_dir

    return make


@pytest.mark.parametrize("method", ["lora", "full"])
def test_the_base_model_is_asked_with_examples_and_judged_like_the_others(scored_run, method):
    seen: list[tuple[int, int]] = []
    found = evaluate_run(scored_run(method=method), lambda *done: seen.append(done))
    assert {"base", "tuned", "few_shot", "retrieved", "majority"} <= set(found.systems)
    assert found.systems["few_shot"]["examples"] == 4.0
    assert found.title("retrieved") == "few-shot prompting with 4 examples most like the question"
    assert {"few_shot", "retrieved"} <= set(found.gains_over)
    assert all(score.probabilities for score in found.scores["few_shot"])
    assert found.scores["few_shot"] != found.scores["base"]
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (24, 24)


def test_instructions_are_scored_by_likelihood_and_answered_freely(scored_run):
    found = evaluate_run(scored_run("instruction"))
    assert {"bits_per_byte", "exact_match", "chrf"} <= set(found.systems["retrieved"])
    assert found.gains_over["few_shot"].metric == "bits_per_byte"


def test_what_was_scored_is_kept_and_only_what_is_new_is_scored(scored_run, tmp_path, monkeypatch):
    run_dir = scored_run()
    keeping.write(evaluate_run(run_dir), run_dir)
    before = keeping.load(run_dir)
    monkeypatch.setattr(scorers, "score_systems", None)
    found = evaluate_run(run_dir, wanted=POLITE, kept=before)
    assert found.title("prompt:polite") == "the base model with the prompt polite"
    assert found.systems["base"] == before.systems["base"]
    assert found.systems["few_shot"]["accuracy"] == before.systems["few_shot"]["accuracy"]
    assert found.general == before.general
    keeping.write(found, run_dir)
    monkeypatch.setattr("curator.evaluate.scoring.prompt_scoring.score", None)
    again = evaluate_run(run_dir, wanted=POLITE, kept=keeping.load(run_dir))
    assert again.to_json() == found.to_json()


def test_kept_answers_are_measured_by_the_rule_of_today(scored_run):
    run_dir = scored_run("instruction")
    before = evaluate_run(run_dir)
    stale = {
        name: tuple(score.model_copy(update={"values": {**score.values, "chrf": 99.0}}) for score in scores)
        for name, scores in before.scores.items()
    }
    found = evaluate_run(run_dir, kept=before.model_copy(update={"scores": stale}))
    assert found.to_json() == before.to_json()


def test_a_prompt_that_was_changed_is_scored_anew(scored_run):
    run_dir = scored_run()
    before = evaluate_run(run_dir, wanted=POLITE.model_copy(update=NO_EXAMPLES))
    other = POLITE.model_copy(update={"prompts": (OwnPrompt(name="polite", text="Refund!"),)})
    found = evaluate_run(run_dir, wanted=other, kept=before)
    assert found.scores["prompt:polite"] != before.scores["prompt:polite"]
    assert found.scores["tuned"] == before.scores["tuned"]


def test_the_number_of_examples_holds_until_another_is_asked_for(scored_run):
    run_dir = scored_run()
    before = evaluate_run(run_dir, wanted=Wanted(few_shot=1, retrieved=0))
    seen: list[tuple[int, int]] = []
    found = evaluate_run(run_dir, lambda *done: seen.append(done), wanted=POLITE, kept=before)
    assert seen[-1] == (6, 6)
    assert found.scores["few_shot"] == before.scores["few_shot"]
    assert "retrieved" not in found.systems
    more = evaluate_run(run_dir, wanted=Wanted(few_shot=2), kept=found)
    assert more.systems["few_shot"]["examples_wanted"] == 2
    assert {"prompt:polite"} <= set(more.systems)
    assert not {"few_shot", "retrieved"} & set(
        evaluate_run(run_dir, wanted=Wanted(few_shot=0), kept=more).systems
    )


def test_a_model_that_cannot_be_shown_examples_is_scored_without_them(scored_run, monkeypatch):
    run_dir = scored_run()

    def refuse(self, turns, **options):
        if len(turns) > 3:
            raise TemplateError("only one question")
        return original(self, turns, **options)

    from transformers import PreTrainedTokenizerFast

    original = PreTrainedTokenizerFast.apply_chat_template
    monkeypatch.setattr(PreTrainedTokenizerFast, "apply_chat_template", refuse)
    found = evaluate_run(run_dir)
    assert "few_shot" not in found.systems
    assert set(found.left_out) == {"few_shot", "retrieved"}
    assert "only one question" in found.left_out["few_shot"]


def test_a_text_run_has_no_rivals_that_are_prompts(scored_run):
    run_dir = scored_run("text")
    assert set(evaluate_run(run_dir).systems) == {"base", "tuned", "byte_bigram"}
    with pytest.raises(CuratorError, match="asks its model nothing"):
        evaluate_run(run_dir, wanted=POLITE)
