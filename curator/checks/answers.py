"""Answers that teach the wrong thing: refusals, the prompt again, half a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from curator.checks.base import Check, Context, Inspector, Profile
from curator.checks.detectors.spans import Span
from curator.checks.item import Item
from curator.checks.texts import told
from curator.store.findings import Finding


def _check(check_id: str, title: str, harm: str, spans: Callable[[Item], Iterable[Span]]) -> Check:
    def inspect(_: Context, __: Profile) -> Inspector:
        def look(item: Item) -> Iterable[Finding]:
            if item.answer and (found := list(spans(item))):
                yield check.finding(item, told(found), "answer", span=(found[0].start, found[0].end))

        return look

    check = Check(check_id, title, harm, "warning", inspect, kinds=("instruction",))
    return check


def _refusals(item: Item) -> Iterable[Span]:
    from curator.checks.detectors import refusals

    return refusals.spans(item.answer)


def _echoes(item: Item) -> Iterable[Span]:
    from curator.checks.detectors import echoes

    return echoes.spans(item.answer, _prompt(item))


def _cut_off(item: Item) -> Iterable[Span]:
    from curator.checks.detectors import cut_off

    return cut_off.spans(item.answer)


def _prompt(item: Item) -> str:
    texts = (item.fields.get(name) for name in ("instruction", "input"))
    return "\n".join(text for text in texts if isinstance(text, str) and text)


REFUSAL = _check(
    "refusal",
    "Boilerplate of a chat model that refuses (As an AI language model…)",
    "The model learns to refuse, also where it could answer.",
    _refusals,
)
ECHO = _check(
    "echo",
    "The answer says the prompt again",
    "The model learns to repeat questions instead of answering them.",
    _echoes,
)
CUT_OFF = _check(
    "cut-off",
    "The answer stops in mid-sentence",
    "The model learns to stop there, too.",
    _cut_off,
)

CHECKS = (REFUSAL, ECHO, CUT_OFF)
