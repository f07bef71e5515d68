"""Runs of words that held-out texts share with training texts, compared with plain Python sets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.contamination import Overlap, contaminated, overlaps
from curator.errors import CuratorError
from tests.reference_shingles import words

TEXTS = st.lists(
    st.lists(st.sampled_from(["a", "b", "C", "d.", "漢", "é"]), max_size=12).map(" ".join), max_size=8
)
LINE = "one two three four five six seven eight nine ten eleven twelve thirteen"


def runs_of(text, width):
    some = words(text)
    return {tuple(some[i : i + width]) for i in range(len(some) - width + 1)}


@given(TEXTS, TEXTS, st.integers(1, 5))
def test_what_is_shared_is_found_with_the_first_text_that_shares_it(held_out, train, width):
    expected = []
    for number, text in enumerate(held_out):
        sharing = [place for place, other in enumerate(train) if runs_of(text, width) & runs_of(other, width)]
        expected += [Overlap(number, sharing[0])] if sharing else []
    assert overlaps(held_out, train, width) == expected
    found = contaminated(held_out, iter(train), width)
    assert found.tolist() == [
        number in {overlap.held_out for overlap in expected} for number in range(len(held_out))
    ]


def test_thirteen_words_in_a_row_are_too_many_by_default_and_twelve_are_not():
    train = [f"Before: {LINE.upper()}, after."]
    shorter, interrupted = LINE.rsplit(" ", 1)[0], LINE.replace("seven", "seven and")
    assert (
        contaminated([LINE, f"x {LINE} y", shorter, interrupted, ""], train).tolist()
        == [True, True] + [False] * 3
    )


def test_a_run_does_not_go_on_in_the_next_text():
    first, second = LINE[:40], LINE[40:]
    assert not contaminated([LINE], [first, second]).any()
    assert not contaminated([first, second], [LINE]).any()


def test_training_texts_are_read_one_after_the_other():
    def many():
        for number in range(30_000):
            yield f"{number} {LINE}" if number == 29_999 else f"row number {number}"

    assert overlaps(["nothing of it", LINE], many()) == [Overlap(1, 29_999)]


@pytest.mark.parametrize(("held_out", "train"), [([], [LINE]), ([LINE], []), ([], []), ([""], [""])])
def test_where_there_is_nothing_to_find(held_out, train):
    assert not contaminated(held_out, train).any()
    assert overlaps(held_out, train) == []


@pytest.mark.parametrize("width", [0, -3])
def test_a_run_of_no_words_is_refused(width):
    with pytest.raises(CuratorError) as error:
        contaminated([LINE], [LINE], width)
    assert error.value.remedy
