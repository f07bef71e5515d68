"""Answers that stop in the middle of a sentence: a model that learns them stops there too.

Judged only where the end is prose: not a list, code, verse, a number, a link or a short answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from curator.checks.detectors.code_regions import Code, looks_like_code
from curator.checks.detectors.spans import Span

_SHORTEST, _SHORTEST_HAN, _LONG = 60, 24, 120
"""Characters of a last line, at least: shorter ones may be verse, a title, an address."""
_HANGING = frozenset(",，、(（[【{«“《—–")
_LIST = re.compile(r"\s*(?:[-*•–—#>|+]|\d{1,3}[.)、]|[a-zA-Zа-я][.)]\s|\(\d{1,3}\))")
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*\s+(?=[\"'“‘«(\[]*[^\W\d_a-zа-яё])|[。！？]+[”’」』）]*")
"""Where a sentence ends and the next begins."""
_HAN = re.compile("[\u3400-\u9fff]")
_FACE = re.compile(r"[:;=]['-]?\($")
_LINK = re.compile(r"[/@\\#=_]|\w\.\w|^[A-ZА-ЯЁ]{2,}$")
_OPEN_WORDS = frozenset((
    "the", "a", "an", "of", "and", "or", "but", "nor", "because", "although", "whereas", "whether", "my", "your",
    "their", "our", "its", "every", "such", "than", "и", "а", "но", "или", "либо", "в", "на", "с", "к", "по", "для",
    "из", "чтобы", "потому", "если", "при", "об", "от", "под", "со", "во", "ко", "не", "который", "которая", "которое",
    "которые",
))  # fmt: skip
_OPEN_HAN = re.compile(
    "(?:以及|因为|但是|而且|并且|如果|虽然|由于|例如|比如|或者|包括|因為|雖然|即使|不仅|通过|关于|对于)$"
)


def spans(text: str) -> Iterator[Span]:
    """The last, unfinished sentence of a text."""
    end = len(text.rstrip())
    if end < _SHORTEST_HAN or not (text[end - 1].isalpha() or text[end - 1] in _HANGING):
        return
    start = text.rfind("\n", 0, end) + 1
    line = text[start:end]
    if _LIST.match(line) and not line[-1].isalpha():
        return
    if not (_is_open(line) or _stops_among_sentences(line, end)):
        return
    if (end - 1) not in Code(text) and not looks_like_code(text):
        last = start
        for sentence in _END.finditer(line):
            last = start + sentence.end()
        yield Span(last, end, "stops in mid-sentence")


def _is_open(line: str) -> bool:
    """Whether something must follow: after a comma, an opening bracket, an article, a conjunction."""
    if len(line) < (_SHORTEST_HAN if _HAN.search(line) else _SHORTEST):
        return False
    if line[-1] in _HANGING:
        return not _FACE.search(line)
    if line[line.rfind(" ") + 1 :] in _OPEN_WORDS:
        return len(line) >= _LONG or _END.search(line) is not None
    return _OPEN_HAN.search(line[-4:]) is not None


def _stops_among_sentences(line: str, length: int) -> bool:
    """Whether a line of finished sentences ends with one that is not."""
    if not line[-1].isalpha():
        return False
    ends = [found.end() for found in _END.finditer(line)]
    han = _HAN.match(line[-1]) is not None
    if len(ends) < 2 or length < (3 * _SHORTEST_HAN if han else 4 * _SHORTEST):
        return False
    rest = line[ends[-1] :]
    if han:
        return len(rest) > 4
    words = rest.split()
    return len(words) > 3 and not _LINK.search(words[-1])
