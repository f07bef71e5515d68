"""A search finds what casefolding finds, whatever SQLite makes of it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curator.query import Query, Term
from curator.store import records

TEXTS = [
    "Plain ASCII with a Role and a LABEL",
    '100% of_it \\ "quoted" {curly} [square], colon: done',
    "Straße, KELVIN \u212a, ﬁne ſtuff",
    "Где моя ПОСЫЛКА? label",
    "user and assistant, text",
    "line\nbreak\ttab",
]
NEEDLES = [
    "label",
    "role",
    "text",
    "ASCII",
    "%",
    "_",
    "\\",
    '"',
    "{",
    "fi",
    "k",
    "st",
    "посылка",
    "of_it",
    "e",
    ": ",
]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    from curator.config import checked
    from curator.importing import Options
    from curator.project import Project
    from curator.store.records import dump

    folder = tmp_path_factory.mktemp("search")
    project = Project.create(folder / "project", checked({"kind": "classification", "labels": ["a"]}))
    rows = folder / "rows.jsonl"
    rows.write_text("".join(dump({"text": text, "label": "a"}) + "\n" for text in TEXTS), encoding="utf-8")
    project.import_files([str(rows)], Options(), lambda *_: None)
    yield project
    project.close()


def found(project, needle: str) -> list[int]:
    return records.ids(project.connection, Query(terms=(Term(key="text", values=(needle,)),)))


def expected(needle: str) -> list[int]:
    wanted = needle.casefold()
    return [n for n, text in enumerate(TEXTS, 1) if wanted in text.casefold() or wanted in "a"]


@pytest.mark.parametrize("needle", NEEDLES)
def test_a_search_equals_casefolding(project, needle):
    assert found(project, needle) == expected(needle)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(TEXTS), st.integers(0, 40), st.integers(1, 6), st.booleans())
def test_every_piece_of_a_text_finds_it(project, text, start, length, upper):
    piece = text[start : start + length]
    if piece.strip():
        assert found(project, piece.upper() if upper else piece) == expected(
            piece.upper() if upper else piece
        )
