"""tag, replace and suggest as a user runs them."""

from __future__ import annotations

import json

import pytest

from curator.cli.main import run


@pytest.fixture
def here(tickets, monkeypatch):
    monkeypatch.chdir(tickets.root)
    return tickets


def test_tags_are_put_found_and_taken_off(here, capsys):
    assert run(["tag", "1", "3", "--add", "ask the lawyer", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"changed": 2}
    assert here.ids('tag:"ask the lawyer"') == [1, 3]
    assert run(["tag", "--query", "label:delivery", "--remove", "ask the lawyer"]) == 0
    assert here.ids('tag:"ask the lawyer"') == [3]
    assert run(["tag", "1"]) == 2
    assert run(["tag", "1", "--add", "none"]) == 1


def test_replace_shows_then_changes_then_undo_restores(here, capsys):
    assert run(["replace", "parcel", "box", "--dry-run"]) == 0
    assert "box" in capsys.readouterr().out
    assert "parcel" in here.record(1).fields["text"]
    assert run(["replace", "parcel", "box", "--query", "id:1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["changed"] == 1
    assert told["preview"][0]["after"] == {"text": "Where is my box?"}
    assert run(["undo"]) == 0
    assert here.record(1).fields["text"] == "Where is my parcel?"


def test_suggest_says_what_is_missing(here, capsys):
    assert run(["suggest"]) == 1
    assert "too few" in capsys.readouterr().err
