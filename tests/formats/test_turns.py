"""The dialects of conversations, and what makes a turn unfit."""

from __future__ import annotations

import json

import pytest

from curator.formats.turns import NoChat, read_turns, transcript

TURNS = [("system", "s"), ("user", "q"), ("assistant", "a")]


def spoken(value):
    return [(turn.role, turn.text) for turn in read_turns(value)]


@pytest.mark.parametrize(
    "chat",
    [
        [{"role": role, "content": text} for role, text in TURNS],
        [{"from": who, "value": text} for who, text in (("system", "s"), ("human", "q"), ("gpt", "a"))],
        [{"role": "developer", "content": "s"}, {"role": "USER", "content": "q"}, {"role": "model", "parts": ["a"]}],
        [{"from": "Система", "text": "s"}, {"from": "пользователь", "text": "q"}, {"from": "Бот", "text": "a"}],
        [{"role": "system", "content": [{"type": "text", "text": "s"}]}, ["q", "a"]],
        [{"assistant": "a", "user": "q", "system": "s"}],
        [{"human": "q", "assistant": "a", "system": "s"}],
        {"messages": [{"role": role, "content": text} for role, text in TURNS]},
    ],
)  # fmt: skip
def test_every_dialect_tells_the_same_turns(chat):
    assert spoken(chat) == TURNS
    assert spoken(json.dumps(chat)) == TURNS


def test_texts_alternate_and_begin_with_the_user():
    assert spoken(["q", "a", "q2"]) == [("user", "q"), ("assistant", "a"), ("user", "q2")]


def test_a_lone_turn_is_a_conversation_of_one():
    assert spoken({"from": "gpt", "value": "a"}) == [("assistant", "a")]


def test_parts_of_text_are_put_together_as_they_stand():
    assert spoken([{"role": "user", "content": ["a ", {"type": "text", "text": "b"}]}]) == [("user", "a b")]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "is no list of turns"),
        ("hello", "is no list of turns"),
        (7, "is no list of turns"),
        ([], "has no turns"),
        ("[]", "has no turns"),
        (["q", {"role": "narrator", "content": "x"}], "turn 2 has the unknown role narrator"),
        ([{"role": 3, "content": "q"}], "turn 1 has the unknown role 3"),
        ([{"content": "q"}], "turn 1 does not say who speaks"),
        ([5], "turn 1 does not say who speaks"),
        ([{"role": "user"}], "turn 1 has no text"),
        ([{"role": "user", "content": None}], "turn 1 has no text"),
        ([["q", None]], "turn 2 has no text"),
        ([{"role": "user", "content": 5}], "turn 1 holds 5 where its text should be"),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}],
         r"turn 1 has a part that is no text \(image_url\)"),
        ([{"role": "user", "content": [{"type": "text", "text": "see"}, {"type": "input_audio"}]}],
         r"turn 1 has a part that is no text \(input_audio\)"),
        ([{"from": "human", "value": "q"}, {"from": "function_call", "value": "{}"}], "turn 2 is a tool call"),
        ([{"from": "observation", "value": "{}"}], "turn 1 is a tool call"),
        ([{"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}], "turn 1 is a tool call"),
        ([{"role": "assistant", "content": [{"type": "tool_use", "name": "f"}]}], "turn 1 is a tool call"),
        ([{"role": "tool", "content": "5"}], "turn 1 is a tool call"),
    ],
)  # fmt: skip
def test_what_is_no_turn_of_text_is_refused_by_its_number(value, reason):
    with pytest.raises(NoChat, match=reason):
        read_turns(value)


def test_empty_lists_of_tool_calls_call_nothing():
    turn = {"role": "assistant", "content": "a", "tool_calls": [], "function_call": None, "name": None}
    assert read_turns([turn])[0].plain


@pytest.mark.parametrize(
    "turn",
    [
        {"role": "user", "content": "q", "name": "Ann"},
        {"role": "user", "content": "q", "text": "another"},
        {"role": "user", "content": [{"type": "text", "text": "q", "cache_control": {"type": "ephemeral"}}]},
        {"messages": [{"role": "user", "content": "q"}], "tools": [1]},
    ],
)
def test_other_properties_of_a_turn_are_marked(turn):
    assert not read_turns(turn if "messages" in turn else [turn])[0].plain


@pytest.mark.parametrize("mark", [{"weight": 0}, {"train": False}, {"loss": False}])
def test_a_turn_can_be_marked_as_not_to_be_trained(mark):
    assert not read_turns([{"role": "assistant", "content": "a", **mark}])[0].trained
    assert read_turns([{"role": "assistant", "content": "a", "weight": 1}])[0].trained


def test_a_transcript_is_cut_where_the_speaker_changes():
    turns = transcript("\n\nHuman: Why?\nReally?\n\nAssistant: So.\n\nHuman: No.\n\nAssistant: Yes.")
    assert [(t.number, t.role, t.text) for t in turns] == [
        (1, "user", "Why?\nReally?"), (2, "assistant", "So."), (3, "user", "No."), (4, "assistant", "Yes."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "Human: alone", "He said\n\nHuman: a\n\nAssistant: b", "\n\nAssistant: b\n\nHuman: a"]
)
def test_other_texts_are_no_transcript(text):
    assert transcript(text) == []
