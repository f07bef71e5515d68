"""Windows: cut after the split, with nothing shared between two sides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.config import WindowSettings
from curator.windows import cut, word_spans

SHARES = {"train": 0.7, "validation": 0.1, "test": 0.2}
WORDS = " ".join(f"w{i}" for i in range(400))


def windows(text=WORDS, split="train", **settings):
    return list(cut(text, word_spans, WindowSettings(**settings), split, SHARES))


def test_windows_cover_a_document_without_overlap():
    found = windows(size=50)
    assert " ".join(w.text for w in found) == WORDS
    assert {w.split for w in found} == {"train"}


def test_the_tenth_word_from_nine():
    found = windows("one two three four five six seven eight nine ten eleven", size=10, target="last")
    assert [(w.text.split()[0], w.target) for w in found] == [("one", "ten"), ("two", "eleven")]
    assert all(w.text.endswith(w.target) for w in found)


def test_a_document_too_short_for_a_full_window_has_no_last_word_to_learn():
    assert windows("one two three", size=10, target="last") == []
    assert len(windows("one two three", size=10)) == 1


@given(st.integers(2, 40), st.integers(1, 40), st.sampled_from(["all", "last"]))
def test_no_character_is_shared_between_two_sides(size, stride, target):
    found = windows(split="blocks", size=size, stride=stride, target=target)
    words = {side: {word for w in found if w.split == side for word in w.text.split()} for side in SHARES}
    assert words["train"]
    assert not words["train"] & words["test"]
    assert not words["validation"] & words["test"]
    assert not words["train"] & words["validation"]


@pytest.mark.parametrize(
    ("text", "count"), [("我爱学习", 4), ("слово и дело", 3), ("กข", 2), ("mixed 漢字 text", 4), ("", 0)]
)
def test_words_in_any_script(text, count):
    assert len(word_spans(text)) == count
