"""The command line as a contract: stdout is data, stderr is words, exit codes mean what they say."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from curator.cli.main import COMMANDS, LazyGroup, cli, run

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture
def project(tmp_path, monkeypatch, capsys) -> Path:
    root = tmp_path / "p"
    path = tmp_path / "tickets.csv"
    path.write_text(
        "text,label\nмоя посылка,delivery\nmoney back,refund\nthanks,praise\nmoney now,refund\n", "utf-8"
    )
    assert run(["init", str(root), "--kind", "classification"]) == 0
    assert run(["-C", str(root), "import", str(path)]) == 0
    monkeypatch.chdir(root)
    capsys.readouterr()
    return root


def test_list_gives_the_fields_of_the_contract(project, ask):
    code, records = ask("list", "label:refund")
    assert code == 0
    assert {"id", "kind", "fields", "status", "split", "source", "line", "tags", "findings"} <= set(
        records[0]
    )
    assert [r["fields"]["text"] for r in records] == ["money back", "money now"]
    assert ask("list", "--limit", "1")[1][0]["id"] == 1


def test_a_negated_term_is_no_option_but_a_mistyped_option_is_an_error(project, ask, capsys):
    assert [r["id"] for r in ask("list", "-label:refund")[1]] == [1, 3]
    assert run(["list", "--limt", "3"]) == 2
    assert "--limt" in capsys.readouterr().err


def test_decisions_change_records_and_are_undone(project, ask):
    assert ask("label", "1", "3", "refund") == (0, {"changed": 2})
    assert ask("reject", "--query", "label:refund") == (0, {"changed": 4})
    assert ask("accept", "2")[1] == {"changed": 1}
    assert ask("flag", "3")[1] == {"changed": 1}
    assert ask("delete", "4")[1] == {"changed": 1}
    assert ask("stats")[1]["status"] == {"rejected": 1, "accepted": 1, "flagged": 1}
    assert ask("restore", "4")[1] == {"changed": 1}
    assert [step["verb"] for step in ask("undo", "6")[1]] == ["undo"] * 6
    assert ask("stats")[1]["status"] == {"new": 4}
    assert len(ask("redo", "6")[1]) == 6
    assert ask("log", "--limit", "1")[1][0]["verb"] == "redo"


def test_show_tells_the_whole_story_of_a_record(project, ask, capsys):
    run(["edit", "1", "--set", "text=[/foo] \x1b]52;c;AAAA\x07"])
    run(["check"])
    capsys.readouterr()
    shown = ask("show", "1")[1]
    assert shown["original"] == {"text": "моя посылка", "label": "delivery"}
    assert shown["history"][0]["before"]["fields"]["text"] == "моя посылка"
    assert run(["show", "1"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "[/foo] ␛]52;c;AAAA␇" in out


def test_check_can_close_a_gate(project, ask, capsys):
    assert run(["check", "--fail-on", "error"]) == 0
    path = project / "more.jsonl"
    path.write_text('{"text": "", "label": "refund"}\n', "utf-8")
    run(["import", str(path)])
    capsys.readouterr()
    code, document = ask("check", "--fail-on", "error")
    assert code == 3
    assert {c["id"]: c["count"] for c in document["checks"]}["empty-field"] == 1
    assert document["findings"][0]["record_id"] == 5
    assert run(["check", "--only", "exact-duplicate", "--fail-on", "warning"]) == 0


def test_split_and_export(project, ask):
    code, split = ask("split", "--test", "0.25", "--validation", "0")
    assert (code, split["leaks"], sum(split["counts"].values())) == (0, 0, 4)
    code, export = ask("export", "first")
    assert set(export) >= {"path", "files", "counts", "sha256"}
    assert sum(export["counts"].values()) == 4
    assert "validation = 0" in (project / "curator.toml").read_text()


def test_import_tells_what_it_did(project, ask, capsys):
    path = project / "x.jsonl"
    path.write_text('{"text": "new"}\nbroken\n', "utf-8")
    report = ask("import", str(path), "--dry-run")[1]
    assert (report["read"], report["added"], report["rejected"], report["duplicates"]) == (2, 1, 1, 0)
    assert ask("stats")[1]["records"] == 4
    assert ask("import", str(path))[1]["added"] == 1
    rejects = ask("rejects")[1]
    assert rejects[0]["place"] == "x.jsonl:2"
    assert rejects[0]["raw"] == "broken"


def test_standard_input(project, ask, monkeypatch):
    import io

    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"text": "piped", "label": "praise"}\n')))
    assert ask("import", "-")[1]["added"] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["lable", "1", "x"], 2, "Did you mean label?"),
        (["show", "99"], 1, "There is no record 99"),
        (["label", "1", "refnd"], 1, "Did you mean refund?"),
        (["label", "one", "two"], 2, "one label"),
        (["accept"], 2, "Say which records"),
        (["accept", "1", "--query", "x"], 2, "Say which records"),
        (["edit", "1", "--set", "txt=x"], 1, "Did you mean text?"),
        (["edit", "1", "--set", "x"], 2, "field=value"),
        (["list", "lable:x"], 1, "Did you mean label?"),
        (["import", "nowhere.csv"], 1, "There is no file or folder nowhere.csv"),
        (["import", "."], 1, "holds nothing to import"),
        (["check", "--only", "x"], 1, "There is no check"),
        (["split", "--test", "1.5"], 1, "split.test"),
        (["export", "../up"], 1, "cannot be a name"),
        (["evaluate"], 1, "no run yet"),
        (["report", "first"], 1, "no run yet"),
        (["train", "--set", "train.epocs=1"], 1, "Did you mean train.epochs?"),
        (["train", "--model", "missing-folder"], 1, "There is no model missing-folder"),
        (["schema", "confg"], 1, "Did you mean config?"),
        (["init", "."], 2, "--kind"),
        (["init", ".", "--kind", "text"], 1, "is a project already"),
        (["init", "/proc/nowhere", "--kind", "text"], 1, "Could not create the project"),
        (["-C", "/nowhere", "stats"], 2, "does not exist"),
    ],
)
def test_mistakes_get_one_clear_line(project, capsys, arguments, code, words):
    assert run(arguments) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert words in captured.err
    assert "Traceback" not in captured.err


def test_debug_shows_the_traceback(project, capsys):
    run(["--debug", "show", "99"])
    assert "Traceback" in capsys.readouterr().err


def test_a_curator_without_a_command_says_how_to_begin(capsys):
    assert run([]) == 0
    assert "curator demo" in capsys.readouterr().err


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_help_with_an_example(name, capsys):
    assert run([name, "-h"]) == 0
    text = capsys.readouterr().out
    assert "Example:" in text
    command = LazyGroup.get_command(cli, click.Context(cli), name)  # type: ignore[arg-type]
    assert command is not None
    short = COMMANDS[name].help.rstrip(".")
    assert short.split()[0].casefold() in (command.help or "").casefold()


def test_data_commands_speak_json(project):
    without = {"schema", "init", "doctor", "demo", "serve"}
    for name in COMMANDS:
        command = LazyGroup.get_command(cli, click.Context(cli), name)  # type: ignore[arg-type]
        options = {option for parameter in command.params for option in parameter.opts}
        assert "--json" in options or name in without


@pytest.mark.parametrize("word", ["-other", "-hello", "-h2"])
def test_a_negated_word_with_an_h_asks_for_no_help(project, ask, word):
    assert [r["id"] for r in ask("list", word)[1]] == [1, 2, 3, 4]


def test_control_codes_of_the_data_reach_neither_stream(project, capsys):
    path = project / "x.jsonl"
    path.write_text('{"text": "\\u009b31m \\u202e", "label": "\\u001b[31mred\\u0007"}\n', "utf-8")
    for arguments in (["import", str(path)], ["show", "5"], ["list"], ["list", "--json"], ["undo"]):
        run(arguments)
        captured = capsys.readouterr()
        assert not set(captured.out + captured.err) & set("\x1b\x07\x9b\u202e")


def test_an_empty_query_changes_nothing(project, ask, capsys):
    assert run(["delete", "--query", ""]) == 2
    assert len(ask("list")[1]) == 4


def test_init_is_made_where_c_says(tmp_path):
    assert run(["-C", str(tmp_path), "init", "inner", "--kind", "text"]) == 0
    assert (tmp_path / "inner/curator.toml").exists()


def test_a_reader_that_has_seen_enough_is_no_error(project):
    import subprocess
    import sys

    script = f"{sys.executable} -m curator list --limit 4 | head -0; exit ${{PIPESTATUS[0]}}"
    assert subprocess.run(["bash", "-c", script], cwd=project, check=False).returncode == 0
