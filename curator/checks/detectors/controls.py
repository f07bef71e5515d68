"""Control characters, half characters and the escape sequences of terminals."""

from __future__ import annotations

import re
from collections.abc import Iterator

from curator.checks.detectors import mojibake
from curator.checks.detectors.spans import Span, replaced, settled

_SEQUENCE = r"""
    (?:\x1b\[|(?<![\xc2-\xf4])\x9b(?=[0-9;]*[A-Za-z]))[0-?]*[\ -/]*[@-~]
    | \x1b\][^\x07\x1b]*(?:\x07|\x1b\\)
    | \x1b[PX^_][^\x1b]*\x1b\\
    | \x1b[\ -/]+[0-~]
    | \x1b[78=>]
"""
"""ECMA-48: CSI, OSC, the other strings, character sets and private two-character sequences."""
_CONTROL = re.compile(
    rf"(?P<sequence>{_SEQUENCE})|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]", re.VERBOSE
)
_ANY = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_C1 = re.compile("[\x80-\x9f]")
_LINE_ENDS = "\x0b\x0c\x85"
_LATEX = re.compile(
    "\x07(?=(?:lpha|ngle|pprox|st)\\b|rray)|\x08(?=(?:ar|eta|ullet|mod)\\b|egin\\{|inom|oldsymbol|ig[lr]?[(\\[|{])"
    "|\x0b(?=(?:arphi|dots|ec|ert)\\b)|\x0c(?=(?:lat|loor|orall|rac)\\b)"
)
_ESCAPED = {"\x07": "\\a", "\x08": "\\b", "\x0b": "\\v", "\x0c": "\\f"}
"""A LaTeX command whose beginning was taken for an escape: `\\f` of `\\frac`, `\\b` of `\\beta`."""


def spans(text: str) -> Iterator[Span]:
    """Every control character but tab and line ends; an escape sequence is one span.

    Those of U+0080 to U+009F that come from a wrong encoding are left to `mojibake`, which can still read them.
    """
    if text.isprintable() or not _ANY.search(text):
        return
    readable = _C1.search(text) is not None and mojibake.repaired(text) != text
    for found in _CONTROL.finditer(text):
        if readable and found[0] >= "\x80" and not found["sequence"] and found[0] <= "\x9f":
            continue
        yield Span(found.start(), found.end(), _name(found))


def _name(found: re.Match[str]) -> str:
    if found["sequence"]:
        return "escape sequence"
    return "half a character" if found[0] >= "\ud800" else f"control character U+{ord(found[0]):04X}"


def repaired(text: str) -> str:
    r"""The text without them.

    A vertical tab, form feed or NEL becomes the line end that it stands for, and `frac` behind a form feed `\frac`.
    """
    return text if text.isprintable() else settled(text, _repaired)


def _repaired(text: str) -> str:
    return replaced(text, ((span, _instead(text, span)) for span in spans(text)))


def _instead(text: str, span: Span) -> str:
    char = text[span.start]
    if _LATEX.match(text, span.start):
        return _ESCAPED[char]
    return "\n" if char in _LINE_ENDS else ""
