"""show --tokens, show --windows, list --sort, reset and stop as a user runs them."""

from __future__ import annotations

import json

from curator.cli.main import run


def test_show_tells_what_the_model_will_learn(tickets, monkeypatch, capsys):
    monkeypatch.chdir(tickets.root)
    assert run(["show", "1", "--tokens"]) == 0
    out = capsys.readouterr().out
    assert "Where is my parcel?" in out
    assert "delivery" in out.split("[[")[1]
    assert run(["show", "1", "--tokens", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["learned_tokens"] >= 2


def test_show_cuts_a_text_into_its_windows(make_project, monkeypatch, capsys):
    project = make_project([{"text": " ".join(map(str, range(40)))}], "text", windows={"size": 16})
    monkeypatch.chdir(project.root)
    assert run(["show", "1", "--windows", "--json"]) == 0
    assert [len(window["text"].split()) for window in json.loads(capsys.readouterr().out)] == [16, 16, 8]


def test_windows_are_for_texts(tickets, monkeypatch, capsys):
    monkeypatch.chdir(tickets.root)
    assert run(["show", "1", "--windows"]) == 1
    assert "not cut into windows" in capsys.readouterr().err


def test_list_sorts(tickets, monkeypatch, capsys):
    monkeypatch.chdir(tickets.root)
    assert run(["list", "--sort", "newest", "--limit", "2", "--json"]) == 0
    assert [record["id"] for record in json.loads(capsys.readouterr().out)] == [6, 5]


def test_reset_takes_a_decision_back(tickets, monkeypatch, capsys):
    monkeypatch.chdir(tickets.root)
    assert run(["accept", "1", "2"]) == 0
    assert run(["reset", "1"]) == 0
    assert tickets.ids("status:accepted") == [2]


def test_stop_says_when_there_is_nothing_to_stop(tickets, monkeypatch, capsys):
    monkeypatch.chdir(tickets.root)
    assert run(["stop", "run-1"]) == 1
    (tickets.root / "runs" / "run-1").mkdir(parents=True)
    assert run(["stop", "run-1"]) == 0
    assert "Nobody works on run-1" in capsys.readouterr().err
