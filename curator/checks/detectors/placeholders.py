"""Holes of a template that nobody filled: `{{name}}`, `[insert date]`, `<noinput>`, `[ваше имя]`, `[您的姓名]`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from curator.checks.detectors.code_regions import Code, looks_like_code
from curator.checks.detectors.spans import Span

_NAMES = (
    "(?:first|last|full|user|your|customer|client|company|product|person|character|bot|author|sender|recipient|city)?"
    "[ _]?(?:name|date|time|address|e-?mail|phone|number|city|country|company|product|title|url|link|topic|question|"
    "answer|input|output|context|instruction|prompt|text|user|username|char)"
    "|имя|фамилия|дата|город|название|адрес|телефон|тема|вопрос|ответ|текст|имя пользователя"
    "|姓名|名字|日期|时间|地址|电话|公司|城市|产品|主题|问题|答案|标题|用户名"
)
_DOUBLE = re.compile(r"(?<![A-Za-z0-9}\\^_${])\{\{[ \t]*(?=[^}]*\w)[\w.\- |]{1,40}[ \t]*\}\}")
_SINGLE = re.compile(rf"(?<![A-Za-z0-9}}\\^_${{%\"'`=])\{{(?:{_NAMES})\}}(?!\s*[\\^_}}])", re.IGNORECASE)
_SQUARE = re.compile(
    r"[\[【［](?:"
    r"(?:please )?(?:insert|enter|add|fill in|type|specify|put) (?:an? |the |your |in )*[\w' /-]{2,50}"
    r"|(?:your|my|recipient|sender|customer|client|company|employer|manager|hiring manager)(?:'s)?[ _-][\w' /-]{2,40}"
    r"|(?:first |last |full |product |person |school |business |brand )?name|(?:phone|order|account) number"
    r"|(?:today'?s |start |end |due )?date|(?:street |email |e-mail )?address|company|address"
    r"|(?:text|story|code|list|rest|answer) (?:continues|goes here|omitted|truncated)\.*|truncated|placeholder"
    r"|\.\.\.\s?(?:text )?continue[sd]?\.*"
    r"|(?:вставьте|вставить|введите|укажите|указать|впишите|добавьте) [\w «»,/-]{2,50}"
    r"|(?:ваш[аеи]?|ваше|мо[йёи]|моя|твоё|твое) [\w -]{2,40}"
    r"|(?:имя|фамилия|фио|ф\. ?и\. ?о\.|название|адрес|номер|дата)(?: [\w -]{2,30})?"
    r"|(?:текст|продолжение|история) (?:продолжается|следует|опущен[ао]?)\.*|заполнить|обрезано"
    r"|(?:请)?(?:插入|输入|填写|填入|在此)[^\[\]【】［］\n]{1,20}|(?:您|你|我)的[^\[\]【】［］\n]{1,12}"
    r"|(?:公司|产品|收件人|发件人|客户|学校|城市|对方)?(?:姓名|名字|名称|日期|地址|电话|邮箱)"
    r"|(?:此处|以下|内容|文本)?(?:省略|略|待补充|未完待续)[^\[\]【】［］\n]{0,10}"
    r")[\]】］](?!\()",
    re.IGNORECASE,
)
_ANGLED = re.compile(
    r"<(?:no ?(?:in|out)put|(?:your|insert|enter|the) [\w' -]{2,40}|(?:first|last|full|user|company|product)[ _]?name"
    r"|placeholder|(?:ваше|ваш|ваша|вставьте|введите|укажите) [\w -]{2,40}|имя|фамилия"
    r"|(?:您|你)的\w{1,10}|姓名|名字|请?(?:输入|填写|插入)\w{1,10})>",
    re.IGNORECASE,
)
_TODO = re.compile(
    r"\b(?:TODO|FIXME|TBD)(?=:|\(|\s*[.!]?\s*$)|\[(?:TODO|TBD|FIXME)\b[^\]\n]{0,60}\]|\bXXX:", re.MULTILINE
)
_FILLER = re.compile(
    r"lorem ipsum|[（(](?:此处|以下)?(?:内容)?(?:待补充|待填写|省略\d*字?)[)）]", re.IGNORECASE
)
_BROKEN = re.compile(
    r"\[object Object\]|\A\s*(?:#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!)|NaN|nan|null|undefined)\s*\Z"
)
_PYTHON = re.compile(r"""\bf["']|\.format\(|%\(|\$\{|=>""")


def spans(text: str) -> Iterator[Span]:
    """Unfilled holes outside of code; a whole text that is only `NaN` or `#REF!` is one too."""
    found = list(_candidates(text))
    if not found:
        return
    code = Code(text)
    end = 0
    for hole in sorted(found):
        if hole.start >= end and hole.start not in code:
            end = hole.end
            yield hole


def _candidates(text: str) -> Iterator[Span]:
    if "{" in text:
        yield from _curly(text)
    if "[" in text or "【" in text or "［" in text:
        yield from _all(_SQUARE, text, "placeholder")
    if "<" in text:
        yield from _all(_ANGLED, text, "placeholder")
    if "TODO" in text or "TBD" in text or "FIXME" in text or "XXX:" in text:
        yield from _all(_TODO, text, "note to finish it")
    if "rem ipsum" in text or "REM IPSUM" in text or "待" in text or "省略" in text:
        yield from _all(_FILLER, text, "filler text")
    if len(text) < 20 or "[object" in text:
        yield from _all(_BROKEN, text, "value that was lost")


def _curly(text: str) -> Iterator[Span]:
    if _PYTHON.search(text) or looks_like_code(text):
        return
    yield from chain(_all(_DOUBLE, text, "placeholder"), _all(_SINGLE, text, "placeholder"))


def _all(pattern: re.Pattern[str], text: str, what: str) -> Iterator[Span]:
    return (Span(found.start(), found.end(), what) for found in pattern.finditer(text))
