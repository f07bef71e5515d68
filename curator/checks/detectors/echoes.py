"""Answers that say the prompt again instead of answering it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from curator.checks.detectors.spans import Span

_WORD = re.compile(r"\w+")
_HAN = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_SHORTEST, _WHOLE, _PART = 8, 40, 120
"""Letters of an equal answer, a repeated prompt and a repeated part of it, at least; a Han character is three."""
_SHARE = 0.8


def spans(answer: str, prompt: str) -> Iterator[Span]:
    """The beginning of an answer that is the prompt; letter case, punctuation and white space do not count."""
    first, asked = _WORD.search(answer), _WORD.search(prompt)
    if first is None or asked is None or answer[first.start()].casefold() != prompt[asked.start()].casefold():
        return
    end, prompt_end, same = _common(answer, prompt)
    if not same:
        return
    weight = same + 2 * len(_HAN.findall(prompt, 0, prompt_end))
    whole_prompt = _WORD.search(prompt, prompt_end) is None
    if whole_prompt and _WORD.search(answer, end) is None:
        if weight >= _SHORTEST:
            yield Span(0, len(answer), "the prompt again, and nothing else")
    elif whole_prompt and weight >= _WHOLE:
        yield Span(first.start(), end, "the whole prompt again")
    elif weight >= _PART and prompt_end >= _SHARE * len(prompt.rstrip()):
        yield Span(first.start(), end, "most of the prompt again")


def _common(answer: str, prompt: str) -> tuple[int, int, int]:
    """Where the words that both begin with end in each, and how many letters they have."""
    end = prompt_end = letters = 0
    for said, asked in zip(_WORD.finditer(answer), _WORD.finditer(prompt), strict=False):
        same = said[0] == asked[0] or said[0].casefold() == asked[0].casefold()
        length = len(said[0]) if same else _shared(said[0], asked[0])
        if not same and not _HAN.match(said[0]):
            break
        end, prompt_end, letters = (
            said.start() + length,
            asked.start() + min(length, len(asked[0])),
            letters + length,
        )
        if not same:
            break
    return end, prompt_end, letters


def _shared(one: str, other: str) -> int:
    """How many letters two words begin with alike."""
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length
