"""samples/messy: every planted defect of the texts is found by its detector, and no clean row by any."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from curator.checks.detectors import (
    bidi,
    bracket_markup,
    controls,
    end_markers,
    fences,
    formula,
    html_remains,
    injection,
    invisible,
    lookalikes,
    loops,
    mojibake,
    placeholders,
    privacy,
    refusals,
    secrets,
    unicode_form,
)
from curator.checks.detectors.language import Languages

MESSY = Path(__file__).parents[3] / "samples" / "messy"
LINES = (MESSY / "messy.jsonl").read_bytes().split(b"\n")
PLANTED = {
    41: {mojibake},
    42: {mojibake},
    44: {controls},
    45: {controls},
    46: {controls},
    48: {invisible},
    49: {bidi},
    50: {unicode_form},
    52: {lookalikes},
    53: {html_remains},
    54: {fences},
    55: {placeholders},
    56: {bracket_markup},
    58: {loops},
    59: {privacy},
    61: {secrets},
    62: {formula},
}
DETECTORS = (
    bidi, bracket_markup, controls, end_markers, fences, formula, html_remains, injection, invisible, lookalikes, loops,
    mojibake, placeholders, privacy, refusals, secrets, unicode_form,
)  # fmt: skip


def text_of(line: int) -> str:
    try:
        text = json.loads(LINES[line - 1])["text"]
    except (ValueError, KeyError, TypeError):
        return ""
    return text if isinstance(text, str) and text.isascii() | (not re.search("[\ud800-\udfff]", text)) else ""


@pytest.mark.parametrize("line", range(1, 69))
def test_each_line_is_found_by_the_detector_of_its_defect_alone(line):
    found = {detector for detector in DETECTORS if any(detector.spans(text_of(line)))}
    assert found == PLANTED.get(line, set())


def test_the_one_line_in_another_language_is_told():
    texts = {line: text for line in range(1, 69) if (text := text_of(line))}
    languages = Languages(texts.values())
    assert languages.common == {"en", "ru"}
    odd = {line: guess.language for line, text in texts.items() if (guess := languages.odd(text))}
    assert odd == {64: "fi"}


def test_repairs_bring_back_what_was_meant():
    assert (
        mojibake.repaired(text_of(41))
        == "The set-top box at Café Amélie shows a déjà vu of last week's error."
    )
    assert mojibake.repaired(text_of(42)) == "Интернет пропал утром, почините линию."
    assert bidi.repaired(text_of(49)).startswith("The attachment bill_fdp.exe came")
    assert lookalikes.repaired(text_of(52)) == "Почему счёт за роуминг пришёл только через два месяца?"
    assert html_remains.repaired(text_of(53)) == "Hello, my bill & the reminder\ncrossed in the post."
    assert fences.repaired(text_of(54)).endswith("retry 3\n```")
    assert privacy.repaired(text_of(59)) == (
        "Please pay the refund to [IBAN], write to [e-mail] or ring [phone]."
    )
    assert (
        secrets.repaired(text_of(61))
        == "I use the key [API key] for your partner page and it says forbidden."
    )
