"""What each format makes of a record: nothing is dropped without a word, and the same data give the same bytes."""

from __future__ import annotations

import csv
import hashlib
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from curator.errors import CuratorError
from curator.export import shapes
from curator.export.formats import FORMATS
from curator.export.shapes import Shaped, Unfit
from curator.records import ClassificationRow, InstructionRow, Message, WindowRow
from curator.train.rows.render import Renderer

TURNS = (Message(role="user", content="u"), Message(role="assistant", content="v"))
ASKED = InstructionRow(
    id="1", instruction="sum up", answer="short", input="long text", system="be kind", history=TURNS
)
PLAIN = InstructionRow(id="2", instruction="hi", answer="hello")
TICKET = ClassificationRow(id="3", text="where is it?", label="delivery")


def test_turns_carry_system_history_and_input():
    made = shapes.messages(ASKED, "")
    assert made.value == {
        "messages": [
            {"role": "system", "content": "be kind"},
            {"role": "user", "content": "u"},
            {"role": "assistant", "content": "v"},
            {"role": "user", "content": "sum up\n\nlong text"},
            {"role": "assistant", "content": "short"},
        ]
    }
    assert made.changes == (shapes.INPUT_JOINED,)
    assert shapes.sharegpt(ASKED, "").value["conversations"][-2:] == [
        {"from": "human", "value": "sum up\n\nlong text"},
        {"from": "gpt", "value": "short"},
    ]


def test_a_text_to_classify_is_the_users_turn_and_its_label_the_answer():
    assert shapes.messages(TICKET, "sort it").value["messages"] == [
        {"role": "system", "content": "sort it"},
        {"role": "user", "content": "where is it?"},
        {"role": "assistant", "content": "delivery"},
    ]
    assert shapes.alpaca(TICKET, "").value == {
        "instruction": "where is it?",
        "input": "",
        "output": "delivery",
    }
    assert shapes.prompt_completion(TICKET, "").value == {"prompt": "where is it?", "completion": "delivery"}


def test_only_the_last_answer_is_marked_to_be_learned():
    openai, axolotl = shapes.openai(ASKED, "").value["messages"], shapes.axolotl(ASKED, "").value["messages"]
    assert [turn.get("weight") for turn in openai] == [None, None, 0, None, None]
    assert [turn.get("train") for turn in axolotl] == [None, None, False, None, None]
    assert shapes.openai(PLAIN, "").value == shapes.messages(PLAIN, "").value


def test_alpaca_has_the_three_columns_and_the_others_where_they_hold_something():
    assert shapes.alpaca(PLAIN, "").value == {"instruction": "hi", "input": "", "output": "hello"}
    assert shapes.alpaca(ASKED, "").value == {
        "instruction": "sum up",
        "input": "long text",
        "output": "short",
        "system": "be kind",
        "history": [["u", "v"]],
    }


def test_what_a_format_cannot_hold_is_refused_with_the_reason():
    odd = PLAIN.model_copy(update={"history": (*TURNS, Message(role="user", content="and?"))})
    assert shapes.alpaca(odd, "") == Unfit("earlier turns are no pairs of question and answer")
    assert isinstance(shapes.messages(odd, ""), Shaped)
    assert isinstance(shapes.prompt_completion(ASKED, ""), Unfit)
    assert isinstance(shapes.prompt_completion(PLAIN, "be brief"), Unfit)


def test_a_window_that_learns_its_last_unit_says_what_gets_lost():
    window = WindowRow(id="1:0", text="one two", target="two")
    assert shapes.text(window, "") == Shaped({"text": "one two"}, (shapes.TARGET_UNMARKED,))
    assert shapes.text(window.model_copy(update={"target": None}), "").changes == ()


texts = st.sampled_from(["a", " ", "", "\n", "b c"])
turns = st.builds(Message, role=st.sampled_from(["system", "user", "assistant"]), content=st.just("t"))
rows = st.builds(
    InstructionRow,
    id=st.just("1"),
    instruction=st.just("q"),
    answer=st.just("a"),
    input=st.none() | texts,
    system=st.none() | texts,
    history=st.lists(turns, max_size=3).map(tuple),
)


@given(rows | st.just(TICKET), texts)
def test_other_trainers_are_given_the_turns_that_ours_shows_the_model(row, system):
    assert shapes.conversation(row, system) == Renderer._turns(
        SimpleNamespace(_system=system, codes=None), row
    )


@given(rows)
def test_canonical_lines_are_what_the_row_itself_writes(row):
    assert to_json(shapes.canonical(row, "").value) == row.model_dump_json(exclude_defaults=True).encode()


CONVERSATIONS = [
    {"instruction": f"question {i}", "answer": f"answer {i}"}
    | ({"input": f"text {i}"} if i % 2 else {})
    | ({"history": [["u", "v"]]} if i % 3 == 0 else {})
    | ({"history": [{"role": "assistant", "content": "hm"}]} if i == 7 else {})
    for i in range(30)
]


@pytest.fixture
def conversations(make_project):
    project = make_project(CONVERSATIONS, "instruction", split={"test": 0.2, "validation": 0.1})
    project.split()
    return project


@pytest.fixture
def documents(make_project):
    rows = [{"text": " ".join(f"d{i}w{j}" for j in range(60))} for i in range(20)]
    project = make_project(rows, "text", windows={"size": 20, "target": "last", "stride": 20})
    project.split()
    return project


