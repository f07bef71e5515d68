"""The words of an answer, in any script."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any


def words(text: str) -> list[str]:
    """Its words in lower case, without punctuation; scripts written without spaces give their characters.

    Those are the words that near duplicates are found by (`curator.shingles`), after NFKC.
    """
    return _pattern().findall(unicodedata.normalize("NFKC", text).lower())


def words_at(text: str) -> list[tuple[int, int]]:
    """Where each word of a text begins and ends."""
    return [match.span() for match in _pattern().finditer(text)]


@cache
def _pattern() -> Any:
    import regex

    alone = "".join(
        rf"\p{{{script}}}"
        for script in ("Han", "Hiragana", "Katakana", "Hangul", "Thai", "Lao", "Khmer", "Myanmar")
    )
    return regex.compile(rf"(?V1)[{alone}]\p{{M}}*|[\w--[{alone}]][\w--[{alone}]]*")
