from __future__ import annotations

from pathlib import Path

import pytest

from curator.errors import CuratorError
from curator.evaluate.rivals.own_prompts import OwnPrompt, read
from curator.records import ClassificationRow, InstructionRow, Message

TICKET = ClassificationRow(id="1", text="Where is {labels} my parcel?", label="delivery")
QUESTION = InstructionRow(id="2", instruction="Shorten this.", input="A long text.", answer="A text.")


def turns(text: str, row, legend: str = "") -> list[tuple[str, str]]:
    found = OwnPrompt(name="p", text=text).turns(row, "delivery, refund", legend)
    return [(turn["role"], turn["content"]) for turn in found]


def test_a_prompt_stands_where_the_system_prompt_of_the_project_stood():
    assert turns("Sort it: {labels}.", TICKET) == [
        ("system", "Sort it: delivery, refund."),
        ("user", "Where is {labels} my parcel?"),
    ]


def test_places_lay_out_the_turn_and_what_a_row_says_is_no_place():
    asked = 'Of {labels}: {text} {"json": {x}}'
    assert turns(asked, TICKET) == [
        ("user", 'Of delivery, refund: Where is {labels} my parcel? {"json": {x}}')
    ]


def test_material_without_a_place_stands_below_its_instruction():
    assert turns("Do: {instruction}!", QUESTION) == [("user", "Do: Shorten this.\n\nA long text.!")]
    assert turns("{input}\n--\n{instruction}", QUESTION) == [("user", "A long text.\n--\nShorten this.")]
    assert turns("Shorten: {input}", QUESTION) == [("user", "Shorten: A long text.")]


def test_a_prompt_that_shows_nothing_of_a_row_is_refused():
    bare = QUESTION.model_copy(update={"input": None})
    with pytest.raises(CuratorError, match="shows nothing of row 2"):
        turns("Shorten: {input}", bare)


def test_a_row_keeps_its_own_system_prompt_and_earlier_turns():
    said = (Message(role="user", content="hi"), Message(role="assistant", content="hello"))
    row = QUESTION.model_copy(update={"system": "Be terse.", "history": said})
    assert turns("Be kind.", row)[0] == ("system", "Be kind.\n\nBe terse.")
    assert turns("Be kind.", row)[1:3] == [("user", "hi"), ("assistant", "hello")]
    assert turns("{instruction}", row)[0] == ("system", "Be terse.")


def test_codes_are_always_explained():
    assert turns("Sort it.", TICKET, "A = delivery")[1][1].endswith("\n\nA = delivery")
    assert turns("{text}", TICKET, "A = delivery")[0][1].endswith("\n\nA = delivery")
    assert turns("{labels}: {text}", TICKET, "A = delivery")[0][1].startswith("A = delivery: ")


def test_prompts_are_called_after_their_files(tmp_path):
    for name in ("a.txt", "b.md"):
        (tmp_path / name).write_bytes(b"\xef\xbb\xbfone\r\ntwo\n")
    found = read([tmp_path / "a.txt", tmp_path / "b.md"])
    assert [(prompt.name, prompt.text) for prompt in found] == [("a", "one\ntwo"), ("b", "one\ntwo")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no such file"),
        (b" \n ", "is empty"),
        (b"caf\xe9", "not UTF-8"),
        (b"x" * ((1 << 20) + 1), "longer than 1 MiB"),
    ],
)
def test_files_that_are_no_prompt_are_told(tmp_path, content, words):
    path = Path(tmp_path / "prompt.txt")
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CuratorError, match=words):
        read([path])


def test_two_prompts_of_one_name_are_refused(tmp_path):
    for name in ("a.txt", "a.md"):
        (tmp_path / name).write_text("x")
    with pytest.raises(CuratorError, match="Two prompts are called a"):
        read([tmp_path / "a.txt", tmp_path / "a.md"])