def test_rows_that_do_not_fit_and_rows_that_were_adapted_are_counted(conversations):
    alpaca = conversations.export(format_name="alpaca").manifest
    assert alpaca.held_back == {"earlier turns are no pairs of question and answer": 1}
    assert sum(entry.rows for entry in alpaca.files.values()) == 29
    openai = conversations.export(format_name="openai").manifest
    assert (openai.held_back, openai.adapted) == ({}, {shapes.INPUT_JOINED: 15})
    prompts = conversations.export(format_name="prompt-completion").manifest
    assert prompts.held_back == {"no place for a system prompt or earlier turns": 11}


def test_a_kind_that_a_format_cannot_hold_is_refused_with_those_that_can(documents, tickets):
    with pytest.raises(CuratorError, match="cannot hold records of kind text") as caught:
        documents.export(format_name="openai")
    assert "parquet" in caught.value.remedy
    assert "sharegpt" not in caught.value.remedy
    with pytest.raises(CuratorError, match="cannot hold records of kind classification"):
        tickets.export(format_name="text")
    with pytest.raises(CuratorError, match="no export format") as caught:
        tickets.export(format_name="opneai")
    assert "openai" in caught.value.remedy


def test_a_system_prompt_of_the_project_is_carried_or_refused(make_project):
    project = make_project(
        [{"instruction": f"q{i}", "answer": "a"} for i in range(9)], "instruction", system="be brief"
    )
    project.split()
    for name, chosen in FORMATS.items():
        if "instruction" not in chosen.columns:
            continue
        if name == "prompt-completion":
            with pytest.raises(CuratorError, match="no place for the project's system prompt") as caught:
                project.export(format_name=name)
            assert "prompt-completion-chat" in caught.value.remedy
            continue
        export = project.export(format_name=name)
        in_rows = all(b"be brief" in (export.path / file).read_bytes() for file in export.manifest.files)
        assert in_rows is (name not in ("jsonl", "parquet", "csv", "datasets"))
        assert export.manifest.system == "be brief"


def test_a_target_that_is_not_marked_is_told(documents):
    assert documents.export().manifest.adapted == {}
    for name in ("text", "llamafactory", "axolotl"):
        manifest = documents.export(format_name=name).manifest
        assert manifest.adapted == {
            shapes.TARGET_UNMARKED: sum(entry.rows for entry in manifest.files.values())
        }


def test_no_cell_of_a_table_is_a_formula(make_project):
    rows = [
        {"text": text, "label": "=x"}
        for text in ("=1+1", "+1", "-1", "@a", "\tx", "'=y", "fine", "a\rb", 'a,b\r"c"\n')
    ]
    project = make_project(rows, labels=["=x"], split={"test": 0, "validation": 0})
    project.split()
    export = project.export(format_name="csv")
    with (export.path / "train.csv").open(encoding="utf-8", newline="") as stream:
        cells = [row["text"] for row in csv.DictReader(stream)]
    assert cells == ["'=1+1", "'+1", "'-1", "'@a", "'\tx", "''=y", "fine", "a\rb", 'a,b\r"c"\n']
    assert export.manifest.files["train.csv"].escaped_formulas
    assert export.manifest.files["train.csv"].labels == {"=x": 9}


def test_training_formats_are_never_taken_for_the_canonical_one(conversations):
    from curator import tuning

    messages, openai = (
        conversations.export(format_name="messages"),
        conversations.export(format_name="openai"),
    )
    assert len({messages.path, openai.path, conversations.export().path}) == 3
    with pytest.raises(CuratorError, match="is in the format messages; tuning reads jsonl"):
        tuning.prepare(conversations, "", messages, [])


CONTENT = """
import sys, pathlib, hashlib
from curator.project import Project
project = Project(pathlib.Path(sys.argv[1]))
for name in sys.argv[3:]:
    export = project.export("same", format_name=name, out=pathlib.Path(sys.argv[2]) / name)
    files = sorted(path for path in export.path.rglob("*") if path.is_file())
    for path in files:
        print(name, path.relative_to(export.path), hashlib.sha256(path.read_bytes()).hexdigest())
"""


@pytest.mark.parametrize("kind", ["conversations", "documents"])
def test_two_processes_write_the_same_bytes_in_every_format(kind, request, tmp_path):
    project = request.getfixturevalue(kind)
    names = [name for name, chosen in FORMATS.items() if project.kind in chosen.columns]
    told = []
    for number in ("0", "1"):
        command = [sys.executable, "-c", CONTENT, str(project.root), str(tmp_path / f"out-{number}"), *names]
        environment = os.environ | {"PYTHONHASHSEED": number, "TZ": f"UTC{number}"}
        told.append(
            subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
        )
    assert told[0] == told[1]
    assert {line.split()[0] for line in told[0].splitlines()} == set(names)


def test_every_file_is_in_the_manifest_with_its_hash(conversations):
    for name, chosen in FORMATS.items():
        if "instruction" in chosen.columns:
            export = conversations.export(format_name=name)
            known = {
                file: entry.sha256 for file, entry in export.manifest.files.items()
            } | export.manifest.others
            there = {str(path.relative_to(export.path)) for path in export.path.rglob("*") if path.is_file()}
            assert there == known.keys() | {"manifest.json", "README.md"}
            for file, sha in known.items():
                assert hashlib.sha256((export.path / file).read_bytes()).hexdigest() == sha
