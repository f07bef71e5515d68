from __future__ import annotations

import warnings

import numpy as np
import pytest

from curator.label_quality.suspicion import from_probabilities, suspicions

CARD = ["my card is lost", "the card was stolen", "block my stolen card", "I lost the card today"]
LOAN = ["what is the rate of a loan", "I want a loan", "loan for a house", "pay back the loan early"]
CARD_RU = ["моя карта потеряна", "карту украли", "заблокируйте карту", "я потерял карту"]
LOAN_RU = ["какая ставка по кредиту", "мне нужен кредит", "кредит на дом", "погасить кредит досрочно"]
CARD_ZH = ["我的卡丢了", "卡被偷了", "请冻结我的卡", "银行卡不见了"]
LOAN_ZH = ["贷款利率是多少", "我想申请贷款", "买房贷款", "提前还贷款"]
POLITE = ["", "please ", "hello ", "thanks ", "so ", "well "]


@pytest.fixture(autouse=True)
def no_warning_leaks():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def two_labels(one, other) -> tuple[list[str], np.ndarray]:
    texts = [start + text for start in POLITE for text in (*one, *other)]
    return texts, np.tile(np.repeat([0, 1], 4), len(POLITE))


def sound(found, rows: int) -> bool:
    """Every field is there, of its type and within its bounds."""
    types = [np.float64, np.bool_, np.int64, np.float64, np.float64]
    shares = np.concatenate([found.probability, found.own])
    return (
        [field.dtype for field in found] == types
        and {len(field) for field in found} == {rows}
        and np.isfinite(found.score).all()
        and bool(((shares >= 0) & (shares <= 1)).all())
    )


@pytest.mark.parametrize(
    ("one", "other"), [(CARD, LOAN), (CARD_RU, LOAN_RU), (CARD_ZH, LOAN_ZH)], ids=["en", "ru", "zh"]
)
def test_a_planted_error_is_ranked_first_and_put_right(one, other):
    texts, labels = two_labels(one, other)
    labels[9] = 1
    found = suspicions(texts, labels, 2)
    assert found.score.argmax() == 9
    assert np.flatnonzero(found.likely).tolist() == [9]
    assert found.suggested[9] == 0
    assert found.probability[9] > 0.99
    assert found.own[9] < 0.01


def test_planted_errors_among_many_labels_are_found():
    random = np.random.default_rng(0)
    words = np.array([f"word{number}" for number in range(200)])
    right = np.repeat(np.arange(20), 40)
    own = random.integers(0, 10, (800, 4)) + right[:, None] * 10
    texts = [" ".join(words[[*row, *random.integers(0, 200, 4)]]) for row in own]
    labels, errors = right.copy(), random.choice(800, 40, replace=False)
    labels[errors] = (right[errors] + random.integers(1, 20, 40)) % 20
    found = suspicions(texts, labels, 20)
    assert np.isin(np.argsort(-found.score)[:40], errors).mean() > 0.95
    assert (labels != right)[found.likely].mean() > 0.9
    assert found.likely[errors].mean() > 0.9
    assert (found.suggested == right)[errors].mean() > 0.95


def test_labels_that_are_told_apart_are_not_doubted():
    found = suspicions(*two_labels(CARD, LOAN), 2)
    assert not found.likely.any()
    assert (found.own > found.probability).all()


def test_labels_given_at_random_are_not_doubted():
    random = np.random.default_rng(1)
    texts = [" ".join(random.choice(list("abcdefghijklmnop"), 6)) for _ in range(300)]
    assert suspicions(texts, random.integers(0, 4, 300), 4).likely.mean() < 0.01


