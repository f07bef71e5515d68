"""Columns find their fields without being told, and the user overrules."""

from __future__ import annotations

import pytest

from curator.errors import CuratorError
from curator.formats.mapping import parse_assignments, resolve

CHAT = [{"role": "user", "content": "a"}]


@pytest.mark.parametrize(
    ("kind", "columns", "expected"),
    [
        ("classification", ["id", "Message", "Category"], {"text": "Message", "label": "Category"}),
        ("classification", ["текст", "метка"], {"text": "текст", "label": "метка"}),
        ("classification", ["text"], {"text": "text"}),
        ("classification", ["Review Text", "Sentiment"], {"text": "Review Text", "label": "Sentiment"}),
        ("classification", ["text", "label", "label_text"], {"text": "text", "label": "label_text"}),
        ("classification", ["label", "labelName", "text"], {"text": "text", "label": "labelName"}),
        ("classification", ["Тема письма", "Категория"], {"text": "Тема письма", "label": "Категория"}),
        ("classification", ["sentence", "acceptable", "error_type"], {"text": "sentence", "label": "acceptable"}),
        ("instruction", ["instruction", "output"], {"instruction": "instruction", "answer": "output"}),
        ("instruction", ["prompt", "input", "reply"], {"instruction": "prompt", "answer": "reply", "input": "input"}),
        ("instruction", ["question", "answer"], {"instruction": "question", "answer": "answer"}),
        ("instruction", ["prompt", "completion"], {"instruction": "prompt", "answer": "completion"}),
        ("instruction", ["вопрос", "ответ"], {"instruction": "вопрос", "answer": "ответ"}),
        ("instruction", ["Q", "A"], {"instruction": "Q", "answer": "A"}),
        ("instruction", ["userInput", "expected_output"], {"instruction": "userInput", "answer": "expected_output"}),
        ("instruction", ["input", "output"], {"instruction": "input", "answer": "output"}),
        ("instruction", ["Context", "Response"], {"instruction": "Context", "answer": "Response"}),
        ("instruction", ["prompt", "instruction", "input", "response", "target"],
         {"instruction": "instruction", "answer": "target", "input": "input"}),
        ("instruction", ["instruction", "context", "response", "category"],
         {"instruction": "instruction", "answer": "response", "input": "context"}),
        ("instruction", ["instruction", "input", "output", "text", "system", "history"],
         {"instruction": "instruction", "answer": "output", "input": "input", "system": "system",
          "history": "history"}),
        ("instruction", ["system_prompt", "question", "response"],
         {"instruction": "question", "answer": "response", "system": "system_prompt"}),
        ("text", ["title", "content"], {"text": "content"}),
        ("text", ["text", "label"], {"text": "text"}),
    ],
)  # fmt: skip
def test_the_usual_names(kind, columns, expected):
    assert resolve(kind, columns, {}, "f") == expected


def test_the_user_overrules():
    assert resolve("classification", ["text", "body", "label"], {"text": "body"}, "f") == {
        "text": "body",
        "label": "label",
    }


def test_the_user_overrules_a_whole_chat():
    sample = [{"messages": [{"role": "user", "content": "q"}], "q": "a", "answer": "b"}]
    columns = ["messages", "q", "answer"]
    assert resolve("instruction", columns, {"instruction": "q"}, "f", sample) == {
        "instruction": "q",
        "answer": "answer",
    }
    assert resolve("instruction", ["talk", "question"], {"messages": "talk"}, "f") == {"messages": "talk"}
    chats = [{"talk": CHAT, "messages": CHAT, "label": "x"}]
    assert resolve("classification", ["talk", "messages", "label"], {"messages": "talk"}, "f", chats) == {
        "messages": "talk",
        "label": "label",
    }


@pytest.mark.parametrize(
    ("kind", "columns", "sample"),
    [
        ("classification", ["text", "label"], [{"text": "a", "label": "b"}]),
        ("classification", ["v1", "v2"], [{"v1": "ham", "v2": f"some longer text {n}"} for n in range(6)]),
        ("instruction", ["conversations"], [{"conversations": [{"from": "human", "value": "q"}]}]),
        ("instruction", ["prompt", "chosen", "rejected"], [{"prompt": "q", "chosen": "a", "rejected": "b"}]),
        ("instruction", ["instruction", "instances"], [{"instruction": "q", "instances": [{"output": "a"}]}]),
    ],
)
def test_what_was_found_is_found_again_when_it_is_wanted(kind, columns, sample):
    found = resolve(kind, columns, {}, "f", sample)
    assert resolve(kind, columns, found, "f", sample) == found
    assert resolve(kind, [*columns, "system"], found, "f") == found | (
        {"system": "system"} if kind == "instruction" else {}
    )


