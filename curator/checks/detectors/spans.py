"""Where in a text something was found, and how repairs are applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of a text, in code points."""

    start: int
    end: int
    what: str
    """A few words for people: `e-mail address`."""


def cut(text: str, spans: Iterable[Span]) -> str:
    """The text without some spans, which are in order and do not overlap."""
    return replaced(text, ((span, "") for span in spans))


def replaced(text: str, spans: Iterable[tuple[Span, str]]) -> str:
    """The text with other words in place of some spans, which are in order and do not overlap.

    The very same object comes back when there are none.
    """
    parts: list[str] = []
    done = 0
    for span, new in spans:
        parts += (text[done : span.start], new)
        done = span.end
    return "".join(parts) + text[done:] if done else text


def settled(text: str, repair: Callable[[str], str]) -> str:
    """Repairs until nothing is left: what one pass takes out may bring the next thing together.

    Every pass must make the text shorter or simpler, so that there is a last one.
    """
    while (better := repair(text)) != text:
        text = better
    return text
