"""What data text looks like once it may reach a screen or a key."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from curator.text import (
    digest,
    nearest,
    neutralised,
    normalised,
    plural,
    restored,
    storable,
    visible,
    visible_line,
)

any_text = st.text(st.characters())


@given(any_text)
def test_no_control_byte_survives_on_screen(text):
    shown = visible(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\n" for c in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@given(any_text, st.integers(5, 60))
def test_a_line_is_one_line_and_no_wider_than_asked(text, width):
    line = visible_line(text, width)
    assert "\n" not in line
    assert len(line) <= width


def test_escape_sequences_show_as_pictures():
    assert visible("\x1b]52;c;AAAA\x07") == "␛]52;c;AAAA␇"


@given(any_text)
def test_storable_text_is_utf8(text):
    storable(text).encode("utf-8")


def test_case_space_and_form_do_not_make_another_input():
    assert normalised("  Где\tмой  ЗАКАЗ? ") == normalised("где мой заказ?")
    assert normalised("cafe\u0301") == normalised("CAFÉ")
    assert normalised("a b") != normalised("ab")


def test_digest_separates_its_parts():
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("\ud800") != digest("x")


def test_small_words():
    assert plural(1, "row") == "1 row"
    assert plural(1200, "row") == "1,200 rows"
    assert nearest("refnd", ["refund", "praise"]) == "Did you mean refund?"
    assert nearest("xyz", ["refund", "praise"]) == "Known: refund, praise."


@given(st.text(st.sampled_from("'=+-@\t\r\n\0＝a ")))
def test_neutralised_cells_are_no_formulas_and_come_back(cell):
    assert not neutralised(cell).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝"))
    assert restored(neutralised(cell)) == cell


def test_a_cell_that_is_no_formula_stays_as_it_is():
    for cell in ("", "a=1", "'quoted'", "5-3", " =1"):
        assert neutralised(cell) == cell
        assert restored(cell) == cell
