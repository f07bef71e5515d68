"""Special tokens and turn headings of chat formats that were left in the text.

A model that learns them as words ends its answers where it should not, or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from curator.checks.detectors.code_regions import Code
from curator.checks.detectors.spans import Span

_TOKEN = (
    r"<\|[a-z][a-z0-9_]{1,40}\|>|<｜[^<>｜\n]{2,40}｜>"
    r"|</?(?:s|eos|bos|pad|unk|sep|cls)>|<(?:start|end)_of_(?:turn|text|image)>(?:user\b|model\b)?"
    r"|\[/?INST\]|<</?SYS>>|\[(?:EOS|BOS|PAD|CLS|SEP|UNK|eos|bos|eop|sop)\]|<eo[ahpd]>"
)
_HEADING = (
    r"(?:(?<=\n)|\A)[ \t]*#{2,3}[ \t]*(?:Response|Instruction|Human|Assistant|Input"
    r"|Инструкция|Ответ|Вход|Пользователь|Ассистент|指令|回答|回复|回應|输入|用户|助手)[ \t]*[:：]"
)
_MARKER = re.compile(f"{_TOKEN}|{_HEADING}")
_STRIKE = re.compile(r"<s>[^<>\n]{1,200}</s>")


def spans(text: str) -> Iterator[Span]:
    """Every marker outside of code; `<s>…</s>` within a line is crossed-out text."""
    if not ("<" in text or "##" in text or "[" in text):
        return
    found = list(_MARKER.finditer(text))
    if not found:
        return
    code = Code(text)
    struck = {at for pair in _struck(text) for at in (pair.start(), pair.end() - len("</s>"))}
    for marker in found:
        if marker.start() not in struck and marker.start() not in code:
            heading = "#" in marker[0]
            yield Span(marker.start(), marker.end(), "turn heading" if heading else "special token")


def _struck(text: str) -> Iterator[re.Match[str]]:
    if "</s>" not in text:
        return
    for pair in _STRIKE.finditer(text):
        if pair.start() > 0 or pair.end() < len(text.rstrip()):
            yield pair


def repaired(text: str) -> str:
    """The text without the markers it begins and ends with.

    Left alone where others stand between two parts of it: those may part two turns.
    """
    better = text
    while found := list(spans(better)):
        start = _leading(better, found)
        end = _trailing(better, found)
        if start == 0 and end == len(better):
            return text
        better = better[start:end] if start < end else ""
    return better


def _leading(text: str, found: list[Span]) -> int:
    """Where the text begins behind its leading markers."""
    done = 0
    for span in found:
        if text[done : span.start].strip():
            break
        done = span.end
    return done if not done else done + len(text[done:]) - len(text[done:].lstrip())


def _trailing(text: str, found: list[Span]) -> int:
    """Where the text ends before its trailing markers."""
    done = len(text)
    for span in reversed(found):
        if text[span.end : done].strip():
            break
        done = span.start
    return done if done == len(text) else len(text[:done].rstrip())
