"""How well a written answer agrees with the reference: one rule for models, rivals and endpoints alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any

from curator.evaluate.answers.numbers import final_number, last_number
from curator.evaluate.answers.words import words
from curator.text import normalised


def agreement(answer: str, reference: str, known: Collection[str] = ()) -> dict[str, float]:
    """The figures of one answer, as `RowScore.values` names them, without those that are `known`.

    `exact_match` is 0 or 1, apart from case and white space; `chrf` is sentence chrF2 of sacrebleu, 0 to 100 (Popović
    2015); `token_f1` and `rouge_l` are 0 to 1; `numeric_match`, 0 or 1, is there where the reference has a final
    number.
    """
    same = float(normalised(answer) == normalised(reference))
    said, wanted = words(answer), words(reference)
    found: dict[str, Callable[[], float]] = {
        "exact_match": lambda: same,
        "chrf": lambda: float(_chrf().sentence_score(answer, [reference]).score),
        "token_f1": lambda: token_f1(said, wanted) if wanted else same,
        "rouge_l": lambda: rouge_l(said, wanted) if wanted else same,
    }
    if (number := final_number(reference)) is not None:
        found["numeric_match"] = lambda: float(last_number(answer) == number)
    return {name: value() for name, value in found.items() if name not in known}


def token_f1(said: Sequence[str], wanted: Sequence[str]) -> float:
    """F1 of two bags of words (Rajpurkar et al. 2016, SQuAD; articles are words here), 0 to 1."""
    shared = (Counter(said) & Counter(wanted)).total()
    return 2 * shared / (len(said) + len(wanted)) if said or wanted else 1.0


def rouge_l(said: Sequence[str], wanted: Sequence[str]) -> float:
    """F1 of the longest common subsequence of two lists of words (Lin 2004), 0 to 1."""
    return 2 * _common_length(said, wanted) / (len(said) + len(wanted)) if said or wanted else 1.0


def _common_length(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence, a row of the table in one number (Hyyrö 2004)."""
    places: dict[str, int] = {}
    for place, word in enumerate(one):
        places[word] = places.get(word, 0) | 1 << place
    full = (1 << len(one)) - 1
    unmatched = full
    for word in other:
        hit = unmatched & places.get(word, 0)
        unmatched = ((unmatched + hit) | (unmatched - hit)) & full
    return len(one) - unmatched.bit_count()


@cache
def _chrf() -> Any:
    from sacrebleu.metrics import CHRF

    return CHRF()
