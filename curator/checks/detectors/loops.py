"""One sentence, line or phrase over and over: what a stuck generator or a bad paste leaves behind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from curator.checks.detectors.spans import Span

_PROBE, _PROBES = 16, 8
"""A text that repeats itself for a quarter of its length does so around one of eight samples of 16 characters."""
_WINDOW = 1 << 15
_HAN = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_HAN}]|[^\s{_HAN}]+")
_LETTER_RUN = re.compile(r"([^\W\d_])\1{29,}")
_SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？]*")
_LETTERS = 0.3
_NUMBERING = " \t-*•0123456789.)"
_COPIES, _SHORT_COPIES = 4, 10
_CHANCE = 8
"""Words up to which a repetition may be part of a longer one: `ha ha` in `ha ha, ha ha`."""
_UNIT, _SHORT_RUN = 12, 40
_SENTENCE_LENGTH, _SENTENCE_COPIES, _SENTENCE_SHARE = 15, 5, 0.4


def spans(text: str) -> Iterator[Span]:
    """The repetitions of every passage that follows itself four times or more, or that makes up most of the text."""
    if not _suspicious(text):
        return
    found = list(_runs(text)) or list(_scattered(text))
    yield from found


def share(text: str) -> float:
    """How much of a text only repeats, from 0 to 1."""
    return sum(span.end - span.start for span in spans(text)) / max(1, len(text))


def _suspicious(text: str) -> bool:
    """Whether some sample of the text comes three times; a few searches for a fixed string."""
    return any(_window_suspicious(text[at : at + _WINDOW]) for at in range(0, len(text), _WINDOW))


def _window_suspicious(text: str) -> bool:
    length = len(text)
    if length < _SHORT_RUN:
        return False
    step = max(1, (length - _PROBE) // (_PROBES - 1))
    for at in range(0, length - _PROBE + 1, step):
        probe = text[at : at + _PROBE]
        if text.find(probe, at + 1) > 0 and text.count(probe) > 2:
            return True
    return False


def _runs(text: str) -> Iterator[Span]:
    """Passages that follow themselves, found by the distance at which a word comes back twice in a row. Linear."""
    for letters in _LETTER_RUN.finditer(text):
        yield Span(letters.start() + 1, letters.end(), "one letter over and over")
    tokens = list(_TOKEN.finditer(text))
    words = [token[0] for token in tokens]
    done = 0
    for start, end, period in _periodic(words):
        copies = (end - start) // period
        first, last = tokens[start].start(), tokens[end - 1].end()
        unit = text[first : tokens[start + period].start()]
        enough = copies >= (_COPIES if len(unit) >= _UNIT else _SHORT_COPIES)
        if first >= done and enough and last - first >= _SHORT_RUN and _says(unit):
            done = last
            yield Span(first + len(unit), last, f"the same passage {copies} times")


def _periodic(words: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Stretches (start, end, period) in which every word is the one a period before it, three periods or longer."""
    seen: dict[str, tuple[int, int]] = {}
    tried: dict[int, int] = {}
    done = 0
    for at, word in enumerate(words):
        last, gap = seen.get(word, (at, 0))
        period = at - last
        seen[word] = (at, period)
        if at < done or not period or period != gap or at < tried.get(period, 0):
            continue
        start, end = _extent(words, at - 2 * period, period, done)
        tried[period] = end
        if end - start >= 3 * period:
            done = end if end - start > _CHANCE else done
            yield start, end, period


def _extent(words: Sequence[str], start: int, period: int, floor: int) -> tuple[int, int]:
    """How far a repetition reaches to both sides of a place in it."""
    end = start + period
    while end < len(words) and words[end] == words[end - period]:
        end += 1
    while start > floor and words[start - 1] == words[start - 1 + period]:
        start -= 1
    return start, end


def _scattered(text: str) -> Iterator[Span]:
    """The later copies of a sentence that makes up a large part of the text, numbered or between others."""
    sentences = [(found.start(), found.end(), _bare(found[0])) for found in _SENTENCE.finditer(text)]
    counts = Counter(bare for _, _, bare in sentences if len(bare) >= _SENTENCE_LENGTH)
    for bare, copies in counts.most_common(1):
        rare = copies < _SENTENCE_COPIES or copies * len(bare) < _SENTENCE_SHARE * len(text)
        if rare or not _says(bare):
            return
        later = [(start, end) for start, end, other in sentences if other == bare][1:]
        for start, end in later:
            yield Span(start, end, f"the same sentence {copies} times")


def _says(passage: str) -> bool:
    """Whether a passage has words in it; rulers, tables of numbers and drawings repeat themselves by nature."""
    return sum(map(str.isalpha, passage)) > _LETTERS * sum(map(len, passage.split()))


def _bare(sentence: str) -> str:
    return sentence.strip().lstrip(_NUMBERING).casefold()
