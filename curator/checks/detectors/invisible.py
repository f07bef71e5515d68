"""Characters that nobody sees and every tokenizer reads: zero-width marks, soft hyphens, tags, stray BOMs.

They stay where a script or an emoji needs them: the joiners of Arabic and the scripts of India, the word breaks of
Thai and Khmer, the variation selectors and joiners of emoji and ideographs, the tags of flags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from curator.checks.detectors.spans import Span, cut, settled

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u180b-\u180e\u200b-\u200d\u2060-\u2064\u206a-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
)
_NAMES = {
    "\u00ad": "soft hyphen",
    "\u200b": "zero-width space",
    "\u200c": "zero-width non-joiner",
    "\u200d": "zero-width joiner",
    "\u2060": "word joiner",
    "\ufeff": "byte order mark",
}
_JOINED = re.compile(
    "[\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1700-\u18af\u1900-\u1cff\ua800-\uaaff\ufb50-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00010fff\U00011000-\U00011fff\U0001e900-\U0001e95f]"
)
"""Scripts in which a joiner or non-joiner chooses the shape of a letter."""
_UNSPACED = re.compile("[\u0e00-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aad\ua9e0-\ua9ff\uaa60-\uaadf]")
"""Scripts that put no space between words and mark the break with a zero-width space."""
_PICTURE = re.compile("[©®\u203c-\u3299\U0001f000-\U0001faff\U0001fc00-\U0001fdff]")
_HAN = re.compile("[\u2e80-\u2fdf\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_JAMO = re.compile("[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]")
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,12}\U000e007f")


def spans(text: str) -> Iterator[Span]:
    """Every invisible character that has no business where it stands; neighbours are one span."""
    if text.isascii() or not _INVISIBLE.search(text):
        return
    flags = {at for flag in _FLAG.finditer(text) for at in range(flag.start() + 1, flag.end())}
    stray = [
        found.start()
        for found in _INVISIBLE.finditer(text)
        if found.start() not in flags and not _belongs(text, found.start())
    ]
    start = 0
    for index, at in enumerate(stray):
        if index + 1 == len(stray) or stray[index + 1] != at + 1:
            yield Span(stray[start], at + 1, _NAMES.get(text[stray[start]], "invisible character"))
            start = index + 1


def _belongs(text: str, at: int) -> bool:
    """Whether a script or an emoji needs the invisible character at a position."""
    char, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    if char == "\u200d":
        base = text[at - 2 : at - 1] if before == "\ufe0f" else before
        if _PICTURE.match(base) and _PICTURE.match(after):
            return True
    if char in "\u200c\u200d":
        return bool(_JOINED.match(before) or _JOINED.match(after))
    if char == "\u200b":
        return bool(_UNSPACED.match(before) or _UNSPACED.match(after))
    if "\ufe00" <= char <= "\ufe0f":
        return bool(_PICTURE.match(before) or _HAN.match(before) or (before and before in "0123456789#*"))
    if char >= "\U000e0100":
        return bool(_HAN.match(before))
    if char == "\u034f":
        return "\u0590" <= before <= "\u05ff"
    if "\u180b" <= char <= "\u180e":
        return "\u1800" <= before <= "\u18af"
    return char in "\u115f\u1160" and bool(_JAMO.match(before) or _JAMO.match(after))


def repaired(text: str) -> str:
    """The text without them."""
    return text if text.isascii() else settled(text, lambda some: cut(some, spans(some)))
