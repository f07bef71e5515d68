"""The catalogues of the interface: `python -m tests.messages` gathers what is to be translated and compiles.

Reads the words that `_`, `N_` and `counted` mark in the terminal UI, the titles, harms and repairs of all checks, what
the export formats are for, and the help of the training settings; keeps the translations that are there, and writes
`curator.po` and `curator.mo` of each language.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from curator.checks.registry import ALL
from curator.config import TrainSettings
from curator.export.formats import FORMATS

TUI = Path(__file__).parents[1] / "tui"
LANGUAGES = ("ru",)
MARKS = {"_": 1, "N_": 1, "NC_": 2, "counted": 2}
"""Functions that mark words, and how many of their arguments do."""
_DATE = datetime(2026, 1, 1, tzinfo=UTC)
"""The same in every run: a catalogue changes only when its words do."""


def gathered() -> Catalog:
    """Everything that is to be translated."""
    catalogue = Catalog(project="Curator", charset="utf-8")
    for path in sorted(TUI.rglob("*.py")):
        for message in marked(path):
            catalogue.add(message)
    for check in ALL:
        for words in (check.title, check.harm, check.fix_title):
            if words:
                catalogue.add(words)
    for format_ in FORMATS.values():
        catalogue.add(format_.about)
    for field in TrainSettings.model_fields.values():
        if field.description:
            catalogue.add(field.description)
    return catalogue


def marked(path: Path) -> Iterator[str | tuple[str, str]]:
    """The words that a file marks; a marked word that is no literal would never be translated."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        if name not in MARKS:
            continue
        assert isinstance(node, ast.Call)
        texts = [
            argument.value for argument in node.args[: MARKS[name]] if isinstance(argument, ast.Constant)
        ]
        if len(texts) == MARKS[name] and all(texts):
            yield (texts[0], texts[1]) if len(texts) > 1 else texts[0]


def place(language: str, suffix: str) -> Path:
    """A file of a catalogue."""
    return TUI / "locale" / language / "LC_MESSAGES" / f"curator.{suffix}"


def known(language: str) -> Catalog:
    """The catalogue of a language as it is."""
    path = place(language, "po")
    if not path.is_file():
        return Catalog(locale=language, project="Curator", charset="utf-8")
    with path.open("rb") as stream:
        return read_po(stream, locale=language)


def compiled(catalogue: Catalog) -> bytes:
    """A catalogue as gettext reads it."""
    stream = BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def missing(catalogue: Catalog) -> list[str]:
    """What has no translation yet, or one that may be out of date."""
    return [
        str(message.id)
        for message in catalogue
        if message.id and (not _complete(message.string) or message.fuzzy)
    ]


def _complete(translation: str | list[str] | tuple[str, ...]) -> bool:
    return bool(translation) if isinstance(translation, str) else bool(translation) and all(translation)


def main() -> int:
    """Bring the catalogues up to date; tells what is missing."""
    lacking = 0
    for language in LANGUAGES:
        catalogue = known(language)
        catalogue.update(gathered(), no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.header_comment = (
            f"# Curator in {catalogue.locale}: edit this file, then run `make messages`."
        )
        catalogue.creation_date = catalogue.revision_date = _DATE
        catalogue.last_translator, catalogue.language_team, catalogue.fuzzy = "", "", False
        place(language, "po").parent.mkdir(parents=True, exist_ok=True)
        with place(language, "po").open("wb") as stream:
            write_po(stream, catalogue, width=100, no_location=True, omit_header=False, sort_output=True)
        place(language, "mo").write_bytes(compiled(catalogue))
        for message in missing(catalogue):
            print(f"{language}: no translation of {message!r}")
            lacking += 1
    return int(lacking > 0)


if __name__ == "__main__":
    sys.exit(main())
