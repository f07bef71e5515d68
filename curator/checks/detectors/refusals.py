"""Refusals and disclaimers of a chat model: `As an AI language model, I cannot …`, in English, Russian and Chinese.

Only their boilerplate: a person or a character who says "I can't" or "I'm sorry" is not meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from curator.checks.detectors.anchors import has_cyrillic, mentions
from curator.checks.detectors.spans import Span

_IDENTITY = re.compile(
    r"""\b[Aa]s\ an?\ (?:(?:large|AI|AI[- ](?:based|powered)|artificial\ intelligence|machine\ learning|computer)\ )*
        language\ model\b
    |\b[Aa]s\ an?\ (?:AI|artificial\ intelligence)\b[^.\n]{0,40},\ (?:I|my)\b
    |\bI\ ?(?:a|'|’)m\ (?:just\ |only\ |simply\ )?an?\ (?:(?:AI|large|artificial\ intelligence|machine\ learning)\ )*
        (?:AI|language\ model|artificial\ intelligence)\b[^.\n]{0,80}
        \b(?:don(?:'|’)?t|do\ not|can(?:'|’)?t|can\ ?not|unable|lack|incapable)\b""",
    re.VERBOSE,
)
_DENIAL = re.compile(
    r"""\bI(?:(?:'|’)m\ (?:unable|not\ able)\ to|(?i:\ (?:can(?:'|’)?t|can\ ?not|am\ (?:not\ able|unable)\ to
        |won(?:'|’)t|will\ not|must\ decline\ to)))\ (?i:(?:\w+\ )?
        (?:(?:help|assist)(?:\ you)?\ with\ (?:that|this|your|such)\b
        |(?:fulfil+|comply\ with|complete|process)\ (?:this|that|your|such|the)(?:\ \w+)?\ (?:request|prompt|query|task)
        |answer\ (?:this|that|your)\ (?:question|query|request)
        |(?:provide|offer|give|share)(?:\ you)?(?:\ with)?(?:\ (?:any|the|specific|such|this|that|medical|legal
            |financial))*\ (?:information|advice|assistance|instructions|guidance|content|opinions?)\b
        |(?:create|generate|write|produce|engage\ in|participate\ in|promote|condone|encourage|facilitate|support)
            (?:\ (?:any|such|this|that|or|\w+ing))*\ (?:content|harmful|illegal|hate|hateful|violent|violence|explicit
            |inappropriate|offensive|discriminat\w+|unethical|dangerous)\b))
    |\bI\ (?:don(?:'|’)t|do\ not)\ have\ (?:personal\ (?:opinions|beliefs|experiences?|feelings|preferences|emotions)
        |access\ to\ (?:real[- ]time|current|the\ internet|up-to-date|live))""",
    re.VERBOSE,
)
_LIMITS = re.compile(
    r"""\b[Mm]y\ (?:last\ )?(?:knowledge|training)(?:\ data)?\ cut-?off\b
    |\b[Aa]s\ of\ my\ last\ (?:knowledge\ |training\ )?update
    |\bagainst\ my\ (?:programming|(?:ethical\ )?guidelines|training|content\ polic)""",
    re.VERBOSE,
)
_RUSSIAN_IDENTITY = re.compile(
    r"""\bкак\ (?:большая\ |искусственная\ |нейросетевая\ )*языковая\ модель
    |\bкак\ (?:ИИ|искусственный\ интеллект|нейросеть)\b[^.\n]{0,30},\ (?:я|мне|у\ меня)\b
    |\bя[\ ,—-]+(?:это\ |всего\ лишь\ |просто\ |только\ |лишь\ )*(?:большая\ )?
        (?:языковая\ модель|искусственный\ интеллект|ИИ|нейросеть|нейросетевая\ модель)\b
        [^.\n]{0,80}\bне\ (?:могу|имею|обладаю|способ|умею)""",
    re.IGNORECASE | re.VERBOSE,
)
_RUSSIAN_DENIAL = re.compile(
    r"""могу\ (?i:(?:вам\ |тебе\ )?
        (?:помочь\ (?:вам\ |тебе\ )?(?:с\ этим|в\ этом|с\ (?:вашим|твоим|таким|данным)\ \w+)
        |(?:выполнить|обработать|удовлетворить|ответить\ на)\ (?:этот|эту|ваш|вашу|твой|твою|данный|данную
            |такой|такую|подобн\w+)\ (?:запрос|просьб|вопрос)\w*
        |(?:предоставить|предоставлять|давать)
            \ (?:(?:такую|эту|вам|тебе|медицинск\w+|юридическ\w+|подобн\w+)\ )*
            (?:информаци|совет|рекомендаци|инструкци|консультаци)\w*
        |(?:создать|создавать|сгенерировать|генерировать|писать|написать)\ (?:такой|такое|подобн\w+|данный)
            \ (?:контент|текст|запрос|материал)\w*))
    |меня\ нет\ (?:личного\ мнения|личных\ (?:мнений|предпочтений|чувств)
        |доступа\ к\ (?:интернету|актуальн\w+|реальн\w+))""",
    re.VERBOSE,
)
_NEGATION = re.compile(r"\b(?:не\ с?|у\ )$", re.IGNORECASE | re.VERBOSE)
_CHINESE = re.compile(
    r"""(?:作为|作為|身为)(?:一个|一個|一名|一款|一种|个)?(?:大型|大)?(?:的)?(?:人工智能|人工智慧|AI)?(?:语言|語言)(?:模型|助手|助理)
    |(?:作为|作為|身为)(?:一个|一個|一名|一款|个)?(?:人工智能|人工智慧|AI|聊天机器人)(?:助手|助理|模型|程序)?[，,]\s?(?:我|本)
    |我(?:只|仅仅|仅)?是(?:一个|一個|一名|一款)?(?:人工智能|人工智慧|AI|大型语言|语言)(?:模型|助手|助理|程序|语言模型|机器人)?
        [^。！？\n]{0,20}(?:无法|無法|不能|没有|沒有)
    |(?:抱歉|对不起|對不起|很遗憾|不好意思)[^。！？\n]{0,15}我?(?:无法|無法|不能)(?:为您|为你|向您|向你|直接)?
        (?:提供|回答|协助|協助|帮助您|帮助你|满足|完成您|完成你|生成|执行|处理您|讨论)
    |我(?:没有|沒有|不具备)(?:个人|自己的)(?:观点|情感|看法|意见|感受|偏好)|(?:我的)(?:知识|训练数据)(?:库)?截止""",
    re.VERBOSE,
)


def spans(text: str) -> Iterator[Span]:
    """The words by which a model refuses or says what it is not."""
    end = 0
    for start, stop in sorted(_matches(text)):
        if start >= end:
            yield Span(start, stop, "refusal boilerplate")
            end = stop


def _matches(text: str) -> Iterator[tuple[int, int]]:
    if "AI" in text or "language model" in text or "ificial intell" in text:
        yield from _found(_IDENTITY, text)
    if "I " in text or "I'm" in text or "I’m" in text:
        yield from _found(_DENIAL, text)
    if mentions(text, ("cutoff", "cut-off", "of my last", "against my")):
        yield from _found(_LIMITS, text)
    if has_cyrillic(text):
        yield from _in_russian(text)
    if not text.isascii() and ("我" in text or "作" in text or "歉" in text):
        yield from _found(_CHINESE, text)


def _in_russian(text: str) -> Iterator[tuple[int, int]]:
    if mentions(text, ("зыковая модель", "ИИ", "нтеллект", "ейросет")):
        yield from _found(_RUSSIAN_IDENTITY, text)
    if "могу " in text or "меня нет " in text:
        for denial in _RUSSIAN_DENIAL.finditer(text):
            no = _NEGATION.search(text[max(0, denial.start() - 5) : denial.start()])
            if no:
                yield denial.start() - len(no[0]), denial.end()


def _found(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    return (found.span() for found in pattern.finditer(text))
