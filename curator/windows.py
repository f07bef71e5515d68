"""Self-supervised windows over documents, cut after the split and never across it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from curator.config import WindowSettings
from curator.errors import CuratorError
from curator.records import SPLITS

Spans = Sequence[tuple[int, int]]
"""Start and end of each unit, in characters."""

UnitsOf = Callable[[str], Spans]
"""Cuts a text into units."""

_IDEOGRAPHS = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\U00020000-\U00031fff"
_WORD = re.compile(f"[{_IDEOGRAPHS}]|[^\\s{_IDEOGRAPHS}]+")


BLOCKS = "blocks"
"""The split of a document that is cut inside, because there are too few documents to deal out whole."""


class Window(NamedTuple):
    """A piece of a document."""

    number: int
    """Within its document, from 0."""
    split: str
    """The side it belongs to."""
    text: str
    """Its characters as they stand in the document."""
    target: str | None
    """The last unit, when only that is learned; `text` ends with it."""


def word_spans(text: str) -> Spans:
    """Words are what white space separates; in scripts that do not separate them, every character is one."""
    return [match.span() for match in _WORD.finditer(text)]


def token_spans(model_folder: Path) -> UnitsOf:
    """Tokens of a model's own tokenizer.

    Raises:
        CuratorError: the folder has no tokenizer.json, or the extra `train` is not installed.
    """
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise CuratorError(
            "Windows of tokens need the model's tokenizer, and its library is not installed.",
            "Install it with `pip install 'curator-sft[train]'`, or set windows.unit to word.",
        ) from error
    path = model_folder / "tokenizer.json"
    if not path.is_file():
        raise CuratorError(f"{model_folder} has no tokenizer.json.", "Set windows.unit to word.")
    tokenizer = Tokenizer.from_file(str(path))

    def spans(text: str) -> Spans:
        offsets = tokenizer.encode(text, add_special_tokens=False).offsets
        return [(start, end) for start, end in offsets if end > start]

    return spans


def cut(
    text: str, units: UnitsOf, settings: WindowSettings, split: str, shares: Mapping[str, float]
) -> Iterator[Window]:
    """The windows of one document that belongs to `split`, or is cut into blocks inside (`blocks`)."""
    spans = units(text)
    ranges = _blocks(spans, shares, settings.size) if split == BLOCKS else {split: (0, len(spans))}
    number = 0
    for side, (first, last) in ranges.items():
        for start, end in _steps(first, last, settings):
            yield _window(number, side, text, spans[start:end], settings)
            number += 1


def parts(text: str, units: UnitsOf, settings: WindowSettings, shares: Mapping[str, float]) -> dict[str, str]:
    """The blocks of a document that is cut inside: side to text."""
    spans = units(text)
    ranges = _blocks(spans, shares, settings.size)
    return {side: text[spans[a][0] : spans[b - 1][1]] for side, (a, b) in ranges.items() if b > a}


def block_ranges(units: int, shares: Mapping[str, float], gap: int) -> dict[str, tuple[int, int]]:
    """Contiguous blocks of one long document: side to (first unit, unit after the last).

    Train comes first and test last; between two sides `gap` units belong to nobody.
    """
    sides = [side for side in SPLITS if shares.get(side, 0) > 0]
    usable = units - gap * (len(sides) - 1)
    if usable < len(sides):
        return {"train": (0, units)}
    ranges: dict[str, tuple[int, int]] = {}
    start, given = 0, 0.0
    for number, side in enumerate(sides):
        given += shares[side]
        end = units if side == sides[-1] else round(given * usable) + number * gap
        ranges[side] = (start, end)
        start = end + gap
    return ranges


def _blocks(spans: Spans, shares: Mapping[str, float], gap: int) -> dict[str, tuple[int, int]]:
    """`block_ranges` without a character in common: several tokens can spell one character."""
    ranges: dict[str, tuple[int, int]] = {}
    taken = 0
    for side, (first, last) in block_ranges(len(spans), shares, gap).items():
        while first < last and spans[first][0] < taken:
            first += 1
        ranges[side] = (first, last)
        taken = max([taken, *(end for _, end in spans[first:last])])
    return ranges


def _steps(first: int, last: int, settings: WindowSettings) -> Iterator[tuple[int, int]]:
    """Unit ranges; with target `last` only full windows, for each must have its whole context."""
    stride = settings.stride or (1 if settings.target == "last" else settings.size)
    for start in range(first, last, stride):
        end = min(start + settings.size, last)
        if end - start < min(2, settings.size) or (settings.target == "last" and end - start < settings.size):
            return
        yield start, end
        if end == last:
            return


def _window(number: int, split: str, text: str, spans: Spans, settings: WindowSettings) -> Window:
    piece = text[spans[0][0] : spans[-1][1]]
    target = text[spans[-1][0] : spans[-1][1]] if settings.target == "last" else None
    return Window(number, split, piece, target)
