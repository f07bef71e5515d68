"""check, fix and suppress as scripts and people use them."""

from __future__ import annotations

import re

import pytest

from curator.cli.main import run
from curator.store.records import dump

ROWS = [
    {"text": "Where is my parcel? It should be here.", "label": "delivery"},
    {"text": "The cafÃ© says dÃ©jÃ\xa0 vu.", "label": "praise"},
    {"text": "Write to anna.lind@example.com about it.", "label": "refund"},
    {"text": "", "label": "refund"},
    {"text": "Where is my parcel?  It should be here. ", "label": "delivery"},
    {"text": "esc \x1b[31mred\x1b[0m \u202e", "label": "praise"},
]


@pytest.fixture
def project(tmp_path, monkeypatch, capsys):
    root, path = tmp_path / "p", tmp_path / "rows.jsonl"
    path.write_text("".join(dump(row) + "\n" for row in ROWS), encoding="utf-8")
    assert run(["init", str(root), "--kind", "classification", "--labels", "delivery,praise,refund"]) == 0
    assert run(["-C", str(root), "import", str(path)]) == 0
    monkeypatch.chdir(root)
    capsys.readouterr()
    return root


def test_findings_are_ranked_by_severity_with_time_place_and_repair(project, ask):
    code, document = ask("check", "--quick")
    assert code == 0
    checks = document["checks"]
    assert set(checks[0]) >= {"id", "title", "harm", "severity", "count", "suppressed", "seconds", "fix"}
    with_findings = [check for check in checks if check["count"]]
    order = [("error", "warning", "info").index(check["severity"]) for check in with_findings]
    assert order == sorted(order)
    assert checks[0]["id"] == "empty-field"
    finding = next(f for f in document["findings"] if f["check_id"] == "personal-data")
    assert (finding["record_id"], finding["field"]) == (3, "text")
    assert ROWS[2]["text"][finding["start"] : finding["end"]] == "anna.lind@example.com"


def test_the_words_for_people_show_examples_harm_and_repair(project, capsys):
    assert run(["check", "--quick"]) == 0
    out, err = capsys.readouterr()
    assert re.search(r"^mojibake\twarning\t1\t", out, re.MULTILINE)
    assert "mojibake: The model learns to write garbage" in err
    assert "record 3 text: e-mail address" in err
    assert "…" not in err.split("personal-data:")[1].split("\n")[2]
    assert "`curator fix personal-data --dry-run`" in err
    assert "checks found nothing." in err
    assert "\x1b" not in out + err


def test_examples_can_be_left_out(project, capsys):
    run(["check", "--only", "personal-data", "--examples", "0"])
    assert "record 3" not in capsys.readouterr().err


def test_the_gate_opens_when_what_closed_it_is_repaired_or_excused(project, capsys):
    gate = ["check", "--only", "personal-data", "--only", "mojibake", "--fail-on", "warning"]
    assert run(gate) == 3
    assert run(["fix", "mojibake"]) == 0
    assert run(gate) == 3
    assert run(["suppress", "personal-data", "3", "--reason", "made up"]) == 0
    assert run(gate) == 0


def test_a_dry_run_shows_the_change_and_changes_nothing(project, ask, capsys):
    code, document = ask("fix", "mojibake", "--dry-run")
    assert (code, document["changed"], document["dry_run"]) == (0, 1, True)
    assert document["preview"] == [
        {"id": 2, "before": {"text": ROWS[1]["text"]}, "after": {"text": "The café says déjà vu."}}
    ]
    assert ask("show", "2")[1]["fields"]["text"] == ROWS[1]["text"]
    run(["fix", "mojibake", "--dry-run"])
    out, err = capsys.readouterr()
    assert "record 2  text" in out
    assert "[-" in out
    assert "{+" in out
    assert "1 record would change. Nothing was changed." in err


def test_a_repair_is_one_step_that_undo_takes_back(project, ask):
    assert ask("fix", "mojibake", "control-characters", "bidi")[1]["changed"] == 2
    assert ask("show", "6")[1]["fields"]["text"] == "esc red "
    assert [step["summary"] for step in ask("undo")[1]] == ["fix mojibake, control-characters, bidi"]
    assert ask("show", "6")[1]["fields"]["text"] == ROWS[5]["text"]


