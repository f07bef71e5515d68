"""Near-duplicates are found exactly: every result is compared with plain Python sets."""

from __future__ import annotations

import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator import near_duplicates
from curator.errors import CuratorError
from curator.near_duplicates import (
    Index,
    Pairs,
    clusters,
    count_every_pair,
    every_pair,
    links,
    neighbours,
    pairs,
)
from curator.similarity import join
from tests.reference_shingles import shingle_set, similarity

TEXTS = st.lists(
    st.lists(st.sampled_from(["a", "b", "c", "d", "e", "F", "A,", "İ", "漢", "नमस्ते"]), max_size=14).map(
        " ".join
    ),
    max_size=25,
)
THRESHOLDS = st.sampled_from((0.5, 0.55, 0.6, 2 / 3, 0.7, 0.75, 0.8, 0.9, 0.95, 1.0))


def by_hand(texts, threshold):
    sets = [shingle_set(text) for text in texts]
    near = ((i, j, similarity(sets[i], sets[j])) for i, j in combinations(range(len(texts)), 2))
    return {(i, j): value for i, j, value in near if value >= threshold}


def listed(found):
    keys = list(zip(found.left.tolist(), found.right.tolist(), strict=True))
    assert keys == sorted(set(keys))
    assert all(left < right for left, right in keys)
    return dict(zip(keys, found.similarity.tolist(), strict=True))


def perturbed(count, seed, words=60):
    """Texts of which many are copies of others, some with a few words changed."""
    chance = random.Random(seed)
    texts = []
    for _ in range(count):
        if texts and chance.random() < 0.6:
            copy = chance.choice(texts).split()
            for _ in range(chance.randrange(4)):
                copy[chance.randrange(len(copy))] = f"w{chance.randrange(words)}"
        else:
            copy = [f"w{chance.randrange(words)}" for _ in range(chance.randrange(1, 80))]
        texts.append(" ".join(copy))
    return texts


def parts_by_hand(count, near):
    firsts = list(range(count))
    for _ in range(count):
        for left, right in near:
            firsts[left] = firsts[right] = min(firsts[left], firsts[right])
    return firsts


@given(TEXTS, THRESHOLDS)
def test_every_pair_is_found_and_no_other(texts, threshold):
    found = pairs(texts, threshold)
    assert listed(every_pair(found)) == by_hand(texts, threshold)
    assert count_every_pair(found) == len(every_pair(found).left)


