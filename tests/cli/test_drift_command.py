"""`curator drift`: what a person reads, what a script reads."""

from __future__ import annotations

import json

import pytest

from curator.cli.main import run
from tests.tiny import LABELS, rows_of


@pytest.fixture
def root(make_project):
    rows = [{"text": row["text"], "label": row["label"]} for row in rows_of("classification", 200)]
    return str(make_project(rows, labels=list(LABELS), model="none/none").root)


@pytest.fixture
def strange(tmp_path):
    path = tmp_path / "new.jsonl"
    lines = [{"text": f"Моя посылка не пришла, верните деньги \x1b[31m {number}"} for number in range(60)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return str(path)


def test_it_says_with_reasons_that_the_inputs_have_changed(root, strange, capsys):
    assert run(["-C", root, "drift", strange, "--rows", "3"]) == 0
    said = capsys.readouterr()
    assert "\tdrift\t" in said.out
    assert (
        said.err.strip().splitlines()[-1].startswith("The inputs have changed: label some 60 of the new rows")
    )
    assert "Russian: 0.0% in training, 100.0% now" in said.err
    assert "new.jsonl:1: Моя посылка" in said.err
    assert "there is no split yet" in said.err
    assert "\x1b" not in said.out + said.err


def test_its_json_has_everything(root, strange, ask):
    code, found = ask("-C", root, "drift", strange)
    assert code == 0
    assert found["outcome"] == "drift"
    assert found["told_apart"]["auc"] > 0.95
    assert {alarm["test"] for alarm in found["alarms"]} >= {
        "told apart",
        "vocabulary",
        "lengths",
        "languages",
    }
    assert found["strangers"][0]["place"].startswith("new.jsonl:")
    assert found["lengths"]["unit"] == "words"


def test_a_file_that_is_not_there_is_named(root, capsys):
    assert run(["-C", root, "drift", "nowhere.csv"]) == 1
    assert "nowhere.csv" in capsys.readouterr().err


def written(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(path)


def test_it_says_which_column_it_takes_for_the_text(root, tmp_path, capsys):
    rows = [{"bar": number, "foo": f"Where is parcel number {number}, please?"} for number in range(30)]
    assert run(["-C", root, "drift", written(tmp_path / "odd.jsonl", rows)]) == 0
    assert "odd.jsonl: jsonl, utf-8; text ← foo" in capsys.readouterr().err


def test_columns_none_of_which_is_like_a_text_are_refused_with_the_option_that_chooses(
    root, tmp_path, capsys
):
    path = written(tmp_path / "odd.jsonl", [{"foo": f"abc{number}", "bar": number} for number in range(30)])
    assert run(["-C", root, "drift", path]) == 1
    assert "--map text=COLUMN" in capsys.readouterr().err
    assert run(["-C", root, "drift", path, "--map", "text=foo"]) == 0
    assert "text ← foo" in capsys.readouterr().err