def test_hostile_text_in_a_diff_does_not_reach_the_terminal(project, capsys):
    run(["fix", "control-characters", "bidi", "--dry-run"])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "‹U+001B›[31m" in out


def test_copies_are_rejected_and_the_diff_says_so(project, capsys, ask):
    run(["fix", "exact-duplicate", "--dry-run"])
    assert "record 5  status\n  [-new-]{+rejected+}" in capsys.readouterr().out
    assert ask("fix", "exact-duplicate")[1]["changed"] == 1
    assert [record["id"] for record in ask("list", "status:rejected")[1]] == [5]


def test_what_cannot_be_repaired_is_refused_with_a_way_on(project, capsys):
    assert run(["fix", "empty-field"]) == 1
    assert "curator list issue:empty-field" in capsys.readouterr().err
    assert run(["fix", "mojibak"]) == 1
    assert "Did you mean mojibake?" in capsys.readouterr().err


def test_suppressing_needs_a_reason_and_shows_it(project, ask, capsys):
    assert run(["suppress", "personal-data", "3"]) == 2
    assert run(["suppress", "personal-data", "3", "--reason", "x", "--lift"]) == 2
    run(["check", "--quick"])
    assert ask("suppress", "personal-data", "3", "--reason", "made up")[1] == {"changed": 1}
    checks = {check["id"]: check for check in ask("check", "--quick")[1]["checks"]}
    assert (checks["personal-data"]["count"], checks["personal-data"]["suppressed"]) == (0, 1)
    assert ask("show", "3")[1]["suppressed"] == {"personal-data": "made up"}
    run(["show", "3"])
    assert "(suppressed: made up) personal-data" in capsys.readouterr().out
    assert ask("suppress", "personal-data", "--query", "id:3", "--lift")[1] == {"changed": 1}


def test_a_whole_check_is_suppressed_and_told_by_the_card(project, ask):
    run(["fix", "exact-duplicate"])
    run(["check", "--quick"])
    ask("suppress", "mojibake", "--reason", "quoted [on] purpose")
    run(["check", "--quick"])
    run(["split", "--test", "0.5", "--validation", "0"])
    run(["check", "--quick"])
    path = ask("export", "first")[1]["path"]
    card = (project / "exports" / "first" / "README.md").read_text(encoding="utf-8")
    assert path
    assert "| personal-data | warning | 1 | 0 |" in card
    assert "- mojibake: quoted \\[on\\] purpose" in card
    assert "Not run on these records as they are: " in card
    assert "empty-field" not in card.split("## Checks")[1].split("Not run")[0]


def test_a_severity_for_an_unknown_check_is_named(project, capsys):
    path = project / "curator.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("[checks.severity]", '[checks.severity]\nmojibak = "error"'), encoding="utf-8"
    )
    assert run(["check", "--quick"]) == 1
    assert "Did you mean mojibake?" in capsys.readouterr().err


def test_a_gate_that_cannot_be_judged_is_no_open_gate(project, capsys):
    (project / "curator.toml").write_text(
        'kind = "classification"\nlabels = ["a"]\nmodel = "/none/here"\n', "utf-8"
    )
    assert run(["check", "--only", "nothing-to-learn", "--fail-on", "error"]) == 1
    assert "could not run" in capsys.readouterr().err


def test_data_cannot_forge_a_line_of_the_report(tmp_path, capsys):
    root, path = tmp_path / "i", tmp_path / "i.jsonl"
    turns = [{"role": "evil\nrecord 1: all is fine", "content": "x"}]
    path.write_text(dump({"instruction": "a", "answer": "b", "history": turns}) + "\n", encoding="utf-8")
    run(["init", str(root), "--kind", "instruction"])
    run(["-C", str(root), "import", str(path)])
    run(["-C", str(root), "check", "--quick"])
    assert "\nrecord 1: all is fine" not in capsys.readouterr().err


def test_a_repair_tells_what_it_did_to_a_frozen_test_set(project, ask, capsys):
    assert run(["split", "--test", "0.6", "--validation", "0", "--freeze"]) == 0
    held_out = {record["id"] for record in ask("list", "split:test")[1]}
    for record_id, check_id in ((2, "mojibake"), (3, "personal-data"), (6, "bidi")):
        assert run(["fix", check_id]) == 0
        assert ("Careful: record" in capsys.readouterr().err) == (record_id in held_out)
