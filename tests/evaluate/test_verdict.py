from __future__ import annotations

from typing import Any

from curator.evaluate.verdict import Clean, Gain, Rival, judge, p_shown


def gain(**changes: Any) -> Gain:
    values: dict[str, Any] = {
        "metric": "accuracy", "difference": 0.785, "low": 0.71, "high": 0.854, "p": 1e-9, "better": "higher",
        "detectable": 0.1,
    }  # fmt: skip
    return Gain(**{**values, **changes})


WITHIN_CHANCE = {"difference": 0.02, "low": -0.05, "high": 0.09, "p": 0.6}


def test_a_proven_gain_is_worth_it_and_says_so_with_its_figures():
    rival = Rival(
        title="TF-IDF + logistic regression", value=0.861, gain=gain(difference=0.05, low=0.01, high=0.09)
    )
    verdict = judge(gain(), 0.125, 0.91, 144, {"tfidf_logreg": rival})
    assert verdict.outcome == "worth it"
    assert verdict.sentence == (
        "Worth it: accuracy rose from 12.5 % to 91.0 % on 144 held-out rows (difference 78.5 points, "
        "95 % interval 71.0 to 85.4, p < 0.0001); TF-IDF + logistic regression reaches 86.1 %."
    )


def test_a_rival_that_the_test_cannot_tell_apart_is_named_with_the_difference():
    rival = Rival(title="TF-IDF", value=0.89, gain=gain(**WITHIN_CHANCE))
    verdict = judge(gain(), 0.125, 0.91, 144, {"tfidf": rival})
    assert verdict.outcome == "worth it"
    assert (
        "but TF-IDF reaches 89.0 %, and the test cannot tell the two apart (difference 2.0 points"
        in verdict.sentence
    )


def test_a_better_rival_makes_it_not_worth_it():
    rival = Rival(title="TF-IDF", value=0.99, gain=gain(difference=-0.08, low=-0.12, high=-0.04))
    verdict = judge(gain(), 0.125, 0.91, 144, {"tfidf": rival})
    assert verdict.outcome == "not worth it"
    assert verdict.sentence.startswith("Not worth it: TF-IDF is better at 99.0 %")


def test_a_proven_loss_is_not_worth_it():
    verdict = judge(gain(difference=-0.2, low=-0.3, high=-0.1), 0.5, 0.3, 144, {})
    assert verdict.outcome == "not worth it"
    assert "fell from 50.0 % to 30.0 %" in verdict.sentence


def test_chance_is_no_evidence_and_the_reach_of_the_test_is_given():
    verdict = judge(gain(**WITHIN_CHANCE), 0.5, 0.52, 144, {})
    assert verdict.outcome == "undecided"
    assert verdict.sentence.startswith("No evidence of a gain: accuracy went from 50.0 % to 52.0 %")
    assert verdict.sentence.endswith("a test of this size shows gains from about 10.0 points.")


def test_an_interval_without_width_needs_the_test_as_well():
    verdict = judge(gain(difference=1.0, low=1.0, high=1.0, p=0.5, detectable=3.0), 0.0, 1.0, 2, {})
    assert verdict.outcome == "undecided"
    assert "2 rows cannot show any gain" in verdict.sentence


def test_fewer_bits_are_a_gain():
    fewer = gain(metric="bits_per_byte", difference=-0.5, low=-0.6, high=-0.4, better="lower")
    assert judge(fewer, 2.0, 1.5, 80, {}).outcome == "worth it"
    more = gain(metric="bits_per_byte", difference=0.5, low=0.4, high=0.6, better="lower")
    assert judge(more, 1.5, 2.0, 80, {}).outcome == "not worth it"


def test_a_rival_with_another_metric_is_mentioned_but_does_not_decide():
    fewer = gain(metric="bits_per_byte", difference=-0.5, low=-0.6, high=-0.4, better="lower")
    against = gain(metric="chrf", difference=-30.0, low=-35.0, high=-25.0)
    verdict = judge(
        fewer, 2.0, 1.5, 80, {"nearest": Rival(title="the nearest answer", value=50.0, gain=against)}
    )
    assert verdict.outcome == "worth it"
    assert verdict.sentence.endswith("in chrF the nearest answer is better (50.0 against 20.0).")


def test_a_gain_that_hangs_on_rows_of_the_training_data_is_no_evidence():
    verdict = judge(gain(), 0.125, 0.91, 144, {}, Clean(30, gain(**WITHIN_CHANCE)))
    assert verdict.outcome == "undecided"
    assert verdict.sentence.startswith(
        "No evidence of a gain: the training data gives 30 test rows away, and without them nothing is proven "
        "(difference 2.0 points, 95 % interval -5.0 to 9.0, p = 0.600); accuracy rose from 12.5 % to 91.0 %"
    )
    assert judge(gain(), 0.125, 0.91, 144, {}, Clean(144, None)).outcome == "undecided"


def test_a_gain_that_holds_without_such_rows_is_told_with_and_without_them():
    verdict = judge(gain(), 0.125, 0.91, 144, {}, Clean(3, gain(difference=0.77)))
    assert verdict.outcome == "worth it"
    assert verdict.sentence.endswith(
        "; the difference is 77.0 points without 3 test rows that the training data gives away."
    )


def test_a_correction_that_takes_the_evidence_away_decides():
    corrected = gain(p=0.03, p_adjusted=0.09)
    assert not corrected.proven
    assert judge(corrected, 0.125, 0.91, 144, {}).outcome == "undecided"


def test_p_is_written_as_far_as_it_says_something():
    assert [p_shown(p) for p in (1e-7, 0.00052, 0.0321)] == ["p < 0.0001", "p = 0.0005", "p = 0.032"]
