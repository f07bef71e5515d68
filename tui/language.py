"""The language of the interface: gettext catalogues, chosen by the settings or by the locale."""

from __future__ import annotations

import gettext
import os
from importlib.resources import files
from typing import Any

DOMAIN = "curator"
LANGUAGES = {"en": "English", "ru": "Русский"}
_LOCALE = ("CURATOR_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""Environment variables that name a language, the first that is set wins."""

_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_spoken = "en"


def use(name: str = "") -> str:
    """Speak a language from here on; without a name that of the locale, without that English. Returns its code."""
    global _catalogue, _spoken
    _spoken = name if name in LANGUAGES else of_locale()
    _catalogue = catalogue(_spoken)
    return _spoken


def spoken() -> str:
    """The code of the language that is spoken."""
    return _spoken


def of_locale() -> str:
    """The language that the environment asks for, if we speak it; else English."""
    asked = next((value for name in _LOCALE if (value := os.environ.get(name))), "")
    code = asked.partition("_")[0].partition(".")[0].lower()
    return code if code in LANGUAGES else "en"


def catalogue(name: str) -> gettext.NullTranslations:
    """The translations into a language; English is what stands in the code."""
    path = files("curator.tui") / "locale" / name / "LC_MESSAGES" / f"{DOMAIN}.mo"
    if not path.is_file():
        return gettext.NullTranslations()
    with path.open("rb") as stream:
        return gettext.GNUTranslations(stream)


def _(text: str) -> str:
    """A text in the language of the interface."""
    return _catalogue.gettext(text) if text else text


def counted(one: str, many: str, number: int, **values: Any) -> str:
    """A text with a number in the grammatical form that the number asks for: `{n} record`, `{n} records`."""
    return _catalogue.ngettext(one, many, number).format(n=f"{number:,}", **values)


def NC_(one: str, many: str) -> tuple[str, str]:  # noqa: N802
    """Marks a text with a number that is translated by `counted` where it is shown."""
    return one, many


def N_(text: str) -> str:  # noqa: N802 - the name that gettext's tools look for
    """Marks a text that is translated where it is shown."""
    return text
