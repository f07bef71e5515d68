"""The words of all records are there whatever changes while they are read."""

from __future__ import annotations

from curator.project import Project
from curator.similarity import pack as packing
from curator.store import words


def test_an_edit_while_words_are_read_hides_no_record(make_project, monkeypatch):
    project = make_project([{"text": f"word{n} and more", "label": "a"} for n in range(600)], labels=["a"])
    words.pack(project.connection, "classification")
    project.editor.set_fields([520], {"text": "something else"})
    read, edited = packing.packed, []

    def edit_meanwhile(records):
        if not edited:
            edited.append(True)
            other = Project(project.root)
            other.editor.set_fields([7, 530], {"text": "meanwhile"})
            other.close()
        return read(records)

    monkeypatch.setattr(packing, "packed", edit_meanwhile)
    found = words.pack(project.connection, "classification")
    assert found.ids.tolist() == list(range(1, 601))
    again = words.pack(project.connection, "classification")
    assert [near.record_id for near in again.near(7, 0.9, target=False)] == [530]
