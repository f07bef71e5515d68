"""Every word of the page can be read: contrasts of WCAG 2.2, level AA, in both colour schemes."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from curator.evaluate.reporting import page

CSS = (Path(page.__file__).parent / "page.css").read_text(encoding="utf-8")


def schemes() -> list[dict[str, str]]:
    """The variables of each block that sets colours."""
    blocks = re.findall(r"color-scheme: \w+;([^}]*)\}", CSS)
    return [dict(re.findall(r"--([a-z]+): (#[0-9a-f]+|\d+%);", block)) for block in blocks]


def channels(colour: str) -> list[float]:
    digits = colour.removeprefix("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    return [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]


def luminance(colour: list[float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: list[float], other: list[float]) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_both_dark_schemes_are_the_same():
    assert len(schemes()) == 3
    assert schemes()[1] == schemes()[2]


@pytest.mark.parametrize("scheme", schemes()[:2])
def test_words_stand_out_from_what_is_behind_them(scheme):
    for word, ground in product(("text", "muted", "accent", "good", "bad", "unsure"), ("surface", "ground")):
        assert contrast(channels(scheme[word]), channels(scheme[ground])) >= 4.5, (word, ground)


@pytest.mark.parametrize("scheme", schemes()[:2])
def test_counts_stand_out_from_the_darkest_shade(scheme):
    share = int(scheme["tint"].rstrip("%")) / 100
    for colour in ("accent", "bad"):
        pairs = zip(channels(scheme[colour]), channels(scheme["surface"]), strict=True)
        shade = [share * a + (1 - share) * b for a, b in pairs]
        assert contrast(channels(scheme["text"]), shade) >= 4.5, colour
