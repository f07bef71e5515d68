"""Words and their runs, as hashes: the same as cutting texts with a regular expression."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from curator.shingles import _kinds, runs, shingles
from tests.reference_shingles import alone, shingle_set, words


def words_alone(texts):
    return runs(texts, 1)


def hashed(texts, cut=words_alone):
    """The hashes of each text, in order."""
    found = [[] for _ in texts]
    for block in cut(texts):
        parts = np.split(block.hashes, np.cumsum(block.counts))[:-1]
        for position, part in zip(block.positions.tolist(), parts, strict=True):
            found[position] = part.tolist()
    return found


def same_shape(things, hashes):
    """Whether the hashes are equal exactly where the things are."""
    assert len(things) == len(hashes)
    return len(set(zip(things, hashes, strict=True))) == len(set(things)) == len(set(hashes))


TEXTS = st.lists(
    st.text(
        st.sampled_from("ab_1 .,\0\n\tÀàİßΣσ漢字かなกำที่नमस्तेख़가ㄱ\u0301\u200d\ud800💩é❤\ufe0f"), max_size=12
    )
    | st.text(max_size=30)
)


@given(TEXTS)
@example(["İ b", "i̇ b", "İİİ", "x"])
@example(["a" * 70, "a" * 64, "a" * 65, "a" * 8, "a" * 9, "é" * 40, "é" * 32])
def test_words_are_those_of_the_definition(texts):
    expected = [words(text) for text in texts]
    found = hashed(texts)
    assert [len(some) for some in expected] == [len(some) for some in found]
    assert same_shape([w for some in expected for w in some], [h for some in found for h in some])


@given(TEXTS)
def test_shingles_are_runs_of_three_words_or_the_whole_of_a_shorter_text(texts):
    expected = [shingle_set(text) for text in texts]
    found = [set(some) for some in hashed(texts, shingles)]
    assert [len(some) for some in expected] == [len(some) for some in found]
    everything = {shingle for some in expected for shingle in some}
    assert len(everything) == len({hash_ for some in found for hash_ in some})


@given(TEXTS, st.integers(1, 6))
def test_runs_are_whole_and_of_one_text(texts, width):
    expected = [
        [tuple(some[i : i + width]) for i in range(len(some) - width + 1)] for some in map(words, texts)
    ]
    found = hashed(texts, lambda some: runs(some, width))
    assert [len(some) for some in expected] == [len(some) for some in found]
    assert same_shape([w for some in expected for w in some], [h for some in found for h in some])


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" ,;\0\t", 0),
        ("it's snake_case, 2 x", 5),
        ("東京タワー", 5),
        ("안녕하세요 세계", 7),
        ("ที่นี่", 2),
        ("นำ้", 2),
        ("नमस्ते दुनिया", 2),
        ("ភាសាខ្មែរ", 5),
        ("café", 1),
        (unicodedata.normalize("NFD", "café"), 1),
        ("\u0301 \u0301", 0),
        ("❤\ufe0f ok", 1),
        ("word漢字word", 4),
        ("\ud83d", 0),
        ("a\ud83db", 2),
    ],
)
def test_how_many_words(text, count):
    assert len(words(text)) == count
    assert len(hashed([text])[0]) == count


def test_every_character_is_of_the_kind_that_unicode_says():
    def kind(char):
        if char.isalnum() or char == "_":
            return 2 if alone(char) else 1
        return 3 if unicodedata.category(char)[0] == "M" or char in "\u200c\u200d" else 0

    expected = np.array([kind(chr(code)) for code in (*range(0x40000), *range(0xE0000, 0xE1000))])
    found = _kinds()
    assert (np.concatenate([found[:0x40000], found[0xE0000:0xE1000]]) == expected).all()


def test_case_does_not_matter_nor_does_the_company_of_other_scripts():
    first, second, third = hashed(["The END", "the end", "the end 漢"])
    assert first == second == third[:2]


def test_a_text_that_grows_in_lower_case_does_not_move_the_others():
    assert hashed(["İİİİ İ", "eins zwei drei é"])[1] == hashed(["eins zwei drei é"])[0]


def test_texts_of_many_blocks_keep_their_positions():
    texts = [f"text {number} " + "word " * (number % 50) + "é" * (number % 2) for number in range(20_000)]
    found = hashed(texts)
    assert all(found[number] == hashed([texts[number]])[0] for number in range(0, 20_000, 997))


def test_a_megabyte_in_one_line():
    assert len(hashed(["a b " * 300_000])[0]) == 600_000
    assert len(hashed(["x" * 3_000_000])[0]) == 1
    assert len(hashed(["漢" * 300_000])[0]) == 300_000
