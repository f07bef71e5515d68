"""One record is compared with all others by the words of all, and the answer is that of the texts themselves."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.contamination import overlaps
from curator.near_duplicates import every_pair, pairs
from curator.similarity.pack import Pack, packed

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
def test_sharing_records_are_those_that_the_texts_show(records, width):
    pack = pack_of(records)
    texts = ["\n".join(parts) for parts in records]
    for place, text in enumerate(texts):
        others = [number for number in range(len(texts)) if number != place]
        wanted = [number for number in others if overlaps([text], [texts[number]], width)]
        assert pack.sharing((place + 1) * 10, width) == [(number + 1) * 10 for number in wanted]


def test_shingles_of_the_pack_give_the_same_pairs_as_the_texts():
    records = [("one two three four five", "six"), ("one two three four five", "seven"), ("", "")]
    blocks = list(pack_of(records).shingles(target=False))
    assert np.concatenate([block.positions for block in blocks]).tolist() == [0, 1]
    assert len(set(np.concatenate([block.hashes for block in blocks]).tolist())) == 3


def test_a_record_that_is_not_there_is_near_to_nothing():
    assert pack_of([("a", "b")]).near(7, 0.8, target=True) == []
    assert pack_of([("a", "b")]).sharing(7, 1) == []
