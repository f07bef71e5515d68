"""Sets of tokens laid out by size, and the steps of the join that leave something out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.shingles import Block
from curator.similarity.join import join, links
from curator.similarity.pruning import prune
from curator.similarity.sets import Sets, arranged, spans, spare, without_copies

TOKENS = st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=12), min_size=1, max_size=20)


def laid_out(lists) -> Sets:
    """Sets out of lists of small numbers, spread over the range of hashes."""
    lists = sorted(lists, key=len)
    tokens = np.array([token for some in lists for token in some], np.uint64)
    widths = np.array([len(some) for some in lists], np.int64)
    return arranged(np.arange(len(lists), dtype=np.int32), widths, spread(tokens))


def spread(tokens):
    return tokens * np.uint64(0x9E3779B97F4A7C15)


def contents(sets):
    parts = zip(sets.starts.tolist(), sets.sizes.tolist(), strict=True)
    return [frozenset(sets.tokens[start : start + size].tolist()) for start, size in parts]


@given(TOKENS)
def test_sets_hold_each_token_once_and_smaller_ones_come_first(lists):
    sets = laid_out(lists)
    lists = sorted(lists, key=len)
    assert sets.sizes.tolist() == sorted(len(set(some)) for some in lists)
    for number, found in zip(sets.numbers.tolist(), contents(sets), strict=True):
        assert found == set(spread(np.array(lists[number], np.uint64)).tolist())


@given(TOKENS)
def test_of_equal_sets_the_one_with_the_lowest_number_stays(lists):
    whole = laid_out(lists)
    found = dict(zip(whole.numbers.tolist(), contents(whole), strict=True))
    sets, firsts, copies = without_copies(whole)
    assert sets.sizes.tolist() == sorted(sets.sizes.tolist())
    assert len(set(contents(sets))) == len(sets.numbers) == len(set(found.values()))
    for first, copy in zip(firsts.tolist(), copies.tolist(), strict=True):
        assert found[first] == found[copy]
        assert first == min(number for number, some in found.items() if some == found[copy])


@given(TOKENS, st.sampled_from((0.3, 0.5, 0.8, 1.0)))
def test_what_pruning_leaves_out_has_no_partner(lists, threshold):
    counts = np.array([len(some) for some in lists], np.int64)
    hashes = spread(np.array([token for some in lists for token in some], np.uint64))
    kept = prune([Block(np.arange(len(lists), dtype=np.int32), counts, hashes)], threshold)
    for number in set(range(len(lists))) - set(kept.numbers.tolist()):
        own, others = set(lists[number]), [set(some) for place, some in enumerate(lists) if place != number]
        assert all(len(own & other) / len(own | other) < threshold for other in others)


def test_most_sets_without_a_partner_are_left_out():
    hashes = spread(np.arange(20_000, dtype=np.uint64))
    hashes[:20] = hashes[20:40]
    block = Block(np.arange(1000, dtype=np.int32), np.full(1000, 20), hashes)
    assert {0, 1} <= set(prune([block], 0.8).numbers.tolist())
    assert len(prune([block], 0.8).numbers) < 10


@pytest.mark.parametrize("threshold", [0.5, 0.9])
def test_sets_that_share_a_rare_token_but_little_else_are_no_match(threshold):
    sets = laid_out([[0, *range(10 * n + 1, 10 * n + 10)] for n in range(1, 50)])
    for find in (join, links):
        assert not len(find(sets, threshold).left)


def test_spare_tokens_are_rounded_in_favour_of_a_pair():
    assert spare(np.array([0, 1, 5, 10, 11]), 0.8).tolist() == [0, 0, 1, 2, 2]
    assert spare(np.array([10]), 0.1 + 0.2).tolist() == [7]


def test_spans_count_on_from_each_start():
    assert spans(np.array([5, 0, 9]), np.array([2, 0, 3])).tolist() == [5, 6, 9, 10, 11]
