"""One record is compared with all others by the words of all, and the answer is that of the texts themselves."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.contamination import overlaps, overlaps_among
from curator.near_duplicates import every_pair, pairs
from curator.similarity.pack import Pack, _is_among, packed

WORDS = st.sampled_from(["a", "b", "c", "d", "e", "слово", "话", "é,", "ok", "x1"])
TEXTS = st.lists(WORDS, max_size=9).map(" ".join)
RECORDS = st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=12)


def pack_of(records: list[tuple[str, ...]]) -> Pack:
    found = list(packed(records))
    return Pack(
        np.arange(1, len(records) + 1) * 10,
        np.array([one.counts for one in found]),
        np.concatenate([one.hashes for one in found]),
    )


@settings(deadline=None, max_examples=200)
@given(records=RECORDS, target=st.booleans(), threshold=st.sampled_from([0.5, 0.6, 0.8, 1.0]))
def test_near_records_are_those_that_the_join_pairs(records, target, threshold):
    pack = pack_of(records)
    texts = ["\n".join(parts if target else parts[:-1]) for parts in records]
    found = every_pair(pairs(texts, threshold))
    wanted = {
        (one, other, round(value, 9))
        for left, right, value in zip(found.left, found.right, found.similarity, strict=True)
        for one, other in ((int(left), int(right)), (int(right), int(left)))
    }
    got = {
        (place, near.record_id // 10 - 1, round(near.similarity, 9))
        for place in range(len(records))
        for near in pack.near((place + 1) * 10, threshold, target)
    }
    assert got == wanted


@settings(deadline=None, max_examples=100)
@given(records=RECORDS, width=st.sampled_from([1, 2, 3, 5]))
def test_runs_are_those_of_the_texts_and_whoever_shares_one_may_share_one(records, width):
    pack = pack_of(records)
    texts = ["\n".join(parts) for parts in records]
    everything = np.ones((len(texts), 3), bool)
    for place, text in enumerate(texts):
        others = [number for number in range(len(texts)) if number != place]
        wanted = [number for number in others if overlaps([text], [texts[number]], width)]
        held_out = pack.runs(np.array([place]), width, everything[:1])
        found = overlaps_among(
            held_out, pack.runs(np.array(others, np.int64), width, everything[1:]), len(texts)
        )
        assert [overlap.train for overlap in found] == wanted[:1]
        assert {(number + 1) * 10 for number in wanted} <= set(pack.may_share((place + 1) * 10, width))


def test_runs_of_some_parts_alone_do_not_see_the_others():
    pack = pack_of([("one two", "three four", "five six")])
    kept = np.array([[True, False, True]])
    (block,) = pack.runs(np.array([0]), 4, kept)
    (other,) = pack_of([("one two", "five six", "")]).runs(np.array([0]), 4, np.ones((1, 3), bool))
    assert block.hashes.tolist() == other.hashes.tolist()


def test_common_parts_are_those_that_many_have_word_for_word():
    records = [("say it twice", f"x{n}", "") for n in range(4)] + [("it say twice", "y", ""), ("", "z", "")]
    pack, everywhere = pack_of(records), np.arange(6)
    assert pack.common(everywhere, 0, 3).tolist() == [True] * 4 + [False, False]
    assert not pack.common(everywhere, 0, 4).any()
    assert not pack.common(everywhere, 2, 0).any()


def test_shingles_of_the_pack_give_the_same_pairs_as_the_texts():
    records = [("one two three four five", "six"), ("one two three four five", "seven"), ("", "")]
    blocks = list(pack_of(records).shingles(target=False, places=np.arange(3)))
    assert np.concatenate([block.positions for block in blocks]).tolist() == [0, 1]
    assert len(set(np.concatenate([block.hashes for block in blocks]).tolist())) == 3


def test_a_record_that_is_not_there_is_near_to_nothing():
    assert pack_of([("a", "b")]).near(7, 0.8, target=True) == []
    assert pack_of([("a", "b")]).may_share(7, 1) == []


@given(
    values=st.lists(
        st.integers(0, 2**32 - 1) | st.sampled_from([0, 1, 65536, 65537, 2**32 - 1]), max_size=30
    ),
    known=st.sets(st.integers(0, 2**32 - 1) | st.sampled_from([0, 1, 65536, 65537, 2**32 - 1]), min_size=1),
)
def test_known_values_are_told_from_others_with_the_same_first_bits(values, known):
    found = _is_among(np.array(values, np.uint32), np.array(sorted(known), np.uint32))
    assert found.tolist() == [value in known for value in values]
