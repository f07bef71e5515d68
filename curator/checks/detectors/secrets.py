"""Keys, tokens and passwords that somebody forgot in a text.

Every service marks its keys with a prefix: those are looked for as fixed strings. Other secrets count when a word
before them says what they are and they look random.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from operator import attrgetter

from curator.checks.detectors.anchors import has_digit
from curator.checks.detectors.spans import Span, replaced, settled

_MASKS = {
    "API key": "[API key]",
    "access token": "[token]",
    "private key": "[private key]",
    "password": "[password]",
}
_EDGE = r"(?<![A-Za-z0-9_])"
_MARKED = (
    ("AKIA", "API key", r"AKIA[A-Z0-9]{16}(?![A-Za-z0-9])"),
    ("ASIA", "API key", r"ASIA[A-Z0-9]{16}(?![A-Za-z0-9])"),
    ("AIza", "API key", r"AIza[A-Za-z0-9_-]{35}"),
    ("SG.", "API key", r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}"),
    ("ya29.", "access token", r"ya29\.[A-Za-z0-9_-]{20,}"),
    ("eyJ", "access token", r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"),
    (":AA", "access token", r"[0-9]{8,10}:AA[A-Za-z0-9_-]{32,34}"),
)
_WITH_HYPHEN = (
    ("sk-", "API key", r"sk-(?=[A-Za-z_-]{0,60}[0-9])[A-Za-z0-9_-]{20,}"),
    ("xox", "access token", r"xox[abeoprs]-[A-Za-z0-9-]{10,}"),
    ("xapp-", "access token", r"xapp-[A-Za-z0-9-]{20,}"),
    ("glpat-", "access token", r"glpat-[A-Za-z0-9_-]{20,}"),
    ("pypi-", "access token", r"pypi-[A-Za-z0-9_-]{50,}"),
    ("AGE-SECRET", "private key", r"AGE-SECRET-KEY-1[A-Z0-9]{50,}"),
)
_WITH_UNDERSCORE = (
    ("gh", "access token", r"gh[pousr]_[A-Za-z0-9]{36,}"),
    ("github_pat_", "access token", r"github_pat_[A-Za-z0-9_]{22,}"),
    ("k_live_", "API key", r"[srp]k_live_[A-Za-z0-9]{16,}"),
    ("k_test_", "API key", r"[srp]k_test_[A-Za-z0-9]{16,}"),
    ("hf_", "access token", r"hf_[A-Za-z0-9]{30,}"),
    ("npm_", "access token", r"npm_[A-Za-z0-9]{36}"),
    ("dop_v1_", "access token", r"dop_v1_[a-f0-9]{64}"),
    ("shp", "access token", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    ("gsk_", "API key", r"gsk_[A-Za-z0-9]{40,}"),
)


def _compiled(kinds: tuple[tuple[str, str, str], ...]) -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple((anchor, what, re.compile(_EDGE + pattern)) for anchor, what, pattern in kinds)


_PLAIN, _HYPHEN, _UNDERSCORE = _compiled(_MARKED), _compiled(_WITH_HYPHEN), _compiled(_WITH_UNDERSCORE)
_IN_ADDRESS = re.compile(r"://[^\s/:@]{1,64}:([^\s/@]{3,128})@[\w.-]+")
_PASSWORDS = ("passw", "passphrase", "pwd", "парол", "密码", "密碼", "口令")
_KEYS = ("token", "secret", "bearer", "key", "ключ", "токен", "密钥", "令牌", "金鑰")
_KIND_OF_KEY = re.compile(
    r"(?:api|access|secret|auth|private|client|encryption|licen[sc]e|ssh)[\s_-]?$|(?:^|\W)$", re.IGNORECASE
)
_VALUE = re.compile(
    r"""[\w ]{0,12}["'`]?[ \t]*(?:=>|:=|[=:：—]|\b(?:is|это)\b|[是为]|(?<=[Bb]earer)[ ])[ \t]*["'`“«]?"""
    r"""([^\s"'`“”«»,;，。；<>(){}\[\]|]{8,200})"""
)
_DUMMY = re.compile(r"x{4}|\*{3}|\.\.\.|your|changeme|placeholder|^https?:|^[\w.-]+@[\w.-]+$", re.IGNORECASE)
_SHORTEST, _RANDOM_LENGTH, _RANDOM = 8, 16, 3.0
"""Characters of a password and of a key, at least, and the bits of entropy per character of the latter."""


def spans(text: str) -> Iterator[Span]:
    """Keys, tokens and passwords in a text; where two readings overlap, the one that begins first counts."""
    found = list(_candidates(text))
    end = 0
    for span in sorted(found, key=attrgetter("start")):
        if span.start >= end:
            end = span.end
            yield span


def repaired(text: str) -> str:
    """The text with each of them masked by its kind: `[API key]`, `[password]`."""
    return settled(text, lambda some: replaced(some, ((span, _MASKS[span.what]) for span in spans(some))))


def _candidates(text: str) -> Iterator[Span]:
    if not has_digit(text):
        return
    yield from _marked(_PLAIN, text)
    if "-" in text:
        yield from _marked(_HYPHEN, text)
        if "-----BEGIN" in text:
            yield from _private_keys(text)
    if "_" in text:
        yield from _marked(_UNDERSCORE, text)
    if "://" in text and "@" in text:
        for login in _IN_ADDRESS.finditer(text):
            if not _DUMMY.search(login[1]):
                yield Span(*login.span(1), "password")
    yield from _named(text)


def _marked(kinds: tuple[tuple[str, str, re.Pattern[str]], ...], text: str) -> Iterator[Span]:
    for anchor, what, pattern in kinds:
        if anchor in text:
            for key in pattern.finditer(text):
                yield Span(key.start(), key.end(), what)


def _private_keys(text: str) -> Iterator[Span]:
    start = text.find("-----BEGIN")
    while start >= 0:
        done = start + 1
        if "PRIVATE KEY" in text[start : start + 50]:
            end = text.find("-----END", start)
            close = text.find("-----", end + 8) if end >= 0 else -1
            done = close + 5 if close >= 0 else len(text)
            yield Span(start, done, "private key")
        start = text.find("-----BEGIN", done)


def _named(text: str) -> Iterator[Span]:
    """Values behind a word like `password` or `token`."""
    low = text.lower()
    if len(low) != len(text):
        low = text
    for words, what in ((_PASSWORDS, "password"), (_KEYS, "access token")):
        for word in words:
            at = low.find(word)
            while at >= 0:
                value = _VALUE.match(text, at + len(word))
                secret = value[1].rstrip(".!?:") if value else ""
                named = word != "key" or _KIND_OF_KEY.search(low, max(0, at - 12), at)
                if value and named and _looks_secret(secret, what):
                    yield Span(value.start(1), value.start(1) + len(secret), what)
                at = low.find(word, at + 1)


def _looks_secret(value: str, what: str) -> bool:
    """Whether a value is random enough for a key, or mixed enough for a password."""
    if len(value) < _SHORTEST:
        return False
    letters = sum(map(str.isalpha, value))
    if not letters or letters == len(value) or not any(map(str.isdigit, value)) or _DUMMY.search(value):
        return False
    if len(value) >= _RANDOM_LENGTH:
        return entropy(value) >= _RANDOM
    return what == "password" and (value != value.lower() or not value.isalnum())


def entropy(value: str) -> float:
    """Shannon's entropy of the characters of a value, in bits per character."""
    return -sum(count / len(value) * math.log2(count / len(value)) for count in Counter(value).values())
