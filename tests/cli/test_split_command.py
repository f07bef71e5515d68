"""curator split, and what single edits say about the split."""

from __future__ import annotations

import json

import pytest

from curator.cli.main import run
from tests.dividing.test_divide import nearly, sentence


@pytest.fixture
def project(tmp_path, monkeypatch, capsys):
    rows = [
        {
            "text": sentence(i),
            "label": "ab"[i % 2],
            "customer": f"c{i // 3}",
            "day": f"2021-03-{1 + i % 28:02}",
        }
        for i in range(60)
    ]
    rows.append({"text": nearly(sentence(0)), "label": "a", "customer": "c0", "day": "2021-03-01"})
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert run(["init", str(tmp_path / "p"), "--kind", "classification"]) == 0
    monkeypatch.chdir(tmp_path / "p")
    assert run(["import", str(path)]) == 0
    capsys.readouterr()
    return tmp_path / "p"


@pytest.fixture
def said(project, capsys):
    """Runs a command and returns its exit code, stdout and stderr."""

    def run_it(*arguments: str):
        code = run(list(arguments))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_it


def test_the_report_is_a_table_and_words(said):
    code, out, err = said("split", "--test", ".25")
    assert code == 0
    assert [line.split("\t")[0] for line in out.splitlines()] == ["a", "b", "all"]
    assert "61 records changed sides; 0 leaks; 1 cluster kept whole, with 1 near-duplicate pair." in err


def test_the_report_as_json_tells_clusters_and_deviation(said):
    report = json.loads(said("split", "--json")[1])
    assert (report["near_pairs"], report["clusters"], report["leaks"]) == (1, 1, 0)
    assert {row["label"] for row in report["deviation"]} == {"a", "b", None}
    assert set(report["deviation"][0]) == {"label", "side", "wanted", "got", "weight"}


def test_options_are_kept(said, project):
    assert said("split", "--near-duplicates", "0", "--group", "customer", "--seed", "3")[0] == 0
    text = (project / "curator.toml").read_text(encoding="utf-8")
    assert "near_duplicates = 0.0" in text
    assert 'group = "customer"' in text
    assert json.loads(said("split", "--json")[1])["near_pairs"] == 0


@pytest.mark.parametrize("value", ["0.3", "1.2", "-1"])
def test_a_similarity_that_ties_everything_or_nothing_is_refused(said, value):
    code, out, err = said("split", "--near-duplicates", value)
    assert (code, out) == (1, "")
    assert "near_duplicates" in err


def test_a_split_by_date_tells_its_periods(said):
    code, _, err = said("split", "--date", "day", "--validation", "0")
    assert code == 0
    assert "train: 2021-03-01 to 2021-03-" in err
    assert json.loads(said("split", "--json")[1])["periods"]["test"][1] == "2021-03-28"


def test_an_undated_record_stops_a_split_by_date(said, project):
    (project / "x.jsonl").write_text('{"text": "no day", "label": "a"}\n', encoding="utf-8")
    said("import", "x.jsonl")
    code, out, err = said("split", "--date", "day")
    assert (code, out) == (1, "")
    assert "1 record without a date in 'day': record 62 (x.jsonl:1) has none." in err
    assert json.loads(said("stats", "--json")[1])["split"] == {"none": 62}


def test_a_distorted_split_names_the_worst_label_and_those_that_are_missing(said, project):
    rows = [{"text": f"r{i} s{i} t", "label": "rare\x1b[31m", "customer": "one"} for i in range(9)]
    (project / "x.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    said("import", "x.jsonl")
    labels = "labels = ['a', 'b', \"rare\\u001b[31m\"]\n"
    path = project / "curator.toml"
    path.write_text(
        "".join(
            labels if line.startswith("labels") else line for line in path.read_text("utf-8").splitlines(True)
        )
    )
    _, _, err = said("split", "--group", "customer")
    assert "Furthest from its share: rare␛[31m has 100.0% in train instead of 70.0%." in err
    assert "No record in test has the label rare␛[31m." in err
    assert "\x1b" not in err


def test_an_edit_that_makes_a_near_duplicate_is_told(said):
    said("split")
    train_id = json.loads(said("list", "split:train", "--json")[1])[0]["id"]
    test = json.loads(said("list", "split:test", "--json")[1])[0]
    text = nearly(test["fields"]["text"])
    _, _, err = said("edit", str(train_id), "--set", f"text={text}")
    assert (
        f"Careful: record {train_id} is in train, but has nearly the same input as record {test['id']}" in err
    )
    assert said("check", "--only", "split-leak", "--fail-on", "error")[0] == 3
    assert "--fresh draws a new split" in said("split")[2]


def test_a_label_in_a_frozen_test_set_is_told(said):
    assert "The test set is frozen" in said("split", "--freeze")[2]
    test = json.loads(said("list", "split:test", "--json")[1])[0]
    other = "b" if test["fields"]["label"] == "a" else "a"
    _, _, err = said("label", str(test["id"]), other)
    assert f"Careful: record {test['id']} changed since the test set was frozen on 20" in err
    assert "frozen" not in said("undo")[2]
    assert said("check", "--only", "frozen-test", "--fail-on", "error")[0] == 0


def test_many_leaks_at_once_are_counted(said):
    said("split")
    test = json.loads(said("list", "split:test", "--json")[1])[0]
    said("reject", str(test["id"]))
    said("undo")
    ids = [str(record["id"]) for record in json.loads(said("list", "split:train", "--json")[1])[:8]]
    for number in ids:
        said("edit", number, "--set", f"text={test['fields']['text']}")
    _, _, err = said("label", *ids, "b")
    assert err.count("Careful: ") == 5
    assert "more: `curator check` lists them." in err
    assert "Careful: 1 input on two sides of the split now" in said("undo")[2]


@pytest.mark.parametrize(
    "options",
    [
        ["--test", "2"],
        ["--test", "-1"],
        ["--test", "nan"],
        ["--test", ".9", "--validation", ".5"],
        ["--near-duplicates", ".1"],
        ["--group", "nope"],
    ],
)
def test_options_that_fail_are_told_and_not_kept(said, options):
    code, _, err = said("split", *options)
    assert code == 1
    assert "fault of Curator" not in err
    assert said("split")[0] == 0