def test_equal_seeds_give_equal_results():
    texts, labels = two_labels(CARD, LOAN)
    texts, labels = texts * 3, np.tile(labels, 3)
    for one, other in zip(suspicions(texts, labels, 2, 7), suspicions(texts, labels, 2, 7), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("rows", [1, 2, 3, 4])
def test_labels_of_few_rows_are_judged_but_never_likely_wrong(rows):
    texts, labels = two_labels(CARD, LOAN)
    labels[:rows] = 2
    found = suspicions(texts, labels, 3)
    assert sound(found, len(texts))
    assert not found.likely[:rows].any()


def test_a_label_for_every_row():
    found = suspicions(CARD, np.arange(4), 4)
    assert sound(found, 4)
    assert not found.likely.any()


def test_a_label_never_used_is_not_suggested():
    texts, labels = two_labels(CARD, LOAN)
    found = suspicions(texts, labels * 3, 5)
    assert set(found.suggested.tolist()) == {0, 3}
    np.testing.assert_array_equal(found.score, suspicions(texts, labels, 2).score)


@pytest.mark.parametrize(
    ("texts", "label", "label_count"), [(CARD, 1, 3), (CARD, 0, 2), (CARD, 0, 1), ([], 0, 3)]
)
def test_where_one_label_is_used_nothing_is_likely_wrong(texts, label, label_count):
    found = suspicions(texts, np.full(len(texts), label), label_count)
    assert sound(found, len(texts))
    assert not found.likely.any()
    assert not found.score.any()
    assert label_count == 1 or (found.suggested != label).all()


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(["a", "b"], id="two rows"),
        pytest.param([*CARD, *LOAN], id="eight rows"),
        pytest.param([""] * 30, id="empty"),
        pytest.param(["...", "?!", " "] * 10, id="no word"),
        pytest.param(["card", "loan", "bank", "дом"], id="nothing in common"),
        pytest.param(["\ud83d card", "loan \ud83d"] * 8, id="surrogates"),
        pytest.param(["card " * 3_000, "loan"] * 3, id="long"),
        pytest.param([*CARD, "", "."] * 30, id="some empty"),
    ],
)
def test_any_texts_can_be_judged(texts):
    assert sound(suspicions(texts, np.arange(len(texts)) % 2, 2), len(texts))


def test_texts_without_words_are_not_doubted():
    texts, labels = two_labels(CARD, LOAN)
    found = suspicions([*texts, *[""] * 20], np.append(labels, np.arange(20) % 2), 2)
    assert not found.likely.any()


def test_equal_texts_under_equally_many_labels_are_not_doubted():
    found = suspicions(["the same"] * 90, np.arange(90) % 3, 3)
    assert not found.likely.any()


def test_equal_texts_under_a_label_that_few_of_them_have_are():
    found = suspicions(["the same"] * 500, np.array([0] * 494 + [1] * 6), 2)
    assert np.flatnonzero(found.likely).tolist() == [494, 495, 496, 497, 498, 499]


def test_given_probabilities_are_kept_and_ordered():
    probabilities = np.array([[0.9, 0.1], [0.4, 0.6], [0.001, 0.999], [0.2, 0.8], [0.3, 0.7], [1.0, 0.0]])
    found = from_probabilities(probabilities, np.zeros(6, np.int64))
    assert sound(found, 6)
    np.testing.assert_allclose(found.own, probabilities[:, 0], atol=1e-9)
    np.testing.assert_allclose(found.probability, probabilities[:, 1], atol=1e-9)
    assert np.argsort(-found.score).tolist() == [2, 3, 4, 1, 0, 5]
    assert found.likely.tolist() == [False, False, True, False, False, False]


def test_the_label_that_is_more_often_wrong_is_more_suspicious():
    labels = np.repeat([0, 1], 5_000)
    own = np.full(10_000, 0.95)
    own[:1_000] = own[-100:] = 0.02
    others = np.where(labels == 0, 1 - own, own)
    found = from_probabilities(np.stack([1 - others, others], axis=1), labels)
    assert found.score[0] > found.score[-1]
    assert found.own[0] == pytest.approx(found.own[-1])


@pytest.mark.parametrize("shape", [(0, 3), (4, 1)])
def test_probabilities_with_nothing_to_judge(shape):
    found = from_probabilities(np.ones(shape), np.zeros(shape[0], np.int64))
    assert sound(found, shape[0])
    assert not found.likely.any()


def test_given_probabilities_are_left_as_they_are():
    probabilities = np.array([[0.9, 0.1], [0.4, 0.6]])
    before = probabilities.copy()
    from_probabilities(probabilities, np.array([0, 1]))
    np.testing.assert_array_equal(probabilities, before)


def test_rounding_errors_of_given_probabilities_do_no_harm():
    found = from_probabilities(np.array([[1.00002, -0.00001], [0.5, 0.5]]), np.array([0, 1]))
    assert sound(found, 2)
