from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from curator.label_quality.features import binary, counts, tfidf, words

TEXTS = [
    "The card is lost, the CARD!",
    "Is my card lost?",
    "a bc  abc\nabc",
    "",
    "...",
    "Где моя карта? Карта потеряна",
    "naïve café ½",
]


def columns(matrix) -> list[tuple[float, ...]]:
    """The columns in an order that does not depend on how terms are numbered."""
    return sorted(map(tuple, matrix.toarray().T))


def test_words_and_pairs_are_those_of_scikit_learn():
    expected = CountVectorizer(ngram_range=(1, 2), token_pattern=r"\w+").fit_transform(TEXTS)
    assert columns(words(TEXTS)) == columns(expected)


def test_letters_are_those_of_scikit_learn():
    expected = CountVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=2).fit_transform(TEXTS)
    assert columns(counts(TEXTS).letters) == columns(expected)


def test_tfidf_is_that_of_scikit_learn():
    reference = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\w+", sublinear_tf=True)
    expected = reference.fit_transform(TEXTS)
    found = tfidf(words(TEXTS))
    np.testing.assert_allclose(columns(found), columns(expected.astype(np.float32)), atol=1e-6)


def test_binary_says_which_terms_are_there():
    found = words(["so so", "so"])
    assert found.toarray().tolist() == [[2, 1], [1, 0]]
    assert binary(found).toarray().tolist() == [[1, 1], [1, 0]]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("退款", 3),  # two letters and their pair
        ("カード", 5),
        ("退款 card", 5),
        ("บัตร", 7),
        ("карта", 1),
    ],
)
def test_scripts_without_spaces_are_counted_by_letters(text, terms):
    assert words([text]).nnz == terms


@pytest.mark.parametrize("texts", [[], [""], ["", " \n"], ["..."]])
def test_texts_without_words_have_no_terms(texts):
    found = counts(texts)
    assert found.words.shape == (len(texts), 0)
    assert found.letters.shape[0] == len(texts)
    assert tfidf(found.words).shape == (len(texts), 0)


def test_letters_that_no_other_text_has_are_left_out():
    assert counts(["abc", "xyz"]).letters.nnz == 0


def test_a_lone_surrogate_is_a_letter():
    assert counts(["\ud83d", "\ud83d"]).letters.nnz > 0


def test_of_very_long_texts_only_the_first_letters_count(monkeypatch):
    monkeypatch.setattr("curator.label_quality.features._LETTERS", 0)
    texts = ["a" * 99 + " end"] * 2
    assert counts(texts).letters.nnz == counts(["a" * 99 + " "] * 2).letters.nnz
