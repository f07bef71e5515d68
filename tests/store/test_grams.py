"""A search that knows where words can stand finds what one finds that reads every record."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curator.config import checked
from curator.importing import Options
from curator.project import Project
from curator.query import Query, parse
from curator.store import grams, queues
from curator.store.records import dump
from curator.store.search import condition

LABELS = ("refund", "Доставка")
SYLLABLES = ("ka", "Re", "fund", "до", "СТ", "авка", "ß", "-", " ", "z", "日本", "[x]", '"', "\\", "é", "\n")


@pytest.fixture(scope="module", autouse=True)
def _small():
    """Segments of 64 records in stretches of 8, so that few records make many."""
    patch = pytest.MonkeyPatch()
    for name, value in {"_STRETCH": 8, "_SEGMENT": 64, "_STRETCHES": 8, "_WIDTH": 1}.items():
        patch.setattr(grams, name, value)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("grams")
    project = Project.create(folder / "project", checked({"kind": "classification", "labels": LABELS}))
    lots = random.Random(5)
    for turn, rows in enumerate((100, 1, 250)):
        path = folder / f"{turn}.jsonl"
        texts = ["".join(lots.choices(SYLLABLES, k=lots.randrange(1, 9))) for _ in range(rows)]
        lines = [dump({"text": f"{text} {turn}", "label": lots.choice(LABELS)}) for text in texts]
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        project.import_files([str(path)], Options(), lambda *_: None)
        grams.extend(project.connection)
    yield project
    project.close()


def read_all(project, query: Query) -> list[int]:
    """Without knowing where words can stand."""
    where, parameters = condition(query)
    rows = project.connection.execute(f"SELECT id FROM records WHERE {where} ORDER BY id", parameters)
    return [record_id for (record_id,) in rows]


def found(project, query: Query, order: queues.Order = "file") -> list[int]:
    return list(queues.queue(project.connection, query, order))


def searched(words: list[str]) -> Query:
    return parse(" ".join('"{}"'.format(word.replace("\\", r"\\").replace('"', r"\"")) for word in words))


words = st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=4).map("".join)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.lists(words, min_size=1, max_size=2), changed=st.integers(1, 300), text=words)
def test_nothing_is_missed_whatever_is_looked_for_and_changed(project, wanted, changed, text):
    project.editor.set_fields([changed], {"text": f"{text}."})
    query = searched(wanted)
    assert found(project, query) == read_all(project, query)
    assert found(project, query, "newest") == read_all(project, query)[::-1]
    assert sorted(found(project, query, "random")) == read_all(project, query)


def test_a_change_while_a_segment_is_taken_in_is_not_missed(project, tmp_path, monkeypatch):
    path = tmp_path / "more.jsonl"
    path.write_text(
        "".join(dump({"text": f"one more {n}", "label": "refund"}) + "\n" for n in range(70)), "utf-8"
    )
    project.import_files([str(path)], Options(), lambda *_: None)
    newest = read_all(project, Query())[-1]
    reading = grams._slices

    def and_meanwhile(connection, segment):
        slices = reading(connection, segment)
        project.editor.set_fields([newest - 64], {"text": "a quagga"})
        return slices

    monkeypatch.setattr(grams, "_slices", and_meanwhile)
    assert grams.is_behind(project.connection)
    grams.extend(project.connection)
    assert not grams.is_behind(project.connection)
    assert found(project, parse("quagga")) == [newest - 64]


def test_a_search_in_parts_finds_the_same(project):
    query = parse("fund")
    parts = [(0, 37), (37, 130), (130, 1000)]
    pieces = [
        i
        for part in parts
        for batch in queues.batches(project.connection, query, "file", part=part)
        for i in batch
    ]
    assert pieces == read_all(project, query)


def test_what_comes_back_with_undo_is_found_again(project):
    project.editor.set_fields([3], {"text": "an unheard-of hippogriff"})
    project.editor.set_fields([3], {"text": "plain"})
    assert found(project, parse("hippogriff")) == []
    project.editor.undo()
    assert found(project, parse("hippogriff")) == [3]


def test_a_word_that_is_nowhere_is_looked_for_behind_the_last_full_segment_only(project):
    last = len(read_all(project, Query()))
    assert grams.places(project.connection, parse("qwxyzzy")) == [(last // 64 * 64, last)]


@pytest.mark.parametrize("query", ["", "a", "-refund", "label:refund", '"say \\"no\\""'])
def test_what_names_no_text_to_narrow_it_down_reads_everything(project, query):
    assert grams.places(project.connection, parse(query)) is None