@pytest.mark.parametrize("threshold", [0.5, 0.6, 0.8, 0.95, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_every_pair_is_found_among_longer_texts(seed, threshold):
    texts = perturbed(300, seed)
    expected = by_hand(texts, threshold)
    assert listed(every_pair(pairs(texts, threshold))) == expected
    assert len(expected) > 30


@given(TEXTS, THRESHOLDS)
def test_copies_are_paired_with_the_first_of_them_and_only_that_one_with_others(texts, threshold):
    sets = [shingle_set(text) for text in texts]
    firsts = [sets.index(some) for some in sets]
    near = by_hand(texts, threshold)
    expected = {
        (i, j): value
        for (i, j), value in near.items()
        if firsts[i] == i and (firsts[j] == j or firsts[j] == i)
    }
    assert listed(pairs(texts, threshold)) == expected


@given(TEXTS, THRESHOLDS)
def test_clusters_are_connected_components(texts, threshold):
    expected = parts_by_hand(len(texts), by_hand(texts, threshold))
    assert clusters(len(texts), pairs(texts, threshold)).tolist() == expected
    assert clusters(len(texts), links(texts, threshold)).tolist() == expected


@pytest.mark.parametrize("threshold", [0.5, 0.8])
def test_links_are_some_of_the_pairs_and_make_the_same_clusters(threshold):
    texts = perturbed(600, seed=7, words=30)
    everything, some = pairs(texts, threshold), links(texts, threshold)
    assert listed(some).items() <= listed(everything).items()
    assert clusters(600, some).tolist() == clusters(600, everything).tolist()


def test_a_thousand_variations_of_a_text_take_few_links():
    frame = " ".join(f"w{number}" for number in range(200))
    texts = [f"{frame} number {number}" for number in range(1500)]
    found = links(texts)
    assert len(found.left) < 5 * len(texts)
    assert set(clusters(len(texts), found).tolist()) == {0}


def test_a_hundred_thousand_copies_are_a_star():
    texts = ["the same text again"] * 100_000 + ["the same text again and more of it"]
    found = pairs(texts, 0.3)
    assert found.left.tolist() == [0] * 100_000
    assert found.right.tolist() == list(range(1, 100_001))
    assert found.similarity[-1] == pytest.approx(2 / 6)


def test_pairs_beyond_memory_are_refused_and_those_counted_in_parts_are_the_same(monkeypatch):
    frame = " ".join(f"w{number}" for number in range(60))
    texts = [f"{frame} number {number} of {number % 7}" for number in range(150)]
    whole = pairs(texts)
    monkeypatch.setattr(join, "_CANDIDATES", 100)
    monkeypatch.setattr(join, "_WAITING", 500)
    assert listed(pairs(texts)) == listed(whole)
    monkeypatch.setattr(join, "_MOST", 10_000)
    with pytest.raises(CuratorError, match="10,000 pairs"):
        pairs(texts)
    assert len(set(clusters(150, links(texts)).tolist())) == 1


def test_texts_of_a_word_or_two_are_compared_as_a_whole():
    texts = ["yes", "Yes!", "yes no", "no yes", "yes no maybe", "yes yes yes yes", "", " . ", "\0"]
    assert listed(pairs(texts)) == {(0, 1): 1.0}


def test_a_similarity_that_is_just_the_threshold_counts():
    texts = ["a b c d e f g", "a b c d e f x"]
    assert listed(pairs(texts, 4 / 6)) == {(0, 1): 4 / 6}
    assert not listed(pairs(texts, np.nextafter(4 / 6, 1)))


@pytest.mark.parametrize("texts", [[], [""], ["one"], ["", ""], ["a b c", "d e f"]])
def test_where_there_is_nothing_to_find(texts):
    found = pairs(texts)
    assert listed(found) == listed(links(texts)) == listed(every_pair(found)) == {}
    assert clusters(len(texts), found).tolist() == list(range(len(texts)))


def test_hostile_texts_do_no_harm():
    long = " ".join(f"w{number % 5000}" for number in range(200_000))
    texts = ["\ud800 \udfff a\0b", "\udfff\ud800, A\0B", long, long + " end", "x" * 2_000_000, "\0" * 1000]
    assert set(listed(pairs(texts))) == {(0, 1), (2, 3)}


@pytest.mark.parametrize("threshold", [0, -1, 1.01, float("nan")])
def test_what_is_no_similarity_is_refused(threshold):
    for use in (pairs, links, Index):
        with pytest.raises(CuratorError) as error:
            use(["a"], threshold)
        assert error.value.remedy


def near_by_hand(texts, text, threshold):
    wanted = shingle_set(text)
    found = [(place, similarity(wanted, shingle_set(other))) for place, other in enumerate(texts)]
    return sorted((hit for hit in found if hit[1] >= threshold), key=lambda hit: (-hit[1], hit[0]))


@given(TEXTS, TEXTS, THRESHOLDS)
def test_the_index_knows_the_neighbours_of_any_text(texts, others, threshold):
    index = Index(texts, threshold)
    for text in (*texts, *others):
        assert index.near(text) == near_by_hand(texts, text, threshold)


@given(TEXTS, st.lists(st.tuples(st.integers(0, 30), TEXTS.filter(bool))), THRESHOLDS)
def test_the_index_follows_edits(texts, edits, threshold):
    index, texts = Index(texts, threshold), list(texts)
    for place, (text, *_) in edits:
        if place < len(texts):
            index.replace(place, text)
            texts[place] = text
        else:
            assert index.add(text) == len(texts)
            texts.append(text)
    for text in texts:
        assert index.near(text) == near_by_hand(texts, text, threshold)


@given(TEXTS, TEXTS, THRESHOLDS)
def test_neighbours_of_some_texts_are_found_without_an_index(wanted, texts, threshold):
    expected = [near_by_hand(texts, text, threshold) for text in wanted]
    assert neighbours(wanted, texts, threshold) == expected


def test_the_index_says_of_a_record_what_the_pairs_say():
    texts = perturbed(500, seed=3)
    index, near = Index(texts, 0.7), listed(every_pair(pairs(texts, 0.7)))
    for place, text in enumerate(texts):
        expected = {
            other: value for (i, j), value in near.items() for other in {i, j} - {place} if place in (i, j)
        }
        assert dict(index.near(text)) == expected | {place: 1.0}


def test_a_common_phrase_does_not_mislead_the_index():
    texts = [f"in the following sentence find the word number {number} of many" for number in range(3000)]
    index = Index(texts)
    assert index.near(texts[17]) == near_by_hand(texts, texts[17], 0.8)


def test_what_only_the_wanted_text_has_does_not_hide_its_neighbours():
    index = Index(["a b c d e f"])
    assert index.near("a b c d e f g") == neighbours(["a b c d e f g"], ["a b c d e f"])[0] == [(0, 0.8)]


def test_an_index_made_in_small_steps_is_the_same(monkeypatch):
    texts = [f"{text} {text}" for text in perturbed(60, seed=5)]
    whole = Index(texts, 0.5)
    monkeypatch.setattr(near_duplicates, "_STEP", 7)
    parts = Index(texts, 0.5)
    assert [parts.near(text) for text in texts] == [whole.near(text) for text in texts]
    assert parts.near(texts[9]) == near_by_hand(texts, texts[9], 0.5)


def test_the_index_refuses_a_position_that_is_not_there():
    index = Index(["a b c"])
    for place in (-1, 1):
        with pytest.raises(IndexError):
            index.replace(place, "a")


def test_pairs_are_arrays_that_clusters_take_from_anywhere():
    found = Pairs(np.array([0, 1]), np.array([3, 2]), np.array([0.9, 0.8]))
    assert clusters(5, found).tolist() == [0, 1, 1, 0, 4]
