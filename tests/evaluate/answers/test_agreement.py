"""An answer is held against its reference by one rule, in any script."""

from __future__ import annotations

import random

import pytest
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu import sentence_chrf

from curator.evaluate.answers.agreement import agreement, rouge_l, token_f1
from curator.evaluate.answers.filling import filled
from curator.evaluate.answers.words import words
from curator.evaluate.scores import RowScore


class OurWords:
    def tokenize(self, text: str) -> list[str]:
        return words(text)


def made_up(seed: int) -> tuple[str, str]:
    drawn = random.Random(seed)
    one, other = (" ".join(drawn.choices("абвгде", k=drawn.randint(1, 50))) for _ in range(2))
    return one, other


def test_words_of_any_script():
    assert words("Привет, МИР! don't ½") == ["привет", "мир", "don", "t", "1", "2"]
    assert words("中文字 and हिन्दी") == ["中", "文", "字", "and", "हिन्दी"]
    assert words("ﬁne — …") == ["fine"]


def test_rouge_l_equals_the_reference_implementation_on_the_same_words():
    scorer = RougeScorer(["rougeL"], tokenizer=OurWords())
    for seed in range(100):
        answer, reference = made_up(seed)
        theirs = scorer.score(reference, answer)["rougeL"].fmeasure
        assert rouge_l(words(answer), words(reference)) == pytest.approx(theirs)


def test_chrf_equals_sacrebleu():
    answer, reference = made_up(1)
    assert agreement(answer, reference)["chrf"] == pytest.approx(sentence_chrf(answer, [reference]).score)


def test_token_f1_counts_shared_words_wherever_they_stand():
    assert token_f1(words("the cat sat"), words("Sat: the dog")) == pytest.approx(2 / 3)
    assert token_f1(["a", "a"], ["a"]) == pytest.approx(2 / 3)
    assert token_f1([], ["a"]) == 0.0


def test_an_answer_equal_but_for_case_and_space_is_perfect():
    assert agreement("  Да,  КОНЕЧНО ", "да, конечно") == pytest.approx(
        {
            "exact_match": 1.0,
            "chrf": agreement("  Да,  КОНЕЧНО ", "да, конечно")["chrf"],
            "token_f1": 1.0,
            "rouge_l": 1.0,
        }
    )


def test_a_reference_without_words_is_met_by_itself_alone():
    assert agreement("!!", "!!")["token_f1"] == 1.0
    assert agreement("?", "!!")["rouge_l"] == 0.0


def test_every_system_gets_the_figures_that_it_lacks_and_keeps_its_own():
    scores = {"endpoint": [RowScore(id="1", answer="a b", values={"chrf": 12.0})]}
    found = filled(scores, ["a c"], None)["endpoint"][0].values
    assert found == {"chrf": 12.0, "exact_match": 0.0, "token_f1": 0.5, "rouge_l": 0.5}
