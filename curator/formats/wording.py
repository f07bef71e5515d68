"""Whether decoded bytes look like words: what decides an encoding where there is too little for statistics."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORDS = re.compile(r"\w*[^\W\x00-\x7f]\w*")
_NUMBERED = re.compile(r"[^\W\d_\x00-\x7f]\d|\d[^\W\d_\x00-\x7f]|[¼½¾][^\W\d_]|[^\W\d_][¼½¾]")
_SIGNS = re.compile(r"[^\w\s\x00-\x7f]")
_USUAL_SIGNS = frozenset("©®™°±§¶№•÷×")
_WITHIN_WORDS = frozenset("’‘·—–―…\u200b\u200c\u200d\u00ad")
_EAST_ASIAN = frozenset(("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "FULLWIDTH", "BOPOMOFO"))


def share_of_words(text: str) -> float:
    """How much of the non-ASCII part looks written by a person, from 0 to 1; 1 when there is none.

    A word counts when its letters are of one script and its capitals stand where capitals stand; a sign, when it is
    punctuation or a usual symbol and, unless it is an apostrophe or a dash, not in the middle of a Latin word.
    """
    judged = [_is_word(match.group()) for match in _WORDS.finditer(text)]
    judged += [_is_sign(text, match.start()) for match in _SIGNS.finditer(text)]
    return sum(judged) / len(judged) if judged else 1.0


def scripts_of(text: str) -> frozenset[str]:
    """The scripts of its letters beyond ASCII."""
    return frozenset(_script(letter) for letter in text if not letter.isascii() and letter.isalpha())


def _is_word(word: str) -> bool:
    letters = [letter for letter in word if letter.isalpha()]
    scripts = set(map(_script, letters))
    if not letters or _NUMBERED.search(word) or "HALFWIDTH" in scripts:
        return False
    ascii_letters = sum(map(str.isascii, letters))
    if scripts == {"LATIN"} and len(letters) > 1 and not ascii_letters:
        return False
    if word[1:] != word[1:].lower() and word != word.upper():
        return False
    if scripts - {"LATIN"} <= _EAST_ASIAN and len(scripts) > 1:
        return 3 * ascii_letters <= 2 * len(letters)
    return len(scripts) == 1


def _is_sign(text: str, place: int) -> bool:
    sign, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    category = unicodedata.category(sign)
    if category.startswith("M"):
        return _script(sign) in ("COMBINING", _script(before))
    if sign in _WITHIN_WORDS:
        return True
    if before.isalpha() and after.isalpha() and _script(before) == _script(after) == "LATIN":
        return False
    return (
        category.startswith("P") or category == "Sc" or sign in _USUAL_SIGNS or _script(sign) == "FULLWIDTH"
    )


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    """The first word of its Unicode name: LATIN, CYRILLIC, CJK; empty when it has none."""
    return unicodedata.name(letter, "").partition(" ")[0] if letter else ""
