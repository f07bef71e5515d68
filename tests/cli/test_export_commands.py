"""export and push on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from curator.cli.main import run
from curator.export.formats import FORMATS
from tests.hub import serving


@pytest.fixture
def project(make_project, monkeypatch) -> Path:
    rows = [
        {"instruction": f"question {i}", "answer": "yes", **({"input": "text"} if i < 5 else {})}
        for i in range(30)
    ]
    made = make_project(rows, "instruction")
    made.split()
    monkeypatch.chdir(made.root)
    return made.root


@pytest.fixture
def hub(monkeypatch):
    with serving(monkeypatch) as made:
        yield made


def document(capsys) -> dict:
    return json.loads(capsys.readouterr().out)


def test_json_holds_the_contract_and_the_format(project, capsys):
    assert run(["export", "--json"]) == 0
    assert document(capsys).keys() >= {"path", "files", "counts", "sha256", "format", "held_back", "adapted"}
    assert run(["export", "mine", "--format", "openai", "--json"]) == 0
    told = document(capsys)
    assert (told["format"], told["name"]) == ("openai", "mine")
    assert told["adapted"] == {"input joined to the instruction": 5}
    assert sum(told["counts"].values()) == 30
    assert [Path(told["path"], name).exists() for name in told["files"]] == [True, True, True]


def test_what_a_format_does_not_hold_is_said(project, capsys):
    assert run(["export", "--format", "messages"]) == 0
    assert "does not hold everything: 5 input joined to the instruction" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name", [name for name, chosen in FORMATS.items() if "instruction" in chosen.columns]
)
def test_every_format_has_its_way_to_a_folder(project, tmp_path, name):
    assert run(["export", "--format", name, "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "manifest.json").exists()
    assert not (project / "exports").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["export", "--format", "jsn"], 2, "jsonl"),
        (["export", "--format", "text"], 1, "cannot hold records of kind instruction"),
        (["export", "--out", "."], 1, "is no export"),
        (["export", "--query", "issue:nothing"], 1, "no check"),
        (["push", "nowhere", "me/x", "--yes"], 1, "no export nowhere"),
        (["push", "../x", "me/x", "--yes"], 1, "cannot be a name"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(project, capsys, arguments, code, words):
    assert run(arguments) == code
    told = capsys.readouterr().err
    assert words in told
    assert "Traceback" not in told


def test_help_lists_every_format_on_a_line_of_its_own(capsys):
    assert run(["export", "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name, chosen in FORMATS.items():
        assert any(line.split(maxsplit=1) == [name, chosen.about] for line in lines), name


def test_push_says_what_goes_where_and_uploads(project, hub, capsys):
    run(["export", "mine"])
    capsys.readouterr()
    assert run(["push", "mine", "me/tickets", "--private", "--endpoint", hub.url, "--yes", "--json"]) == 0
    told = capsys.readouterr()
    assert f"goes to {hub.url}/datasets/me/tickets (private if it is new)" in told.err
    assert "30 rows, 5 files" in told.err
    assert json.loads(told.out)["url"] == f"{hub.url}/datasets/me/tickets"
    assert set(hub.files) == {"train.jsonl", "validation.jsonl", "test.jsonl", "manifest.json", "README.md"}


def test_nobody_to_ask_is_a_usage_error_and_nothing_is_sent(project, hub, capsys):
    run(["export", "mine"])
    assert run(["push", "mine", "me/tickets", "--endpoint", hub.url]) == 2
    assert "--yes" in capsys.readouterr().err
    assert not hub.calls


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("\n", 1)])
def test_a_person_is_asked_first(project, hub, monkeypatch, answer, code):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: answer.strip())
    run(["export", "mine"])
    assert run(["push", "mine", "me/tickets", "--endpoint", hub.url]) == code
    assert bool(hub.files) == (code == 0)


def test_a_hub_that_says_no_ends_with_one_line(project, hub, capsys):
    run(["export", "mine"])
    capsys.readouterr()
    hub.refuse["/api/repos/create"] = (401, "Invalid credentials")
    assert run(["push", "mine", "me/tickets", "--endpoint", hub.url, "--yes"]) == 1
    told = capsys.readouterr().err
    assert "does not know you" in told
    assert "Traceback" not in told
