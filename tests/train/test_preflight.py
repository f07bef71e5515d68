"""Rows that would teach something false are refused before the first step, by their ids."""

from __future__ import annotations

import pytest

from curator.errors import CuratorError
from curator.records import InstructionRow
from curator.train import preflight
from curator.train.rows.batch import Item, Rows
from curator.train.rows.render import Rendered, Renderer
from tests.tiny import CHAT, make_tokenizer

BOS, END, VOCABULARY = 1, 2, 400
SOUND = Item("sound", Rendered((BOS, 4, 82, 5, 311, END), 4, "ref"))


def check(*wrong: Rendered, template: str | None = CHAT) -> None:
    """Planted rows among sound ones."""
    renderer = Renderer(make_tokenizer(template), "instruction", "")
    items = [SOUND, *(Item(f"bad-{number}", rendered) for number, rendered in enumerate(wrong))]
    preflight.check(Rows(items, ()), Rows([SOUND], ()), renderer, VOCABULARY)


def test_sound_rows_pass():
    check()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (Rendered((BOS, BOS, 4, 5, 311, END), 4, "ref"), "begin with two BOS tokens"),
        (Rendered((BOS, 4, 82, 5), 4, ""), "have no learned token"),
        (Rendered((BOS, 4, 82, 5, 311), 4, "ref"), "do not teach the model to stop"),
        (Rendered((BOS, 4, 82, 5, 311, 317), 4, "refund and what was cut"), "do not teach the model to stop"),
        (Rendered((BOS, 4, 82, 5, 400, END), 4, "x"), "have tokens beyond the 400"),
    ],
    ids=["double BOS", "nothing learned", "no end", "cut", "unknown token"],
)
def test_a_row_that_teaches_something_false_is_refused_by_its_id(row, words):
    with pytest.raises(CuratorError, match=f"Rows bad-0, bad-1 {words}"):
        check(row, row)


def test_a_template_that_never_ends_an_answer_gets_an_end_that_is_learned():
    open_ended = CHAT.replace(" + eos_token", "")
    renderer = Renderer(make_tokenizer(open_ended), "instruction", "")
    rendered = renderer.render(InstructionRow(id="1", instruction="hi", answer="well"))
    check(rendered, template=open_ended)
    assert rendered.ids[-1] == END


def test_a_validation_row_is_held_to_the_same():
    renderer = Renderer(make_tokenizer(), "instruction", "")
    wrong = Item("v7", Rendered((BOS, 4, 82, 5, 311), 4, "ref"))
    with pytest.raises(CuratorError, match="Rows v7 do not teach"):
        preflight.check(Rows([SOUND], ()), Rows([wrong], ()), renderer, VOCABULARY)
