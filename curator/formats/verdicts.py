"""Rows that come with a judgement of themselves: KTO's good and bad answers, Prodigy's accept, reject and ignore."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import Any, Literal

from curator.formats.outcomes import Converter, Outcome, Refused, Row, noted
from curator.text import visible_line

Verdict = Literal["good", "bad", "unsure", "unknown"]

LABEL_REJECTED = "the label was rejected in annotation; the text comes without one, and the label as metadata"
LABEL_IGNORED = "the label was ignored in annotation; the text comes without one, and the label as metadata"

WORDS: Mapping[str, Verdict] = {
    **dict.fromkeys(("true", "accept", "accepted", "good", "desirable", "1"), "good"),
    **dict.fromkeys(("false", "reject", "rejected", "bad", "undesirable", "0"), "bad"),
    **dict.fromkeys(("ignore", "ignored", "skip", "skipped"), "unsure"),
}
"""What judges a row, in lower case."""


def verdict_of(value: Any) -> Verdict:
    """A truth value, 0, 1 or a word of `WORDS` as what it says."""
    return (
        WORDS.get(str(value).strip().casefold(), "unknown")
        if isinstance(value, (bool, int, str))
        else "unknown"
    )


def is_truth(value: Any) -> bool:
    """Whether a value is a truth value, written as a word perhaps."""
    return isinstance(value, bool) or (
        isinstance(value, str) and value.strip().casefold() in ("true", "false")
    )


def is_word(value: Any) -> bool:
    """Whether a value is what annotation tools say of a row: accept, reject or ignore."""
    return isinstance(value, str) and value.strip().casefold() in ("accept", "reject", "ignore")


def judged_answer(convert: Converter, column: str) -> Converter:
    """The same for good answers; bad ones are refused, for there is nothing to learn from them by imitation."""

    def convert_good(row: Row) -> list[Outcome]:
        value = row.get(column)
        if value is None or value == "":
            return convert(row)
        match verdict_of(value):
            case "good":
                return convert(row)
            case "bad":
                return [Refused(f"is marked as a bad answer ({column!r})")]
            case "unsure":
                return [Refused(f"was ignored in annotation ({column!r})")]
            case _:
                shown = visible_line(value if isinstance(value, str) else reprlib.repr(value), 30)
                return [Refused(f"{column!r} should say whether the answer is good, but says {shown}")]

    return convert_good


def judged_label(labelled: Converter, unlabelled: Converter, column: str) -> Converter:
    """Accepted labels as they are; the texts of rejected and ignored ones without."""

    def convert_judged(row: Row) -> list[Outcome]:
        match verdict_of(row.get(column)):
            case "bad":
                return noted(unlabelled(row), LABEL_REJECTED)
            case "unsure":
                return noted(unlabelled(row), LABEL_IGNORED)
            case _:
                return labelled(row)

    return convert_judged