def test_a_column_whose_values_fit_comes_before_a_likelier_name():
    sample = [{"prompt": {"id": 1}, "question": "Why?", "answer": "So."}]
    found = resolve("instruction", ["prompt", "question", "answer"], {}, "f", sample)
    assert found == {"instruction": "question", "answer": "answer"}


def test_a_main_field_of_the_wrong_type_is_mapped_and_left_to_the_checks():
    assert resolve("text", ["text"], {}, "f", [{"text": ["a"]}]) == {"text": "text"}


def test_the_place_of_a_file_is_never_taken_for_a_field_unless_the_user_says_so():
    columns = ["@folder", "@file", "@split", "text"]
    sample = [{"@folder": "pos", "@file": f"{n}.txt", "text": f"a b c {n}"} for n in range(9)]
    assert resolve("classification", columns, {}, "f", sample) == {"text": "text"}
    assert resolve("classification", columns, {"label": "@folder"}, "f", sample) == {
        "text": "text",
        "label": "@folder",
    }


def test_a_wrong_field_is_named():
    with pytest.raises(CuratorError, match="no field 'txt'"):
        resolve("text", ["a"], {"txt": "a"}, "f")
    with pytest.raises(CuratorError, match="no field 'messages'"):
        resolve("text", ["a"], {"messages": "a"}, "f")


def test_a_wrong_column_is_named_with_the_nearest():
    with pytest.raises(CuratorError, match="no column 'boddy'") as caught:
        resolve("text", ["body"], {"text": "boddy"}, "f")
    assert caught.value.remedy == "Did you mean body?"


@pytest.mark.parametrize(
    "wanted",
    [
        {"messages": "a", "instruction": "b"},
        {"chosen": "a", "answer": "b"},
        {"messages": "a", "history": "b"},
    ],
)
def test_two_columns_for_the_same_thing_exclude_each_other(wanted):
    with pytest.raises(CuratorError, match="exclude each other"):
        resolve("instruction", ["a", "b"], wanted, "f")


def test_columns_that_fit_nothing_are_listed_with_examples():
    with pytest.raises(CuratorError) as caught:
        resolve(
            "classification", ["item1", "url"], {}, "f.jsonl", [{"item1": {"a": 1}, "url": "\x1bhttp://x"}]
        )
    assert (
        caught.value.problem
        == "f.jsonl: no column for the field text (columns: item1: {'a': 1}, url: ␛http://x)."
    )
    assert caught.value.remedy == "Name it: --map text=COLUMN, and --map label=COLUMN if there is one."


@pytest.mark.parametrize(
    ("kind", "row", "rows"),
    [
        ("instruction", {"text": "a", "label": "b"}, "classification rows (text, label)"),
        ("classification", {"question": "a", "answer": "b"}, "instruction rows (question, answer)"),
        ("classification", {"task": "a", "input": "", "output": "b"}, "instruction rows (task, input, output)"),
        ("classification", {"task": "a", "input": "x", "target": "b"}, "instruction rows (task, input, target)"),
        ("classification", {"ask": "a", "chosen": "b", "rejected": "c"}, "preference pairs (ask, chosen, rejected)"),
        ("classification", {"messages": [*CHAT, *CHAT]}, "conversations (messages)"),
        ("classification", {"messages": CHAT, "label": True}, "conversations (messages, label)"),
        ("text", {"prompt": "a", "completion": "b"}, "instruction rows (prompt, completion)"),
        ("text", {"messages": CHAT}, "conversations (messages)"),
        ("text", {"question": "a", "intent": "b"}, "classification rows (question, intent)"),
    ],
)  # fmt: skip
def test_rows_of_another_kind_are_told_as_what_they_are(kind, row, rows):
    with pytest.raises(CuratorError) as caught:
        resolve(kind, list(row), {}, "f", [row])
    assert f"these look like {rows}, and this project is of kind {kind}" in caught.value.problem
    assert f"--map {'instruction' if kind == 'instruction' else 'text'}=COLUMN" in caught.value.remedy


def test_rows_of_another_kind_come_in_when_the_user_names_the_text():
    columns = ["instruction", "input", "output"]
    assert resolve("text", columns, {"text": "output"}, "f") == {"text": "output"}
    assert resolve("classification", ["question", "answer"], {"text": "question"}, "f") == {
        "text": "question"
    }


@pytest.mark.parametrize("pair", ["text", "=a", "="])
def test_a_broken_assignment_is_named(pair):
    with pytest.raises(CuratorError, match="Cannot read --map"):
        parse_assignments([pair])


def test_a_field_may_be_said_to_have_no_column():
    assert parse_assignments(["label="]) == {"label": ""}
    assert resolve("classification", ["text", "label"], {"label": ""}, "f") == {"text": "text"}
    rows = [{"question": "Why?", "answer": "So.", "context": "Here."}]
    assert resolve("instruction", list(rows[0]), {"input": ""}, "f", rows) == {
        "instruction": "question",
        "answer": "answer",
    }
