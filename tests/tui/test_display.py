"""Data text on the screen is text: no markup, no action, no control byte."""

from __future__ import annotations

import pytest
from curator.tui import display
from hypothesis import given
from hypothesis import strategies as st

HOSTILE = ["a [/foo] b", "[@click=app.bell]x[/]", "[a='b", "\x1b]52;c;AAAA\x07", "a\\", "\u202eabc", "\ud83d"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_literally(text):
    shown = display.block(text)
    assert not shown.spans
    assert "\x1b" not in shown.plain
    assert shown.plain.count("[") == text.count("[")


@given(st.text(st.characters()), st.integers(5, 80))
def test_a_line_fits(text, width):
    assert len(display.line(text, width).plain) <= width
