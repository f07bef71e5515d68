"""Small pure functions on text that came from data."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import groupby

_WHITESPACE = re.compile(r"\s+")
_REPLACEMENT = "\ufffd"
_FORMULA = re.compile("'*[=+\\-@\t\r\n\0＝＋－＠]")
_NEUTRALISED = re.compile("'+[=+\\-@\t\r\n\0＝＋－＠]")


def _visible_table() -> dict[int, str]:
    """C0 controls become their picture, C1, bidirectional overrides and surrogates the replacement character."""
    table = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"}
    table[0x7F] = "\u2421"
    hidden = [*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000)]
    return table | dict.fromkeys(hidden, _REPLACEMENT)


_VISIBLE = _visible_table()


def visible(text: str) -> str:
    """Text as it may reach a terminal: no control byte, no override of the reading direction."""
    return text.translate(_VISIBLE)


def as_typed(text: str) -> str:
    """A text as a line to type into holds it: on one line, control characters as signs."""
    return text if text.isprintable() else visible(text.replace("\n", "⏎").replace("\t", " "))


def visible_line(text: str, width: int = 80) -> str:
    """One printable line of at most `width` characters; what was cut is marked with an ellipsis."""
    line = visible(_WHITESPACE.sub(" ", text[: 4 * width])).strip()
    return line if len(line) <= width and len(text) <= 4 * width else line[: width - 1] + "…"


def revealed(text: str) -> str:
    """Text with what nobody sees written out: `can‹U+200B›cel`; plain spaces, line ends and tabs stay."""
    if text.isprintable():
        return text
    return "".join(
        _written(char, len(list(run))) if _is_hidden(char) else "".join(run) for char, run in groupby(text)
    )


def revealed_line(text: str) -> str:
    """The same on one line."""
    return revealed(text.replace("\r\n", "\n")).replace("\n", "⏎").replace("\t", " ")


def _written(char: str, times: int) -> str:
    return f"‹U+{ord(char):04X}›" if times == 1 else f"‹U+{ord(char):04X} ×{times}›"


def _is_hidden(char: str) -> bool:
    return char not in "\n\t " and not char.isprintable()


def storable(text: str) -> str:
    r"""Text that UTF-8 can hold: a lone surrogate is written as its escape, `\\ud83d`."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text


def neutralised(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: one that looks like it gets an apostrophe in front.

    Cells that already begin with apostrophes before such a sign get one more, so that `restored` gives every cell
    back. The signs are those of OWASP (CSV injection, ASVS 1.2.10), with their full-width forms.
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def restored(cell: str) -> str:
    """The cell that `neutralised` was given."""
    return cell[1:] if _NEUTRALISED.match(cell) else cell


def normalised(text: str) -> str:
    """The form in which two texts count as the same input: NFKC, case folded, white space collapsed."""
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def searchable(parts: Iterable[str]) -> str:
    """The case-folded text in which a search looks; works in any script."""
    return "\n".join(parts).casefold()


def digest(*parts: str) -> str:
    """A stable 128-bit hexadecimal fingerprint of some texts."""
    joined = "\x00".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=16).hexdigest()


def nearest(word: str, known: Iterable[str]) -> str:
    """A "Did you mean …?" sentence for a mistyped word, or the list of the words that are known."""
    options = list(known)
    close = get_close_matches(word, options, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {close[0]}?"
    return f"Known: {', '.join(options[:20])}{', …' if len(options) > 20 else ''}." if options else ""


def plural(count: int, noun: str, several: str = "") -> str:
    """`1 record`, `2 records`, `1,200 records`."""
    return f"{count:,} {noun if count == 1 else several or noun + 's'}"
