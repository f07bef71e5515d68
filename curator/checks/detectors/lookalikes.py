"""Latin letters inside Cyrillic words and Cyrillic letters inside Latin ones: other tokens, same look."""

from __future__ import annotations

import re
from collections.abc import Iterator

from curator.checks.detectors.spans import Span, replaced, settled

_TWINS = dict(zip("aceopxyABCEHKMOPTXYëË", "асеорхуАВСЕНКМОРТХУёЁ", strict=True))
"""Latin letters with their twins in the Russian alphabet."""
_UKRAINIAN_TWINS = _TWINS | dict(zip("iIïÏ", "іІїЇ", strict=True))
_LATIN_TWINS = {cyrillic: latin for latin, cyrillic in _UKRAINIAN_TWINS.items()} | {"ѕ": "s", "ј": "j"}

_CYRILLIC = "\u0400-\u052f"
_LATIN = "A-Za-zÀ-ÖØ-öø-\u024f"
_HAS_LATIN = re.compile("[A-Za-z]")
_HAS_CYRILLIC = re.compile(f"[{_CYRILLIC}]")
_UKRAINIAN = re.compile("[іїєґўІЇЄҐЎ]")
_SEAM = re.compile(f"(?<=[{_LATIN}])[{_CYRILLIC}]|(?<=[{_CYRILLIC}])[{_LATIN}]")
_LETTER = re.compile(f"[{_CYRILLIC}{_LATIN}]")
_CYRILLIC_PART = re.compile(f"[{_CYRILLIC}]+")
_LATIN_PART = re.compile(f"[{_LATIN}]+")
_LONGEST_ENDING = 3
"""Letters of a Russian ending that may be put to a foreign word: `Google` + `ами`."""


def spans(text: str) -> Iterator[Span]:
    """Words that are of one script once their look-alikes are put right."""
    for span, _ in _corrections(text):
        yield span


def repaired(text: str) -> str:
    """The text with these words in the one script that has all their letters."""
    return text if text.isascii() else settled(text, lambda some: replaced(some, _corrections(some)))


def _corrections(text: str) -> Iterator[tuple[Span, str]]:
    if text.isascii() or not _HAS_LATIN.search(text) or not _HAS_CYRILLIC.search(text):
        return
    words = list(_mixed_words(text))
    if not words:
        return
    mostly_cyrillic = _mostly_cyrillic(text, words)
    twins = _UKRAINIAN_TWINS if _UKRAINIAN.search(text) else _TWINS
    for start, end in words:
        new = _correction(text[start:end], mostly_cyrillic, twins)
        if new:
            yield Span(start, end, "look-alike letters of another script"), new


def _mostly_cyrillic(text: str, mixed: list[tuple[int, int]]) -> bool:
    """Whether the other words, those of one script, have more Cyrillic letters than Latin ones."""
    balance, done = 0, 0
    for start, end in [*mixed, (len(text), len(text))]:
        balance += sum(map(len, _CYRILLIC_PART.findall(text, done, start)))
        balance -= sum(map(len, _LATIN_PART.findall(text, done, start)))
        done = end
    return balance >= 0


def _mixed_words(text: str) -> Iterator[tuple[int, int]]:
    """Where a word has letters of both scripts side by side."""
    end = 0
    for seam in _SEAM.finditer(text):
        if seam.start() < end:
            continue
        start = end = seam.start()
        while start and _LETTER.match(text, start - 1):
            start -= 1
        while _LETTER.match(text, end):
            end += 1
        yield start, end


def _correction(word: str, mostly_cyrillic: bool, twins: dict[str, str]) -> str:
    """The word in one script; empty for a word that mixes them on purpose, like `PRщик` or `GPSом`."""
    latin, cyrillic = "".join(_LATIN_PART.findall(word)), "".join(_CYRILLIC_PART.findall(word))
    if len(word) < 3 and not word.islower():
        return ""
    to_cyrillic = twins.keys() >= set(latin) and not _is_acronym(word, latin)
    to_latin = _LATIN_TWINS.keys() >= set(cyrillic) and not (mostly_cyrillic and _is_ending(word, cyrillic))
    if to_cyrillic and to_latin:
        to_cyrillic = len(cyrillic) > len(latin) or (len(cyrillic) == len(latin) and mostly_cyrillic)
    if to_cyrillic:
        return "".join(twins.get(letter, letter) for letter in word)
    return "".join(_LATIN_TWINS.get(letter, letter) for letter in word) if to_latin else ""


def _is_acronym(word: str, latin: str) -> bool:
    """Whether Latin capitals begin a word in small Cyrillic letters: `TOPовый`."""
    return len(latin) > 1 and latin.isupper() and word.startswith(latin) and word[len(latin) :].islower()


def _is_ending(word: str, cyrillic: str) -> bool:
    """Whether the Cyrillic letters are the case ending of a foreign name: `Googleа`."""
    return len(cyrillic) <= _LONGEST_ENDING and word.endswith(cyrillic) and len(word) > len(cyrillic) + 1
