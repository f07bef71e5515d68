"""The language of a text, and the texts whose language is odd in their set.

A script of its own says the language; for the others py3langid is asked (Lui and Baldwin 2012,
https://aclanthology.org/P12-3005). It costs some 60 µs a text, so texts whose words are those of the set pass without.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_READ = 600
"""Characters at the beginning of a text that are looked at."""
_GLANCE = 240
"""Characters in which familiar words are looked for."""
_LETTERS = 20
"""Letters below which nothing is said about a language; a Han or Hangul character counts as three."""
_SAMPLE = 2000
_WORDS = 1000
_FAMILIAR = 0.25
"""Share of the words that must be frequent ones of the set for a text to pass unasked."""
_SURE, _CLEAR, _POSSIBLE = 0.9, 0.5, 0.01
"""Probability from which a language is counted, from which it is named as odd, and up to which it is ruled out."""
_MANY_LANGUAGES = 0.1
"""Share of texts in rare languages from which a set has no languages of its own."""

_SCRIPTS = (
    ("ja", "\u3040-\u30ff\uff66-\uff9d"),
    ("ko", "\u1100-\u11ff\uac00-\ud7af"),
    ("zh", "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"),
    ("el", "\u0370-\u03ff\u1f00-\u1fff"),
    ("he", "\u0590-\u05ff"),
    ("th", "\u0e00-\u0e7f"),
    ("hy", "\u0530-\u058f"),
    ("ka", "\u10a0-\u10ff"),
)
_DENSE_SCRIPTS = {"ja": "\u3040-\u30ff\u3400-\u9fff", "ko": "\uac00-\ud7af", "zh": "\u3400-\u9fff"}
_RUSSIAN_LETTER = re.compile("[А-Яа-яЁё]")
_OTHER_CYRILLIC = re.compile("[\u0400\u0402-\u040f\u0450\u0452-\u052f]")
_BEGINNING = 100
_KANA = re.compile("[\u3040-\u30ff]")
_BY_SCRIPT = tuple((code, re.compile(f"[{letters}]")) for code, letters in _SCRIPTS)
_WORD = re.compile(r"[^\W\d_]+")
_NOISE = re.compile(r"https?://\S+|\S+@\S+|`[^`\n]*`|[#@]\w+|<[^<>\n]{1,80}>")
_DENSE = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NAMES = {
    "ar": "Arabic", "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech",
    "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian",
    "hy": "Armenian", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ka": "Georgian", "kk": "Kazakh",
    "ko": "Korean", "la": "Latin", "lt": "Lithuanian", "lv": "Latvian", "mk": "Macedonian", "ms": "Malay",
    "nb": "Norwegian", "nl": "Dutch", "nn": "Norwegian", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovene", "sr": "Serbian", "sv": "Swedish",
    "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


class Guess(NamedTuple):
    """A language with how sure it is."""

    language: str
    """ISO 639-1 code; empty for a text with too few letters."""
    confidence: float
    """From 0 to 1."""


def name(language: str) -> str:
    """The English name of a language, or its code."""
    return _NAMES.get(language, language)


def language(text: str) -> Guess:
    """The language of a text and how sure that is; `("", 0.0)` for a text of fewer than 20 letters."""
    return Guess(*next(iter(_ranked(text)), ("", 0.0)))


def _ranked(text: str) -> list[tuple[str, float]]:
    """The languages that come into question with their probabilities, the likeliest first."""
    words = " ".join(_WORD.findall(_NOISE.sub(" ", text[:_READ])))
    dense = 0 if words.isascii() else len(_DENSE.findall(words))
    letters = len(words) - words.count(" ")
    if letters + 2 * dense < _LETTERS:
        return []
    if not words.isascii():
        for code, script in _BY_SCRIPT:
            own = len(script.findall(words))
            if own > letters * (0.1 if code == "ja" else 0.5):
                return [(code, 1.0)]
        if _is_russian(words, letters):
            return [("ru", 1.0)]
    ranked: list[tuple[str, float]] = _identifier().rank(words)
    return ranked


def _is_russian(words: str, letters: int) -> bool:
    """Whether the letters alone say so: `ы` or `э`, and none that another Cyrillic alphabet adds."""
    if not ("ы" in words or "э" in words) or _OTHER_CYRILLIC.search(words):
        return False
    return 2 * len(_RUSSIAN_LETTER.findall(words)) > letters


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


class Profiled(NamedTuple):
    """What is remembered of the languages of a set."""

    common: tuple[str, ...]
    """Languages that are not odd."""
    words: tuple[str, ...]
    """Words that many texts in these languages have."""
    mixed: bool
    """Whether the set has so many languages that none is odd."""

    def as_json(self) -> list[Any]:
        """Plain values."""
        return [list(self.common), list(self.words), self.mixed]

    @classmethod
    def from_json(cls, values: Sequence[Any]) -> Profiled:
        """What `as_json` gave."""
        return cls(tuple(values[0]), tuple(values[1]), bool(values[2]))


class Languages:
    """The languages that a set of texts is written in."""

    def __init__(self, texts: Iterable[str], rare: float = 0.01, expected: Sequence[str] = ()) -> None:
        """Looks at a sample of the texts.

        Args:
            texts: all texts of the set; read once.
            rare: share of the texts below which a language is odd; one text alone always is.
            expected: the languages that are not odd, if that is known.
        """
        sample = _sampled(texts)
        guesses = [(text, guess) for text in sample if (guess := language(text)).language]
        counts = Counter(guess.language for _, guess in guesses if guess.confidence >= _SURE)
        sure = counts.total()
        common = set(expected) or {code for code, count in counts.items() if count > max(1.0, rare * sure)}
        rest = sum(count for code, count in counts.items() if code not in common)
        mixed = not common or (not expected and rest > max(1.0, _MANY_LANGUAGES * sure))
        words = _frequent(text for text, guess in guesses if guess.language in common)
        self._remember(Profiled(tuple(sorted(common)), tuple(sorted(words)), mixed))

    @classmethod
    def of(cls, profile: Profiled) -> Languages:
        """The languages of a set that was looked at before."""
        languages = cls.__new__(cls)
        languages._remember(profile)
        return languages

    def _remember(self, profile: Profiled) -> None:
        self.profile = profile
        self.common = frozenset(profile.common)
        """Languages that are not odd."""
        self._words = frozenset(profile.words)
        self._dense = re.compile(f"[{''.join(_DENSE_SCRIPTS.get(code, '') for code in self.common)}\0]")

    def odd(self, text: str) -> Guess | None:
        """The language of a text if it is surely none of the set's; None in a set of very many languages."""
        if len(text) < _LETTERS // 3 or self.profile.mixed or self._familiar(text):
            return None
        ranked = _ranked(text)
        if not ranked or ranked[0][0] in self.common or ranked[0][1] < _CLEAR:
            return None
        common = sum(probability for code, probability in ranked if code in self.common)
        return Guess(*ranked[0]) if common <= _POSSIBLE else None

    def _familiar(self, text: str) -> bool:
        words = text[:_GLANCE].lower().split()
        if sum(word in self._words for word in words) >= max(2.0, _FAMILIAR * len(words)):
            return True
        beginning = text[:_BEGINNING]
        if text.isascii() or 2 * len(self._dense.findall(beginning)) < len(beginning):
            return False
        return "ja" in self.common or not _KANA.search(beginning)


def _frequent(texts: Iterable[str]) -> frozenset[str]:
    """The words that most texts have."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(set(text[:_READ].lower().split()))
    return frozenset(word for word, count in counts.most_common(_WORDS) if count > 1 and len(word) > 2)


def _sampled(texts: Iterable[str]) -> list[str]:
    """Some of the texts, each as likely as every other (reservoir sampling); always the same ones."""
    random = Random(0)
    sample: list[str] = []
    for index, text in enumerate(texts):
        if index < _SAMPLE:
            sample.append(text[:_READ])
        elif (place := random.randrange(index + 1)) < _SAMPLE:
            sample[place] = text[:_READ]
    return sample
