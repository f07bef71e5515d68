from __future__ import annotations

import pytest
import torch

from curator.evaluate.scoring.label_tree import LabelTrie
from curator.evaluate.scoring.label_trie import (
    common_beginning,
    label_log_likelihoods,
    plain_log_likelihoods,
    trie_is_exact,
)
from curator.records import ClassificationRow
from curator.train.loop.loss import TokenLoss
from curator.train.rows.render import Renderer
from tests.tiny import make_model, make_tokenizer

LABELS = ("refund", "refund now", "delivery", "praise")
BEGUN = "please answer the question about delivery " * 20


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(make_tokenizer(), "classification", BEGUN)


@pytest.fixture(scope="module")
def prompts(renderer) -> list[tuple[int, ...]]:
    texts = ("where is my parcel", "where", "i want my money back now and more")
    return [
        renderer.prompt_ids(ClassificationRow(id=str(n), text=text, label="praise"))
        for n, text in enumerate(texts)
    ]


def test_the_common_beginning_ends_where_prompts_differ_and_leaves_each_a_token(prompts):
    shared = common_beginning(prompts)
    assert shared >= 64
    assert len({prompt[:shared] for prompt in prompts}) == 1
    assert len({prompt[: shared + 1] for prompt in prompts}) > 1
    assert common_beginning([prompts[0], prompts[0]]) == len(prompts[0]) - 1
    assert common_beginning(prompts[:1]) == 0
    assert common_beginning([(1, 2, 3), (1, 2, 4)]) == 0


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_a_beginning_that_is_read_once_changes_no_score(renderer, prompts, attention):
    model = make_model(len(renderer.tokenizer))
    model.set_attn_implementation(attention)
    loss, labels = TokenLoss(model), [renderer.answer_ids(label) for label in LABELS]
    shared = common_beginning(prompts)
    with torch.inference_mode():
        found = label_log_likelihoods(loss, prompts, LabelTrie(labels), 0, model.device, shared)
        slow = [plain_log_likelihoods(loss, prompt, labels, 0, model.device, 4) for prompt in prompts]
        assert trie_is_exact(loss, prompts, labels, 0, model.device, shared)
    assert torch.allclose(found, torch.stack(slow), atol=1e-4)


@pytest.mark.parametrize("block", [1, 3, 100])
def test_into_how_many_blocks_the_tree_is_cut_changes_no_score(renderer, prompts, block):
    model = make_model(len(renderer.tokenizer))
    loss, labels = TokenLoss(model), [renderer.answer_ids(label) for label in (*LABELS, "where is it now")]
    with torch.inference_mode():
        found = label_log_likelihoods(loss, prompts, LabelTrie(labels), 0, model.device, block=block)
        slow = [plain_log_likelihoods(loss, prompt, labels, 0, model.device, 5) for prompt in prompts]
    assert torch.allclose(found, torch.stack(slow), atol=1e-4)


def test_a_model_that_forgets_what_it_has_read_is_found_out(renderer, prompts, monkeypatch):
    model = make_model(len(renderer.tokenizer))
    loss, labels = TokenLoss(model), [renderer.answer_ids(label) for label in LABELS]
    remembered = TokenLoss.remembered
    monkeypatch.setattr(TokenLoss, "remembered", lambda self, ids, *more: remembered(self, ids[::-1], *more))
    with torch.inference_mode():
        assert not trie_is_exact(loss, prompts, labels, 0, model.device, common_beginning(prompts))
        assert trie_is_exact(loss, prompts, labels, 0, model.device)
