"""The one example of a conversation: its last answer; what stands elsewhere is kept, noted or refused."""

from __future__ import annotations

import pytest

from curator.formats.conversation import CONTEXT, JOINED, OPENING, PROPERTIES, TAIL, conversation
from curator.formats.turns import NoChat, Turn, read_turns

NAMES = {"s": "system", "u": "user", "a": "assistant"}


def turns(order):
    """`sua` as a system turn, one of the user and one of the assistant, with their numbers for texts."""
    return [Turn(number, NAMES[letter], f"{letter}{number}") for number, letter in enumerate(order, 1)]


@pytest.mark.parametrize(
    ("order", "system", "history", "instruction", "answer", "notes"),
    [
        ("ua", "", [], "u1", "a2", ()),
        ("sua", "s1", [], "u2", "a3", ()),
        ("uaua", "", ["u1", "a2"], "u3", "a4", (CONTEXT,)),
        ("suauaua", "s1", ["u2", "a3", "u4", "a5"], "u6", "a7", (CONTEXT,)),
        ("uau", "", [], "u1", "a2", (TAIL,)),
        ("uasu", "", [], "u1", "a2", (TAIL,)),
        ("aua", "", [], "u2", "a3", (OPENING,)),
        ("saua", "s1", [], "u3", "a4", (OPENING,)),
        ("ssua", "s1\n\ns2", [], "u3", "a4", (JOINED,)),
        ("uua", "", [], "u1\n\nu2", "a3", (JOINED,)),
        ("uuaua", "", ["u1\n\nu2", "a3"], "u4", "a5", (CONTEXT, JOINED)),
    ],
)
def test_the_last_answer_is_what_is_learned(order, system, history, instruction, answer, notes):
    made = conversation(turns(order))
    assert (made.system, made.instruction, made.answer, made.notes) == (system, instruction, answer, notes)
    assert [turn["content"] for turn in made.history] == history
    assert [turn["role"] for turn in made.history] == ["user", "assistant"] * (len(history) // 2)


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ("u", "no turn of the assistant follows turn 1"),
        ("su", "no turn of the assistant follows turn 2"),
        ("s", "no turn of the assistant follows turn 1"),
        ("a", "no turn of the user stands before the answer in turn 1"),
        ("sa", "no turn of the user stands before the answer in turn 2"),
        ("au", "no turn of the user stands before the answer in turn 1"),
        ("uaa", "turns 2 and 3 are both the assistant's"),
        ("usa", "turn 2 is a system turn in the middle of the conversation"),
        ("uasua", "turn 3 is a system turn in the middle of the conversation"),
    ],
)
def test_turns_without_a_clear_answer_are_refused_by_their_number(order, reason):
    with pytest.raises(NoChat) as caught:
        conversation(turns(order))
    assert str(caught.value) == reason


def test_an_answer_that_shall_not_be_trained_is_refused_when_it_is_the_last():
    first, second, third, last = turns("uaua")
    with pytest.raises(NoChat, match="the last answer, turn 4, is marked as not to be trained"):
        conversation([first, second, third, last._replace(trained=False)])
    assert conversation([first, second._replace(trained=False), third, last]).answer == "a4"


def test_empty_turns_stay_where_they_are_a_defect():
    made = conversation(read_turns([{"role": "user", "content": ""}, {"role": "assistant", "content": ""}]))
    assert (made.instruction, made.answer) == ("", "")
    systems = [{"role": "system", "content": text} for text in ("", "s")]
    assert conversation(read_turns([systems[0], "q", "a"])).system == ""
    assert conversation(read_turns([*systems, "q", "a"]))[0::4] == ("s", ())


def test_left_out_properties_are_noted():
    chat = [{"role": "user", "content": "q", "name": "Ann"}, {"role": "assistant", "content": "a"}]
    assert conversation(read_turns(chat)).notes == (PROPERTIES,)
