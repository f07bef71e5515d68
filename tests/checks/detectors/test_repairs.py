"""What every repair promises, on any text: it ends, it leaves nothing that it claims, and good text stays as it is."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from curator.checks.detectors import (
    bidi,
    bracket_markup,
    code_regions,
    controls,
    cut_off,
    echoes,
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

THOROUGH = (controls, invisible, bidi, unicode_form, lookalikes, privacy, secrets)
"""Their repair leaves none of what they find."""
REPAIRING = (*THOROUGH, mojibake, html_remains, fences, end_markers)
FINDING = (bracket_markup, placeholders, loops, refusals, cut_off, injection, formula, *REPAIRING)

PIECES = (
    "word ", "слово", "话", "e\u0301", "и\u0306", "Ã©", "Ð¸", "Рѕ", "â€™", "\x93", "\x81", "\x9b31m",
    "\x1b[31m", "\x1b]0;", "\x07", "\x1b\\", "\u200b", "\u200d", "\ufe0f", "\u00ad", "\ufeff", "👩", "क",
    "م", "ש", "\u202e", "\u202c", "\u2067", "\u2069", "\u200f", "<b>", "</b>", "<br/>", "<p ", ">", "&",
    "lt;", "amp;", "&#60;", "&nbsp;", "<!--", "-->", "`", "```", "~~~\n", "\n", " ", "<s>", "</s>",
    "<|im_end|>", "### Response:", "[INST]", "a", "с", "o", "х", "I", "і", "@", "a.b", ".com", "8",
    "+7 916 123-45-67", "1234", "-", "4111111111111111", "GB82WEST12345698765432", "85.12.200.7", "sk-",
    "abcd1234efgh5678ijkl90", "password: ", "-----BEGIN PRIVATE KEY-----", "-----END", "{{name}}",
    "[your name]", "=SUM(", "\ud83d", "\ufffd", "锛", "銆", "«", "°", "№", "паспорт 4506 123456",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(max_size=60)


@pytest.mark.parametrize("detector", REPAIRING, ids=lambda detector: detector.__name__.rpartition(".")[2])
@settings(deadline=None)
@given(text=texts)
@example("&amp;lt;br&amp;gt;")
@example("\x1b[\x1b[31m31m")
@example("a\u200b\u200d👩")
def test_a_second_repair_finds_nothing_to_do(detector, text):
    once = detector.repaired(text)
    assert detector.repaired(once) is once or detector.repaired(once) == once
    if not any(detector.spans(text)):
        assert once == text


@pytest.mark.parametrize("detector", THOROUGH, ids=lambda detector: detector.__name__.rpartition(".")[2])
@settings(deadline=None)
@given(text=texts)
def test_nothing_is_found_in_what_was_repaired(detector, text):
    assert list(detector.spans(detector.repaired(text))) == []


@settings(deadline=None)
@given(text=texts)
def test_the_partial_repairs_leave_none_of_what_they_claim(text):
    assert "wrong encoding" not in {span.what for span in mojibake.spans(mojibake.repaired(text))}
    closed = fences.repaired(text)
    assert closed == text or not any(fences.spans(closed))
    rest = end_markers.repaired(text)
    assert rest == text or not any(end_markers.spans(rest))
    plain = html_remains.repaired(text)
    assert plain == text or not any(html_remains.spans(plain))


@pytest.mark.parametrize("detector", FINDING, ids=lambda detector: detector.__name__.rpartition(".")[2])
@settings(deadline=None)
@given(text=texts)
def test_spans_lie_in_the_text_in_order_and_apart(detector, text):
    end = 0
    for span in detector.spans(text):
        assert span.what
        assert end <= span.start < span.end <= len(text)
        end = span.end


@settings(deadline=None)
@given(answer=texts, prompt=texts)
def test_echoes_lie_in_the_answer(answer, prompt):
    for span in echoes.spans(answer, prompt):
        assert 0 <= span.start < span.end <= len(answer)


@settings(deadline=None)
@given(text=texts)
def test_code_regions_are_apart_and_fences_end_where_they_say(text):
    code = code_regions.Code(text)
    for fence in code_regions.fences(text):
        assert text[fence.start :].lstrip(" \t>").startswith(fence.mark)
        assert fence.start in code
    assert not any(position in code for position in range(len(text))) or "`" in text or "~~~" in text


@pytest.mark.parametrize("detector", FINDING, ids=lambda detector: detector.__name__.rpartition(".")[2])
@pytest.mark.parametrize(
    "unit",
    [
        "<",
        "&",
        "`",
        "```\n",
        "\x1b]",
        "<!--",
        "-----BEGIN 1",
        "1 ",
        "a@",
        "[",
        "{{",
        "Рo",
        "sk-1-a",
        "key: a1",
        "паспорт 1",
        "no.",
        "\u2067",
        "1.",
    ],
)
def test_hostile_text_of_a_hundred_thousand_signs_takes_no_time(detector, unit):
    text = unit * (100_000 // len(unit))
    started = time.process_time()
    list(detector.spans(text))
    assert time.process_time() - started < 2
