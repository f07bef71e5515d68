"""Lines that begin with their label: fastText's `__label__x`, TREC's `LABEL:sub`, or a number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import IO

from curator.formats.base import Layout, Row, Unreadable
from curator.formats.lines import lines, stripped

_FASTTEXT = re.compile(r"((?:__label__\S+\s+)+)(.+)", re.DOTALL)
_FINE = re.compile(r"(([A-Za-z]\w*):\w+)\s+(.+)", re.DOTALL)
_NUMBER = re.compile(r"([+-]?\d{1,3})\s+(.+)", re.DOTALL)
_ROWS_PER_LABEL = 3
"""Labels come again; numbers and names at the beginning of prose do not."""


def is_labelled(texts: Sequence[str]) -> bool:
    """Whether nearly all lines begin with one of few labels."""
    stripped_texts = [text.strip() for text in texts]
    if sum(text.startswith("__label__") for text in stripped_texts) >= 0.9 * len(texts):
        return True
    for pattern in (_FINE, _NUMBER):
        labels = [match[1] for match in map(pattern.fullmatch, stripped_texts) if match]
        if len(labels) >= 0.98 * len(texts) and len(set(labels)) * _ROWS_PER_LABEL <= len(labels):
            return True
    return False


def read(stream: IO[bytes], layout: Layout) -> Iterator[Row | Unreadable]:
    """Every line as text and label; `DESC:manner` has its first half beside it in the column `coarse_label`."""
    for number, line in enumerate(lines(stream, layout), start=1):
        text = line.text.strip()
        if not text:
            continue
        raw = stripped(line.raw, layout.encoding)
        values = _values(text)
        if line.reason or not values:
            yield Unreadable(number, line.reason or "does not begin with a label", raw)
        else:
            yield Row(number, values, raw)


def _values(text: str) -> dict[str, object]:
    if match := _FASTTEXT.fullmatch(text):
        labels = [word.removeprefix("__label__") for word in match[1].split()]
        return {"text": match[2], "label": labels[0] if len(labels) == 1 else labels}
    if match := _FINE.fullmatch(text):
        return {"text": match[3], "label": match[1], "coarse_label": match[2]}
    if match := _NUMBER.fullmatch(text):
        return {"text": match[2], "label": match[1]}
    return {}
