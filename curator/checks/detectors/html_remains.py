"""Tags and entities of HTML left in prose.

Not in code that Markdown marks as such, not in mathematics (`a < b > c`), and not in a text that is HTML or speaks of
it: there the tags are what it is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from heapq import merge
from html import unescape
from html.entities import html5

from curator.checks.detectors.code_regions import Code
from curator.checks.detectors.spans import Span

_BREAKS = (
    "address", "article", "aside", "blockquote", "br", "center", "dd", "div", "dl", "dt", "fieldset", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre",
    "section", "table", "tbody", "tfoot", "thead", "tr", "ul",
)  # fmt: skip
_CELLS = ("td", "th")
_INLINE = (
    "a", "abbr", "acronym", "b", "big", "caption", "cite", "em", "font", "i", "iframe", "img", "ins", "label", "mark",
    "noscript", "q", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "wbr",
)  # fmt: skip
_TAG = re.compile(
    rf"</?({'|'.join(sorted((*_BREAKS, *_CELLS, *_INLINE), key=len, reverse=True))})(?=[\s/>])(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_TELLING = re.compile(r"<(?:sup|sub|img|iframe|a|del|s|strike)\b", re.IGNORECASE)
_SOURCE = re.compile(
    r"<(?:!doctype|html|head|body|script|style|meta|link|input|button|select|option|textarea|\?xml|\?php|svg|v-)\b"
    r"|xmlns|\b(?:x?html5?|xml|css|jsx|php|javascript|markup|web ?page|web ?site|bootstrap|react|vue|tags?)\b"
    r"|разметк|веб-страниц|сайт|\bтег(?:и|ов|ами|ах|а|ом)?\b|网页|标签|网站|前端",
    re.IGNORECASE,
)


def spans(text: str, about: str = "") -> Iterator[Span]:
    """Tags, comments and entities in a text; `about` is what was asked, which may say that HTML is wanted."""
    if "<" not in text and "&" not in text:
        return
    found = list(merge(_tags(text), _entities(text)))
    if not found or _SOURCE.search(text) or _SOURCE.search(about):
        return
    code = Code(text)
    end = 0
    for span in found:
        if span.start >= end and span.start not in code and not _in_table(text, span):
            end = span.end
            yield span


def _tags(text: str) -> Iterator[Span]:
    if "<" not in text:
        return
    comments = list(_comments(text)) if "<!--" in text else []
    tags = (
        Span(tag.start(), tag.end(), "HTML tag") for tag in _TAG.finditer(text) if not _is_generic(text, tag)
    )
    yield from merge(comments, tags)


def _comments(text: str) -> Iterator[Span]:
    start = text.find("<!--")
    while start >= 0 and (end := text.find("-->", start + 4)) >= 0:
        yield Span(start, end + 3, "HTML comment")
        start = text.find("<!--", end)


def _is_generic(text: str, tag: re.Match[str]) -> bool:
    """Whether it is `List<I>` or `x <b> y` rather than a tag: one bare letter that nothing closes."""
    name = tag[1]
    return len(name) == 1 and tag[0] == f"<{name}>" and f"</{name}>" not in text and name not in "pP"


def _in_table(text: str, span: Span) -> bool:
    """Whether it is the line break that a Markdown table has no other sign for."""
    if not text.startswith(("<br", "<BR"), span.start):
        return False
    return text[text.rfind("\n", 0, span.start) + 1 : span.start].lstrip().startswith("|")


def _entities(text: str) -> Iterator[Span]:
    if "&" not in text:
        return
    for entity in _ENTITY.finditer(text):
        name = entity[1]
        if f"{name};" in html5 or (name[0] == "#" and _decoded(entity[0]).strip("\ufffd")):
            yield Span(entity.start(), entity.end(), "HTML entity")


def _decoded(entity: str) -> str:
    decoded = unescape(entity).replace("\xa0", " ")
    return decoded if decoded.isprintable() or decoded in "\t\n" else ""


def repaired(text: str, about: str = "") -> str:
    """The text with its entities decoded and without tags; a line ends where a tag ended it.

    Left alone where a tag says something that the text alone does not (powers and indices, addresses, pictures), and
    where an entity stands for a tag that somebody wrote on purpose.
    """
    if ("<" not in text and "&" not in text) or _TELLING.search(text):
        return text
    better = _repaired(text, about)
    return text if better != text and any(spans(better, about)) else better


def _repaired(text: str, about: str) -> str:
    parts: list[str] = []
    done, last = 0, "\n"
    for span in spans(text, about):
        new = _decoded(text[span.start : span.end]) if text[span.start] == "&" else _gap(text, span)
        last = text[span.start - 1] if span.start > done else last
        if new == "\n" and (last == "\n" or not text[span.end :].lstrip(" ") or text[span.end] == "\n"):
            new = ""
        parts += (text[done : span.start], new)
        done, last = span.end, new or last
    if parts and done == len(text) and parts[-1] == "":
        while parts and parts[-1] in ("", "\n"):
            parts.pop()
    return "".join(parts) + text[done:] if parts or done else text


def _gap(text: str, span: Span) -> str:
    """What keeps the words on both sides of a tag apart."""
    tag = _TAG.match(text, span.start)
    name = tag[1].lower() if tag else ""
    return "\n" if name in _BREAKS else " " if name in _CELLS else ""
