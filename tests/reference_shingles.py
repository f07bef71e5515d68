"""Words, shingles and their similarity in plain Python: slow, and simple enough to be believed."""

from __future__ import annotations

import unicodedata

UNSEGMENTED = (
    "THAI", "LAO", "MYANMAR", "KHMER", "CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH", "HIRAGANA", "KATAKANA",
    "HENTAIGANA", "HALFWIDTH KATAKANA", "HANGUL", "HALFWIDTH HANGUL", "BOPOMOFO", "KATAKANA-HIRAGANA",
    "HALFWIDTH KATAKANA-HIRAGANA", "IDEOGRAPHIC ITERATION", "IDEOGRAPHIC CLOSING", "IDEOGRAPHIC NUMBER ZERO",
)  # fmt: skip


def alone(char: str) -> bool:
    return unicodedata.name(char, "").startswith(UNSEGMENTED)


def words(text: str) -> list[str]:
    found: list[str] = []
    inside = single = False
    for char in text.lower():
        if char.isalnum() or char == "_":
            if inside and not single and not alone(char):
                found[-1] += char
            else:
                found.append(char)
            inside, single = True, alone(char)
        elif inside and (unicodedata.category(char)[0] == "M" or char in "\u200c\u200d"):
            found[-1] += char
        else:
            inside = False
    return found


def shingle_set(text: str) -> set[tuple[str, ...]]:
    some = words(text)
    if len(some) < 3:
        return {tuple(some)} if some else set()
    return set(zip(some, some[1:], some[2:], strict=False))


def similarity(left: set[tuple[str, ...]], right: set[tuple[str, ...]]) -> float:
    return len(left & right) / len(left | right) if left and right else 0.0
