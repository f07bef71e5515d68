"""Changes between two texts as pieces, which put together give the new text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from curator.diffs import pieces, told_apart
from curator.text import revealed

words = st.lists(st.sampled_from(["a", "b", "Café", "слово", "话", " ", "\n", "."]), max_size=30).map("".join)


@given(words, words)
def test_every_piece_is_in_its_text_and_nothing_else_changed(old, new):
    found = list(pieces(old, new))
    assert bool(found) == (old != new)
    removed, added = sum(len(p.removed) for p in found), sum(len(p.added) for p in found)
    assert len(old) - removed == len(new) - added
    assert all(piece.removed in old and piece.added in new for piece in found)


def test_a_change_shows_what_stands_around_it():
    old = "The quick brown fox jumps over the lazy dog and runs away from here."
    (piece,) = pieces(old, old.replace("lazy", "tired"), around=10)
    assert piece == ("… over the ", "lazy", "tired", " dog and r…")


def test_whole_words_are_shown():
    assert [piece[1:3] for piece in pieces("my biling address", "my billing address")] == [
        ("biling", "billing")
    ]
    assert [piece[1:3] for piece in pieces("a 17 b", "a 18 b")] == [("17", "18")]


def test_what_looks_the_same_is_told_apart():
    assert told_apart("cafe\u0301", "café") == "cafe‹U+0301›"
    assert told_apart("cчёт", "счёт") == "‹U+0063›чёт"
    assert told_apart("old", "new") == "old"


def test_two_far_changes_are_two_pieces():
    old = "one " + "x " * 60 + "two"
    assert len(list(pieces(old, old.replace("one", "ONE").replace("two", "TWO")))) == 2


def test_long_texts_are_compared_in_linear_time():
    old = "word " * 200_000
    (piece,) = pieces(old, old + "end")
    assert piece.added == "end"
    assert len(list(pieces("a " * 100_000, "b " * 100_000))) == 1


def test_what_nobody_sees_is_written_out():
    assert revealed("can\u200bcel\x07 \u202ea\n b") == "can‹U+200B›cel‹U+0007› ‹U+202E›a\n b"
    assert revealed("a\xa0\xa0\xa0b") == "a‹U+00A0 ×3›b"
    assert revealed("обычный text 话 é") == "обычный text 话 é"
