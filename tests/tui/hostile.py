"""Strings that break programs, and what the screen must not hold whatever the data say."""

from __future__ import annotations

import json
from typing import Any

from curator.tui.app import CuratorApp

from tests.shared_data import SHARED

OWN = [
    "a [/foo] b",
    "[@click=app.bell]x[/]",
    "[b]bold[/b] [$primary] [link=http://x]y[/link] \\",
    "\x1b]52;c;SE9TVElMRQ==\x07 clipboard",
    "\x1b]52;c;SE9TVElMRQ==\x1b\\ clipboard",
    "\x1b]0;HOSTILE-TITLE\x07 title",
    "\x9d52;c;SE9TVElMRQ==\x9c clipboard in C1",
    "\x1b[2J\x1b[1;1H\x1b[?1049l cleared",
    "\x9b31m red in C1",
    "\x1bPq#0;2;0;0;0\x1b\\ sixel",
    "nul \x00 bell \x07 back \x08\x08\x08 del \x7f",
    "\u202eabc\u202c \u2066left\u2069 \u2067right\u2069",
    "שלום العربية \u200f\u200e mixed",
    "сообщение 信息 👩\u200d💻 👨\u200d👩\u200d👧\u200d👦 🏳️\u200d🌈 ❤️ e\u0301\u0301\u0301",
    "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
    "line\nbreak\r\nand\ttab\x0bvt\x0cff\x85nel\u2028ls\u2029ps",
    "${HOME} %s {0} {x} $(id) `id` ../../etc/passwd",
    "\ufeffbom \ufffe \uffff \U0010ffff",
]
"""Markup, control codes of both kinds, overrides of the reading direction, joined emoji, ends of lines."""

_FORBIDDEN = frozenset(
    chr(code)
    for code in (
        *range(0x20),
        *range(0x7F, 0xA0),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        *range(0xD800, 0xE000),
    )
)


def naughty() -> list[str]:
    """The Big List of Naughty Strings, where it is on this machine."""
    path = SHARED / "blns" / "blns.json"
    return [text for text in json.loads(path.read_text(encoding="utf-8")) if text.strip()]


def look_at(app: CuratorApp) -> str:
    """All that is painted now; nothing in it may control a terminal or be a link that data made."""
    painted = ""
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            painted += segment.text
            meta = segment.style.meta if segment.style is not None else {}
            assert "bell" not in str(meta.get("@click", "")), segment.text
            assert segment.style is None or not segment.style.link, segment.text
    assert not set(painted) & _FORBIDDEN, ascii(sorted(set(painted) & _FORBIDDEN))
    return painted


def texts_of(app: CuratorApp) -> str:
    """What all parts of the screen hold, painted or not."""
    held: list[Any] = []
    for widget in app.screen.query("Input, TextArea"):
        held.append(getattr(widget, "value", None) or getattr(widget, "text", ""))
    told = "".join(map(str, held))
    assert not set(told) & (_FORBIDDEN - {"\n", "\t"}), ascii(sorted(set(told) & _FORBIDDEN))
    return told
