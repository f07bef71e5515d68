"""HTML pages: the text that a reader would see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import IO

from curator.formats.base import Layout, Row, Unreadable
from curator.formats.lines import misfit, without_mark

_PARAGRAPHS = frozenset(
    ("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre", "section", "article",
     "header", "footer", "main", "aside", "nav", "figure", "form", "fieldset", "address", "hr", "details")
)  # fmt: skip
_LINES = frozenset(
    (
        "br",
        "div",
        "li",
        "dt",
        "dd",
        "tr",
        "caption",
        "figcaption",
        "legend",
        "option",
        "summary",
        "body",
        "thead",
    )
)
_UNSEEN = frozenset(("script", "style", "template", "noscript", "svg", "math", "iframe", "object", "select"))
_BEGINNING = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_SUFFIXES = (".html", ".htm", ".xhtml")


def is_html(name: str, beginning: str) -> bool:
    """Whether a file begins as a page does, or is named as one and has tags."""
    return bool(_BEGINNING.match(beginning)) or (
        name.lower().endswith(_SUFFIXES) and bool(_TAG.search(beginning))
    )


def read(stream: IO[bytes], layout: Layout) -> Iterator[Row | Unreadable]:
    """The page as one row, its title beside it."""
    raw = without_mark(stream.read(), layout.encoding)
    try:
        page = _Page(raw.decode(layout.encoding))
    except UnicodeDecodeError as error:
        yield Unreadable(1, misfit(error, layout.encoding), raw)
        return
    if page.text:
        yield Row(1, {"text": page.text} | ({"title": page.title} if page.title else {}), raw)
    elif raw.strip():
        yield Unreadable(1, "is a page without text", raw)


class _Page(HTMLParser):
    """Collects what can be seen: blocks on lines of their own, paragraphs apart, cells of tables behind tabs."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._titles: list[str] = []
        self._unseen = 0
        self._kept = 0
        self._in_title = False
        self.feed(source)
        self.close()

    @property
    def text(self) -> str:
        """Lines without white space at their ends, at most one blank line in a row."""
        lines = [line.rstrip() for line in "".join(self._pieces).split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n\t")

    @property
    def title(self) -> str:
        """On one line."""
        return " ".join("".join(self._titles).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Break the line before a block."""
        self._unseen += tag in _UNSEEN
        self._kept += tag in ("pre", "textarea")
        self._in_title = self._in_title or (tag == "title" and not self._unseen)
        if tag in ("td", "th"):
            self._pieces.append("\t" if self._pieces and not self._pieces[-1].endswith("\n") else "")
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        """Break the line after a block."""
        self._unseen -= tag in _UNSEEN and self._unseen > 0
        self._kept -= tag in ("pre", "textarea") and self._kept > 0
        self._in_title = self._in_title and tag not in ("title", "head")
        if tag != "br":
            self._break(tag)

    def handle_data(self, data: str) -> None:
        """Keep what is seen; runs of white space count as one blank."""
        if self._in_title:
            self._titles.append(data)
        elif self._kept and not self._unseen:
            self._pieces.append(data)
        elif not self._unseen and (piece := re.sub(r"[ \t\r\n\f]+", " ", data)):
            after_blank = not self._pieces or self._pieces[-1].endswith((" ", "\n", "\t"))
            self._pieces.append(piece.lstrip(" ") if after_blank else piece)

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self._pieces.append("\n\n")
        elif (tag in _LINES and self._pieces and not self._pieces[-1].endswith("\n")) or tag == "br":
            self._pieces.append("\n")
