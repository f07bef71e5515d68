"""Sentences that give orders to a model that reads the text: `ignore all previous instructions`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from curator.checks.detectors.anchors import has_cyrillic, has_latin, mentions
from curator.checks.detectors.spans import Span

_DROP = r"""\s+
    (?:(?:all|any|every|everything|of|the|your|my|these|those|previous|previously|prior|above|preceding|earlier|initial
    |given|existing|system|safety|and|in|other)\s+){1,7}
    (?:instructions?|prompts?|directions|guidelines|rules|directives|commands|programming)\b
    |\s+(?:all\s(?:of\s)?|everything\s)(?:the\s|that\s(?:is\s|was\s)?)?
    (?:above|written\sabove|before\sthis|said\sbefore)\b"""
_TELL = r"""\s(?:me\s|us\s)?(?:all\s)?(?:of\s)?(?:your|the)\s
    (?:hidden\s|secret\s|full\s|entire\s|initial\s|original\s|exact\s)*
    (?:system\s(?:prompt|message|instructions?)|(?:hidden|secret|initial|original)\s(?:prompt|instructions?))\b"""
_BECOME = r"""\s(?:dan|(?:in\s)?(?:developer|debug|god|jailbreak|unrestricted)\smode
    |an?\s(?:unrestricted|unfiltered|uncensored)\s(?:ai|model|assistant))\b"""
_OF_A_MODEL = re.compile(
    r"\b(?:previous|prior|above|before|preceding|earlier|initial|original|hidden|secret|your|system|safety|these|those"
    r"|existing|everything|dan|mode|un(?:restricted|filtered|censored))"
)
"""What makes it a model's instructions; those of `ignore all the rules` may be a game's."""
_DROP_IN_RUSSIAN = r"""(?:те)?\s
    (?:(?:все|всё|всем|любые|о|об|про|свои|своим|твои|твоим|эти|данные)\s){0,3}
    (?:предыдущ|прошл|прежн|выше|системн|изначальн|ранее|свои|твои|все)\w*\s
    (?:\w+\s)?(?:инструкци|указани|команд|правил|промпт)\w*"""
_TELL_IN_RUSSIAN = r"""(?:те)?\s(?:мне\s)?(?:(?:свой|твой|свои|твои|весь|полный|ваш)\s){0,3}
    (?:системн|скрыт|исходн|начальн)\w+\s(?:промпт|запрос|инструкци|сообщени|подсказк)\w*"""
_BECOME_IN_RUSSIAN = r"\s(?:dan|в\sрежиме\sразработчика|без\sограничений)\b"


def _orders(*kinds: tuple[tuple[str, ...], str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Patterns that begin with a fixed string, which is what makes them fast."""
    return tuple(
        (stem, re.compile(f"{re.escape(stem)}(?:{rest})", re.VERBOSE))
        for stems, rest in kinds
        for stem in stems
    )


_ENGLISH = _orders(
    (("ignore", "disregard", "forget", "override", "bypass", "not follow"), _DROP),
    (("reveal", "show", "print", "output", "repeat", "display", "leak", "disclose", "tell"), _TELL),
    (("you are now", "act as", "behave as", "respond as"), _BECOME),
)
_ENGLISH_SUBJECTS = (
    "nstruction", "rompt", "guideline", " rules", "irecti", "command", "programming", " above", "dan", " mode",
    "uncensor", "unfilter", "unrestr",
)  # fmt: skip
_RUSSIAN = _orders(
    (("игнорируй", "забудь", "отмени", "нарушь", "не следуй", "не соблюдай"), _DROP_IN_RUSSIAN),
    (("покажи", "выведи", "раскрой", "напечатай", "повтори", "сообщи"), _TELL_IN_RUSSIAN),
    (("теперь ты", "ты теперь"), _BECOME_IN_RUSSIAN),
)
_RUSSIAN_SUBJECTS = (
    "инструкц",
    "указани",
    "промпт",
    "команд",
    "правил",
    "систем",
    "скрыт",
    "ты тепер",
    "еперь ты",
)
_CHINESE = re.compile(
    r"(?:忽略|无视|無視|忘记|忘掉|忘記|不要遵守|绕过)(?:掉)?(?:你|您)?(?:之前|以上|前面|上述|先前|此前|所有|一切|全部|上面|系统|的|你|和){1,5}"
    r"(?:指令|指示|提示词?|说明|规则|命令|设定)"
    r"|(?:显示|输出|泄露|告诉我|打印|重复|透露|公开)(?:一下)?(?:你|您)?的?(?:完整|全部|隐藏|原始|初始)?的?(?:系统提示词?|系统指令|隐藏指令|初始提示词?)"
    r"|你现在(?:是|处于)(?:DAN|开发者模式|越狱模式|无限制)"
)
_HIDDEN_ROLE = re.compile(
    r"<\|?(?:im_start\|>\s*system|system\|?>)|<<SYS>>|\[(?:SYSTEM|system)(?:\s(?:MESSAGE|PROMPT|message|prompt))?\]"
    r"|<\|start_header_id\|>\s*system"
)


def spans(text: str) -> Iterator[Span]:
    """Orders to drop or to tell the instructions, and tags that pass the text off as the system's."""
    end = 0
    for span in sorted(_found(text)):
        if span.start >= end:
            end = span.end
            yield span


def _found(text: str) -> Iterator[Span]:
    low = text.lower()
    if len(low) != len(text):
        low = text
    if has_latin(low) and mentions(low, _ENGLISH_SUBJECTS):
        yield from (span for span in _begun(_ENGLISH, low) if _OF_A_MODEL.search(low, span.start, span.end))
    if ("<" in text or "[" in text) and "sys" in low:
        yield from _all(_HIDDEN_ROLE, text, "hidden role tag")
    if has_cyrillic(text) and mentions(low, _RUSSIAN_SUBJECTS):
        yield from _begun(_RUSSIAN, low)
    if not text.isascii() and mentions(text, "令示词則则现"):
        yield from _all(_CHINESE, text, "order to a model")


def _begun(orders: tuple[tuple[str, re.Pattern[str]], ...], text: str) -> Iterator[Span]:
    for stem, pattern in orders:
        if stem in text:
            for found in pattern.finditer(text):
                start = found.start()
                while start and text[start - 1].isalpha():
                    start -= 1
                yield Span(start, found.end(), "order to a model")


def _all(pattern: re.Pattern[str], text: str, what: str) -> Iterator[Span]:
    return (Span(found.start(), found.end(), what) for found in pattern.finditer(text))
