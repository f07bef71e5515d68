from __future__ import annotations

import pytest

from curator.errors import CuratorError
from curator.records import InstructionRow
from curator.train.rows.batch import IGNORED, EpochSampler, render_rows, require_rows
from curator.train.rows.packing import NOBODY, packed
from curator.train.rows.render import Renderer
from tests.tiny import make_tokenizer


def rows(*answers: str) -> list[InstructionRow]:
    return [InstructionRow(id=f"r{n}", instruction="hi", answer=answer) for n, answer in enumerate(answers)]


def test_an_over_long_row_is_left_out_and_named_not_cut():
    renderer = Renderer(make_tokenizer(), "instruction", "")
    found = render_rows(rows("well", "well " * 50), renderer, 20)
    assert [item.id for item in found.items] == ["r0"]
    assert [(row.id, row.length > 20) for row in found.dropped] == [("r1", True)]


def test_nothing_left_is_an_error_with_the_shortest_rows():
    found = render_rows(rows("well " * 9), Renderer(make_tokenizer(), "instruction", ""), 5)
    with pytest.raises(CuratorError, match=r"longer than 5 tokens; the shortest are r0 \(\d+\)"):
        require_rows(found, 5)


def test_labels_follow_lengths_even_when_pad_is_the_end_token():
    tokenizer = make_tokenizer(pad_token="</s>")
    found = render_rows(rows("well", "all is well"), Renderer(tokenizer, "instruction", ""), 99)
    batch = packed([item.rendered for item in found.items], tokenizer.pad_token_id, together=False)
    for number, item in enumerate(found.items):
        ids, length, _ = item.rendered
        learned = [IGNORED] * length + list(ids[length:])
        padding = batch["labels"].shape[1] - len(ids)
        assert batch["labels"][number].tolist() == learned + [IGNORED] * padding
        assert learned[-1] == tokenizer.eos_token_id
        assert batch["owners"][number].tolist() == [number] * len(ids) + [NOBODY] * padding


def test_the_order_depends_on_seed_and_epoch_alone():
    sampler = EpochSampler(7, seed=3)
    first = list(sampler)
    assert list(sampler) == first
    assert sorted(first) == list(range(7))
    sampler.set_epoch(1)
    assert list(sampler) != first
    sampler.set_epoch(0)
    assert list(sampler) == first
    assert list(EpochSampler(7, seed=4)) != first
