"""What is exported comes back: every format, any text, the same fields."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.config import checked
from curator.export.folder import Export
from curator.export.formats import FORMATS
from curator.export.shapes import conversation
from curator.importing import Options
from curator.project import Project
from curator.records import ROWS
from curator.store.records import dump
from curator.text import storable

PLAIN = {"instruction": "q", "answer": "a"}
SYSTEM = "Be brief.\nБудь краток."
CANONICAL = ("jsonl", "parquet", "csv", "datasets")
"""Formats that hold the fields under their own names."""

HOSTILE = [
    "plain", "=1+1", "'=x", "''@y", "\t-3", "-", "＝1", "NA", "null", "1", "1e5", "true", "[]", '["a", "b"]',
    '{"a": 1}', '{"messages": []}', "2024-01-01", "a\rb\r\nc\nd", "a\x00b", "\ufeffx", "x\u2028y\x85z\x1e", '"',
    '""\'"', "\\u0000", "\n\nHuman: a\n\nAssistant: b", "# T\n---\nx: y", "---", "😀" * 5, "half \ud83d gone",
    "\u202eabc", " lead and trail ", "Верните деньги", "返金してください", "a,b;c\td|e", "</s><|im_end|>", "{{ x }}",
    ]  # fmt: skip
texts = (st.text(st.characters(), min_size=1, max_size=40) | st.sampled_from(HOSTILE)).filter(str.strip)
turns_in_pairs = st.lists(st.tuples(texts, texts), max_size=2).map(
    lambda turns: [
        {"role": role, "content": text}
        for turn in turns
        for role, text in zip(("user", "assistant"), turn, strict=True)
    ]
)
any_turns = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["system", "user", "assistant"]), "content": texts}),
    max_size=3,
)


def records(turns):
    """Any record of a conversation, whose earlier turns are drawn from `turns`."""
    required = {"instruction": texts, "answer": texts}
    return st.fixed_dictionaries(required, optional={"input": texts, "system": texts, "history": turns})


def made(folder: Path, kind: str, rows: list[dict], **options: object) -> Project:
    """A project with some rows, divided."""
    path = folder / "rows.jsonl"
    path.write_text("".join(dump(row) + "\n" for row in rows), encoding="utf-8")
    labels = sorted({storable(row["label"]) for row in rows if "label" in row})
    project = Project.create(folder / "from", checked({"kind": kind, "labels": labels, **options}))
    project.import_files([str(path)], Options(), lambda *_: None)
    project.split()
    return project


def rows_in(export: Export) -> list[dict]:
    """The rows of a canonical export, whose bytes other tests hold to the records."""
    lines = [
        line for name in export.manifest.files for line in (export.path / name).read_bytes().split(b"\n")
    ]
    return [json.loads(line) for line in lines if line]


def is_whole(row: dict) -> bool:
    """Whether no text of a row holds half a character; such records are held back."""
    text = json.dumps(row, ensure_ascii=False)
    return storable(text) == text


def back(folder: Path, kind: str, export: Export) -> list[dict]:
    """The fields of what a new project reads out of an export."""
    project = Project.create(folder / f"to-{export.manifest.format}", checked({"kind": kind}))
    try:
        files = [str(export.path / name) for name in export.manifest.files]
        report = project.import_files(files, Options(mapping=export.manifest.columns), lambda *_: None)
        assert report.rejected == 0, project.rejects()
        return [record.fields for record in project.records()]
    finally:
        project.close()


def expected(kind: str, format_name: str, row: dict, system: str) -> dict:
    """The fields that a row has after it went through a format."""
    fields = {name: value for name, value in row.items() if name not in ("id", "group", "target")}
    if kind != "instruction" or format_name in CANONICAL:
        return fields
    turns = conversation(ROWS[kind].model_validate(row), system)
    lead = turns[0]["content"] if turns[0]["role"] == "system" else ""
    if format_name in ("alpaca", "llamafactory"):
        fields["system"] = lead
    else:
        fields = {"instruction": turns[-1]["content"], "answer": row["answer"], "system": lead}
    fields["history"] = turns[bool(lead) : -1]
    return {name: value for name, value in fields.items() if value}


def check(kind: str, format_names: Iterable[str], rows: list[dict], system: str = "") -> None:
    """Export rows in some formats, import them, and hold the fields against each other."""
    with tempfile.TemporaryDirectory() as name:
        project = made(Path(name), kind, rows, system=system, windows={"size": 1000})
        try:
            wanted = rows_in(project.export())
            assert len(wanted) >= sum(map(is_whole, rows))
            for format_name in format_names:
                found = back(Path(name), kind, project.export(format_name=format_name))
                there = [expected(kind, format_name, row, system) for row in wanted]
                assert Counter(map(dump, found)) == Counter(map(dump, there)), format_name
        finally:
            project.close()


def hostile_rows(kind: str, format_name: str) -> list[dict]:
    """Every hostile text in every field that the format has a place for."""
    if kind == "classification":
        return [
            {"text": text, "label": label} for text, label in zip(HOSTILE, reversed(HOSTILE), strict=True)
        ]
    if kind == "text":
        return [{"text": f"{text} and more"} for text in HOSTILE]
    rows = []
    for number, text in enumerate(HOSTILE):
        row = {"instruction": text, "answer": HOSTILE[-number], "input": HOSTILE[number // 2]}
        if number % 3 and format_name != "prompt-completion":
            row["system"] = HOSTILE[number // 3]
        if number % 2 and format_name != "prompt-completion":
            row["history"] = [
                {"role": "user", "content": text},
                {"role": "assistant", "content": HOSTILE[-number]},
            ]
        rows.append(row)
    return rows


def cases(formats: Iterable[str]) -> list:
    """Every format with every kind that it can hold."""
    return [
        pytest.param(
            kind,
            name,
        )
        for name in formats
        for kind in FORMATS[name].columns
    ]


@pytest.mark.parametrize(("kind", "format_name"), cases(FORMATS))
def test_hostile_texts_come_back_as_they_were(kind, format_name):
    check(kind, [format_name], hostile_rows(kind, format_name))


@pytest.mark.parametrize("kind", ["instruction", "classification"])
def test_a_system_prompt_of_the_project_comes_back_where_the_rows_carry_it(kind):
    formats = [name for name, chosen in FORMATS.items() if kind in chosen.columns and chosen.places_system]
    rows = hostile_rows(kind, "messages")[:3]
    check(kind, formats, rows, SYSTEM)


def test_texts_that_look_like_the_marks_of_another_table_come_back():
    quoted = [{"role": "user", "content": '"'}, {"role": "assistant", "content": '{"messages": []}'}]
    first = {"instruction": "a,b;c\td|e", "answer": "a\x0bb", "input": '"', "history": quoted}
    check("instruction", ["csv"], [first, {"instruction": "¯,{", "answer": '"'}])


@settings(max_examples=5, deadline=None)
@given(st.lists(records(turns_in_pairs), max_size=15))
def test_any_conversation_comes_back_from_every_format(rows):
    formats = [
        name for name, chosen in FORMATS.items() if "instruction" in chosen.columns and chosen.places_system
    ]
    check("instruction", formats, [*rows, PLAIN])


@settings(max_examples=5, deadline=None)
@given(st.lists(records(any_turns), max_size=15))
def test_any_order_of_turns_comes_back_from_the_formats_with_the_fields_own_names(rows):
    check("instruction", CANONICAL, [*rows, PLAIN])


@settings(max_examples=5, deadline=None)
@given(st.lists(st.fixed_dictionaries({"text": texts, "label": texts}), max_size=15))
def test_any_text_and_label_come_back_from_every_format(rows):
    formats = [name for name, chosen in FORMATS.items() if "classification" in chosen.columns]
    check(
        "classification",
        formats,
        [*rows, {"text": "a", "label": "b"}],
    )


def test_lines_of_megabytes_come_back():
    long = "слово word\n" * 80_000
    check("instruction", ["jsonl", "parquet", "openai"], [{"instruction": f"a {long}", "answer": long}])


def test_a_small_export_full_of_control_characters_is_still_known_as_ours():
    rows = [{"instruction": "0", "answer": "0"}] * 3 + [{"instruction": "\x08\x08x", "answer": "0\x1f"}]
    check("instruction", CANONICAL, rows)
