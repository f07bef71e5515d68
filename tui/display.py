"""The only door through which text from data reaches the screen of the terminal UI."""

from __future__ import annotations

from textual.content import Content

from curator.text import visible, visible_line


def block(text: str) -> Content:
    """A text as it stands, over as many lines as it has; nothing in it is markup or a control code."""
    return Content(visible(text))


def inline(text: str, width: int) -> Content:
    """A piece of a line as it stands, blanks at its ends included; nothing behind `width` characters."""
    return Content(visible(text[:width].replace("\n", "⏎").replace("\t", " ")))


def line(text: str, width: int) -> Content:
    """A text on one line of at most `width` characters."""
    return Content(visible_line(text, width))
