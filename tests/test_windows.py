"""Windows: cut after the split, with nothing shared between two sides."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.config import WindowSettings
from curator.windows import BLOCKS, block_ranges, cut, parts, word_spans

SHARES = {"train": 0.7, "validation": 0.1, "test": 0.2}
WORDS = " ".join(f"w{i}" for i in range(400))


def windows(text=WORDS, split="train", **settings):
    return list(cut(text, word_spans, WindowSettings(**settings), split, SHARES))


def letters(text):
    """Every character is a unit."""
    return [(i, i + 1) for i in range(len(text))]


def bytes_of_letters(text):
    """Like a byte-level tokenizer: a character of several bytes is several units, all with its own place."""
    return [(i, i + 1) for i, char in enumerate(text) for _ in char.encode("utf-8", "surrogatepass")]


def overlapping(text):
    """Units that begin before the last one ended."""
    return [(i, min(i + 3, len(text))) for i in range(0, len(text), 2)]


def with_space_before(text):
    """Like many tokenizers: the white space before a word belongs to it."""
    ends = [0, *(end for _, end in word_spans(text))]
    return list(pairwise(ends))


UNITS = [word_spans, letters, bytes_of_letters, overlapping, with_space_before]

documents = st.lists(
    st.sampled_from(["a", "word", "слово", "漢", "字", "🎉", "é", "กข", " ", "\n\n", "\t", "—"]), max_size=120
).map("".join)
long_documents = st.lists(documents, min_size=4, max_size=8).map("a b c d 漢字 ".join)
shares = st.tuples(st.integers(1, 9), st.integers(0, 4), st.integers(0, 4)).map(
    lambda parts: {side: part / sum(parts) for side, part in zip(SHARES, parts, strict=True)}
)
window_settings = st.builds(
    WindowSettings,
    size=st.integers(1, 12),
    stride=st.none() | st.integers(1, 15),
    target=st.sampled_from(["all", "last"]),
)


def placed(text, units, settings, shares):
    """Side to the places of the characters of its windows; each text is traced by replacing characters by places."""
    marked = "".join(chr(0xF0000 + i) for i in range(len(text)))
    spans = units(text)
    found = {side: set() for side in SHARES}
    for window in cut(marked, lambda _: spans, settings, BLOCKS, shares):
        found[window.split] |= {ord(char) - 0xF0000 for char in window.text}
        assert window.target is None or window.text.endswith(window.target)
    return found


@settings(max_examples=400)
@given(documents, st.sampled_from(UNITS), window_settings, shares)
def test_no_character_is_shared_between_two_sides(text, units, settings, shares):
    found = placed(text, units, settings, shares)
    for one, other in combinations(SHARES, 2):
        assert not found[one] & found[other]
    assert all(shares[side] > 0 or not places for side, places in found.items())


@settings(max_examples=200)
@given(long_documents, st.sampled_from([word_spans, letters, with_space_before]), window_settings, shares)
def test_a_window_of_units_lies_between_two_sides(text, units, settings, shares):
    found = {side: places for side, places in placed(text, units, settings, shares).items() if places}
    spans = units(text)
    for (one, before), (other, after) in combinations(found.items(), 2):
        between = [span for span in spans if max(before) < span[0] and span[1] <= min(after)]
        assert len(between) >= settings.size, (one, other)


@settings(max_examples=200)
@given(documents, st.sampled_from(UNITS), window_settings, shares)
def test_windows_lie_in_the_parts_that_are_told(text, units, settings, shares):
    told = parts(text, units, settings, shares)
    for window in cut(text, units, settings, BLOCKS, shares):
        assert window.text in told[window.split]


@settings(max_examples=100)
@given(documents, window_settings)
def test_a_window_has_the_size_that_was_asked_for(text, settings):
    for window in cut(text, letters, settings, "test", SHARES):
        assert window.split == "test"
        assert len(window.text) == settings.size or (
            settings.target == "all" and len(window.text) < settings.size
        )


@given(st.integers(0, 5000), st.integers(1, 200), shares)
def test_blocks_keep_their_gap(units, gap, shares):
    ranges = list(block_ranges(units, shares, gap).values())
    assert ranges[0][0] == 0
    assert ranges[-1][1] == units
    for (start, end), (following, _) in pairwise(ranges):
        assert end >= start
        assert following - end == gap


@given(st.integers(200, 5000), shares)
def test_blocks_have_their_shares(units, shares):
    ranges = block_ranges(units, shares, 3)
    usable = sum(end - start for start, end in ranges.values())
    for side, (start, end) in ranges.items():
        assert abs((end - start) - shares[side] * usable) <= 1


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


def test_a_document_too_short_for_all_sides_is_train_alone():
    assert {w.split for w in windows("one two three four", split=BLOCKS, size=4)} == {"train"}


@pytest.mark.parametrize(
    ("text", "count"), [("我爱学习", 4), ("слово и дело", 3), ("กข", 2), ("mixed 漢字 text", 4), ("", 0)]
)
def test_words_in_any_script(text, count):
    assert len(word_spans(text)) == count
