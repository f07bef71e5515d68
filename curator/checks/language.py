"""Texts in a language that is odd in their set."""

from __future__ import annotations

from collections.abc import Iterable

from curator.checks.base import Check, Context, Inspector, Profile
from curator.checks.item import Item
from curator.store.findings import Finding


def _text(item: Item) -> str:
    return "\n".join(part.text for part in item.parts)


def _profile(context: Context) -> Profile:
    from curator.checks.detectors.language import Languages

    return Languages(map(_text, context.sample()), expected=context.settings.languages).profile.as_json()


def _inspect(_: Context, profile: Profile) -> Inspector:
    from curator.checks.detectors.language import Languages, Profiled, name

    languages = Languages.of(Profiled.from_json(profile))
    known = ", ".join(sorted(map(name, languages.common)))

    def look(item: Item) -> Iterable[Finding]:
        guess = languages.odd(_text(item))
        if guess is not None:
            told = f"reads as {name(guess.language)}; the set is in {known}"
            yield LANGUAGE.finding(item, told, score=round(guess.confidence, 3))

    return look


LANGUAGE = Check(
    id="language",
    title="A language that the set is not in",
    harm="The model learns to answer in the wrong language.",
    severity="warning",
    inspect=_inspect,
    profile=_profile,
    settings=("checks.languages",),
)

CHECKS = (LANGUAGE,)
