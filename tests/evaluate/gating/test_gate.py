"""Gates: what an expression says, what it cannot say, and what comes of it."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from curator.evaluate.gating import gate, vocabulary
from curator.evaluate.gating.expression import GateUnclear, parse
from tests.evaluations import full, sample


@pytest.fixture(scope="module")
def found():
    """Accuracy 0.1 before and 0.9 after, general text from 1.5 to 2.0 bits per byte."""
    return full()[0]


@pytest.mark.parametrize(
    "held",
    [
        "accuracy == 0.9",
        "accuracy > base",
        "accuracy > base + 0.05",
        "accuracy > base + 79% and not bpb_general < base * 1.02",
        "bpb_general <= base * 1.34",
        "bpb_general == 2 and base.bpb_general == 1.5",
        "log_loss < base",
        "tuned.accuracy > majority.accuracy and accuracy <= tfidf_logreg",
        "base < accuracy <= 1",
        "0 < base.accuracy < accuracy",
        "gain > 0.5 and gain.low > 0 and p < 0.05 and n == 20",
        "gain.log_loss > 0",
        "gain.majority > 0",
        "gain.accuracy.low < gain < gain.accuracy.high",
        "accuracy.low < accuracy < accuracy.high",
        "accuracy < 0.5 or (accuracy - base) * 2 > 1",
        "not not accuracy > .8999",
        "-accuracy < -8e-1",
        "accuracy - 0.1 - 0.1 < 0.71 and 1 / 2 / 2 == 0.25 and 2 + 3 * 4 == 14",
        "'tuned'.\"accuracy\" != base",
    ],
)
def test_what_holds(found, held):
    assert gate.judge(held, found).met
    assert not gate.judge(f"not ({held})", found).met


def test_each_part_tells_what_it_compared(found):
    came = gate.judge("accuracy > base + 0.05 and bpb_general < base * 1.02", found)
    assert [part.met for part in came.parts] == [True, False]
    assert came.parts[1].values == (2.0, pytest.approx(1.53))
    assert came.parts[0].figures == {"tuned.accuracy": 0.9, "base.accuracy": 0.1}
    assert came.parts[0].sentence == (
        "accuracy > base + 0.05: 0.9 > 0.15 (tuned.accuracy 0.9, base.accuracy 0.1)"
    )


def test_and_binds_more_than_or(found):
    assert gate.judge("accuracy > 0 or accuracy > 1 and accuracy > 2", found).met
    assert not gate.judge("(accuracy > 0 or accuracy > 1) and accuracy > 2", found).met


def test_a_gain_is_good_when_positive_even_where_less_is_better(found):
    values = vocabulary.figures(found)
    before, after = values["base.log_loss"], values["tuned.log_loss"]
    assert values["gain.log_loss"] == pytest.approx(before - after)
    assert values["gain.log_loss.low"] <= values["gain.log_loss"] <= values["gain.log_loss.high"]


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("", "something is missing"),
        ("accuracy", "compared with nothing"),
        ("accuracy >", "something is missing after 'accuracy >'"),
        ("accuracy > base)", "')' is not expected"),
        ("(accuracy > base", "something is missing"),
        ("accuracy => 1", "cannot be read"),
        ("accuracy > 1 2", "'2' is not expected"),
        ("accuracy = 1", "no use for '='"),
        ("__import__('os').system('x') > 1", "cannot be read"),
        ("accuracy > 1; n > 1", "no use for ';'"),
        ("[1] > 0", "no use for '['"),
        ("(accuracy > base) + 1 > 0", "not with comparisons"),
        ("accuracy > base and 1", "compared with nothing"),
        ("accuracy > and", "'and' is not expected"),
        ("(" * 500 + "1" + ")" * 500 + "> 0", "within each other"),
        ("-" * 500 + "1 > 0", "within each other"),
        ("not " * 400 + "1 > 0", "within each other"),
        ("1 > 0 or " * 900 + "1 > 0", "longer than"),
        ("acuracy > 0.5", "There is no figure acuracy. Did you mean accuracy?"),
        ("chrf > 0.5", "There is no figure chrf"),
        ("base.chrf > 0.5", "There is no base.chrf"),
        ("basis.accuracy > 0.5", "There is no figure basis.accuracy"),
        ("tuned > base", "not clear which figure of tuned"),
        ("accuracy + log_loss > base", "not clear which figure of base"),
        ("bpb_general < majority", "majority has no bpb_general"),
        ("accuracy > prompt:careful", "no figure prompt:careful"),
    ],
)
def test_what_cannot_be_judged_is_said_before_anything_is_scored(expression, said):
    with pytest.raises(GateUnclear) as error:
        gate.prepare(expression, vocabulary.expected("classification", ()))
    assert said in error.value.problem


def test_a_mistake_is_answered_with_what_there_is(found):
    with pytest.raises(GateUnclear) as error:
        gate.judge("speed > 1", found)
    assert "accuracy, macro_f1, log_loss" in error.value.remedy
    assert "base, tuned, majority" in error.value.remedy
    with pytest.raises(GateUnclear, match="Of base there is: accuracy"):
        gate.judge("base.speed > 1", found)


def test_rivals_that_are_asked_for_can_be_named():
    there = vocabulary.expected("classification", ("few_shot", "prompt:careful", "endpoint:qwen/2.5"))
    gate.prepare("accuracy > few_shot and accuracy > prompt:careful", there)
    gate.prepare("accuracy > 'endpoint:qwen/2.5' and 'endpoint:qwen/2.5'.accuracy < 1", there)


@pytest.mark.parametrize("kind", ["classification", "instruction", "text"])
def test_every_figure_of_an_evaluation_is_expected_before_it(kind):
    there = vocabulary.expected(kind, ())
    if kind == "classification":
        assert vocabulary.figures(full()[0]).keys() <= there.figures
    headline = {"classification": "accuracy"}.get(kind, "bits_per_byte")
    gate.prepare(f"{headline} != base and gain > 0", there)


def test_a_figure_that_the_run_lacks_is_named():
    plain = sample()[0]
    with pytest.raises(GateUnclear, match="no figure bpb_general"):
        gate.judge("bpb_general < base * 1.02", plain)


def test_a_quotient_of_nothing_is_no_number(found):
    with pytest.raises(GateUnclear, match="comes to no number"):
        gate.judge("accuracy / (base - base) > 1", found)


def test_what_was_read_cannot_be_changed(found):
    with pytest.raises(ValidationError):
        gate.judge("n > 1", found).met = False
    assert parse("n > 1") == parse("n > 1")


def test_a_gate_that_asks_for_evidence_stays_closed_on_a_handful_of_rows():
    few, _ = sample(count=4)
    assert few.gain.difference == 0.5
    came = gate.judge("gain.low > 0", few)
    assert not came.met
    assert came.parts[0].sentence.startswith("gain.low > 0: -inf > 0")
    assert not gate.judge("gain.high < 1", few).met
