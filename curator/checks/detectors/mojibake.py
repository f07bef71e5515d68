"""Text that was decoded with the wrong encoding, or that lost characters on the way.

Recognised and repaired by ftfy (https://ftfy.readthedocs.io), whose heuristic is costly on text with many letters
outside ASCII: it is asked only when a character is there that such damage brings and clean text rarely has.
UTF-8 read as GBK, and characters that are lost for good, are told but cannot be repaired.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from curator.checks.detectors.anchors import mentions
from curator.checks.detectors.spans import Span

_WRONG = "wrong encoding"
_LOST = re.compile("(?:锟斤拷|\ufffd)+")
_GBK_SIGNS = "锛銆鐨鈥鏄鎴杩浠鍙涓"
"""How GBK shows the bytes of frequent Chinese characters, first `，`, `。` and `的`; hardly ever written."""
_GBK = re.compile(f"[{_GBK_SIGNS}]")
_MAY_BE_RARE = re.compile(
    "[\x80-\xaa\xac-\xb6\xb8-\xba\xbc-\u03ff\u0490\u0491\u201a\u2020\u2021\u2030-\u2044\u2070-\u25ff\ufb01\ufb02\ufffd]"
)
"""All that `_signs` calls rare, and more; says without loading ftfy that Cyrillic or Chinese prose is clean."""


@cache
def _signs() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A character that mojibake has and clean English, Russian and Chinese rarely have; and one beside its like."""
    from ftfy.badness import MOJIBAKE_CATEGORIES as CATEGORIES

    kinds = ("c1", "bad", "upper_accented", "lower_accented", "box", "currency", "numeric", "law")
    rare = f"[{''.join(CATEGORIES[kind] for kind in kinds)}ŒœÒ-Öò-öÙ-Üø-ü°√≈‚β]"
    beside = "[^\x00-\x7fа-яё\u2e80-\uffef]"
    return re.compile(rare), re.compile(f"{rare}{beside}|{beside}{rare}|[\x80-\x9fÂÃŒœ]")


def _suspicious(text: str) -> bool:
    if text.isascii() or not ("вЂ" in text or _MAY_BE_RARE.search(text)):
        return False
    rare, pair = _signs()
    return "вЂ" in text or (rare.search(text) is not None and pair.search(text) is not None)


def spans(text: str) -> Iterator[Span]:
    """The words that were decoded wrongly, and the places where characters were lost."""
    if text.isascii():
        return
    end = 0
    for span in sorted(_found(text)):
        if span.start >= end:
            end = span.end
            yield span


def _found(text: str) -> Iterator[Span]:
    if _suspicious(text) and repaired(text) != text:
        yield from _bad_words(text)
    if "\ufffd" in text or "锟斤拷" in text:
        for lost in _LOST.finditer(text):
            yield Span(lost.start(), lost.end(), "lost characters")
    if mentions(text, _GBK_SIGNS[:3]) and sum(map(text.count, _GBK_SIGNS)) > 1:
        for sign in _GBK.finditer(text):
            yield Span(sign.start(), sign.end(), "UTF-8 read as GBK")


def _bad_words(text: str) -> Iterator[Span]:
    from ftfy.badness import BADNESS_RE

    end = 0
    for bad in BADNESS_RE.finditer(text):
        if bad.start() < end:
            continue
        start, end = bad.span()
        while start and not text[start - 1].isspace():
            start -= 1
        while end < len(text) and not text[end].isspace():
            end += 1
        yield Span(start, end, _WRONG)


def repaired(text: str) -> str:
    """The text as it was before it was decoded wrongly; nothing else in it changes."""
    if not _suspicious(text):
        return text
    from ftfy import fix_encoding

    fixed: str = fix_encoding(text)
    return fixed
