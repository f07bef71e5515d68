"""Line breaks inside texts of a set in which a text is one line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from curator.checks.base import Check, Context, Inspector, Profile
from curator.checks.item import Item
from curator.store.findings import Finding

BREAKS = re.compile(r"[ \t]*[\r\n\x0b\x0c\x85\u2028\u2029]+\s*")
_COMMON = 0.15
"""Share of texts with line breaks from which they belong to the set."""
_LONGEST = 400
"""Characters of a text that may be meant as one line."""


def _profile(context: Context) -> Profile:
    texts = [text for item in context.sample() if (text := item.main.text.strip())]
    broken = sum(1 for text in texts if BREAKS.search(text))
    return {"one_line": bool(texts) and broken <= max(1.0, _COMMON * len(texts))}


def _inspect(_: Context, profile: Profile) -> Inspector:
    def look(item: Item) -> Iterable[Finding]:
        field, text = item.main
        if len(text) > _LONGEST or text.isprintable() or "```" in text or not text.strip():
            return
        if found := BREAKS.search(text):
            yield LINE_BREAKS.finding(
                item, "line break in a set of single lines", field, span=(found.start(), found.end())
            )

    return look if profile["one_line"] else lambda _: ()


def _joined(item: Item, _: Context) -> Mapping[str, Any]:
    field, text = item.main
    new = BREAKS.sub(" ", text).strip()
    return {"fields": {**item.fields, field: new}} if new != text else {}


LINE_BREAKS = Check(
    id="line-breaks",
    title="Line breaks in a set of single lines",
    harm="Rows spill over in tools that read line by line, and equal texts look different.",
    severity="info",
    inspect=_inspect,
    profile=_profile,
    fix=_joined,
    fix_title="make a space of each line break",
    kinds=("classification",),
)

CHECKS = (LINE_BREAKS,)
