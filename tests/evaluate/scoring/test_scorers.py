from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from curator.config import EvaluateSettings
from curator.errors import CuratorError
from curator.evaluate.scoring import scorers
from curator.evaluate.scoring.generation import generate
from curator.evaluate.scoring.label_tree import LabelTrie
from curator.evaluate.scoring.label_trie import label_log_likelihoods, plain_log_likelihoods
from curator.records import ClassificationRow, InstructionRow, WindowRow
from curator.train import runs
from curator.train.loop.loss import TokenLoss
from curator.train.models.model import load_base
from curator.train.models.tokenizer import load_tokenizer
from curator.train.rows.batch import collate
from curator.train.rows.render import Renderer
from tests.tiny import make_model, make_tokenizer, rows_of

LABELS = ("refund", "refund now", "delivery", "praise", "delivery came", "re")


def loaded(run_dir: Path, **settings: object):
    spec = runs.load(run_dir)
    spec = spec.model_copy(
        update={"evaluate": EvaluateSettings(**{"batch_size": 4, "max_new_tokens": 12} | settings)}
    )
    return load_base(spec), Renderer(load_tokenizer(spec.model_path), spec.kind, spec.system), spec


def nll(model, ids: tuple[int, ...], start: int) -> float:
    logs = model(torch.tensor([ids])).logits[0].log_softmax(-1)
    return -sum(float(logs[place - 1, ids[place]]) for place in range(start, len(ids)))


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_labels_in_a_trie_score_as_each_by_itself(attention):
    tokenizer = make_tokenizer()
    model = make_model(len(tokenizer))
    model.set_attn_implementation(attention)
    renderer = Renderer(tokenizer, "classification", "")
    labels = [renderer.answer_ids(label) for label in LABELS]
    rows = [ClassificationRow(id=str(n), text="very " * n + "x", label="re") for n in (1, 9, 4)]
    prompts = [renderer.prompt_ids(row) for row in rows]
    loss, trie = TokenLoss(model), LabelTrie(labels)
    assert len(trie.tokens) < sum(map(len, labels)) - len(labels)
    with torch.no_grad():
        found = label_log_likelihoods(loss, prompts, trie, 0, model.device)
        expected = [[-nll(model, prompt + label, len(prompt)) for label in labels] for prompt in prompts]
        slow = [plain_log_likelihoods(loss, prompt, labels, 0, model.device, 4) for prompt in prompts]
    assert torch.allclose(found, torch.tensor(expected, dtype=torch.double), atol=1e-4)
    assert torch.allclose(torch.stack(slow), torch.tensor(expected, dtype=torch.double), atol=1e-4)


def test_a_model_that_does_not_honour_the_trie_is_scored_plainly(make_run, monkeypatch):
    model, renderer, spec = loaded(make_run())
    rows = [ClassificationRow(id=str(n), text="very " * n + "x", label="praise") for n in range(1, 4)]
    expected = scorers.score(model, renderer, rows, spec)
    states = TokenLoss.states

    def blind(self, **inputs):
        inputs.pop("position_ids", None)
        return states(self, **inputs)

    monkeypatch.setattr(TokenLoss, "states", blind)
    found = scorers.score(model, renderer, rows, spec)
    for one, other in zip(expected, found, strict=True):
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-5)


def test_classification(make_run):
    model, renderer, spec = loaded(make_run())
    rows = [ClassificationRow(**row) for row in rows_of("classification", 7, 100)]
    seen: list[tuple[int, int]] = []
    found = scorers.score(model, renderer, rows, spec, progress=lambda *done: seen.append(done))
    assert [score.id for score in found] == [row.id for row in rows]
    assert seen == [(4, 7), (7, 7)]
    for row, score in zip(rows, found, strict=True):
        assert sum(score.probabilities) == pytest.approx(1)
        best = max(range(3), key=score.probabilities.__getitem__)
        assert score.answer == spec.labels[best]
        assert score.values["correct"] == float(score.answer == row.label)
        truth = score.probabilities[spec.labels.index(row.label)]
        assert score.values["log_loss"] == pytest.approx(-math.log(truth))


@pytest.mark.parametrize("template", [True, False])
def test_instructions(make_run, tiny, plain, template):
    model, renderer, spec = loaded(make_run("instruction", model=tiny if template else plain))
    rows = [InstructionRow(**row) for row in rows_of("instruction", 5, 100)]
    found = scorers.score(model, renderer, rows, spec)
    for row, score in zip(rows, found, strict=True):
        ids, length, _ = renderer.render(row)
        with torch.no_grad():
            assert score.values["bits"] == pytest.approx(nll(model, ids, length) / math.log(2), abs=1e-3)
        assert score.values["bytes"] == len(row.answer.encode())
        assert set(score.values) == {"bits", "bytes", "exact_match", "chrf", "cut"}


def test_a_right_answer_is_an_exact_match(make_run):
    model, renderer, spec = loaded(make_run("instruction"), max_new_tokens=8)
    asked = [InstructionRow(id=str(n), instruction=f"hi {n}", answer="?") for n in range(3)]
    said = [score.answer for score in scorers.score(model, renderer, asked, spec)]
    rows = [
        row.model_copy(update={"answer": f"  {text.upper()}  "})
        for row, text in zip(asked, said, strict=True)
    ]
    found = scorers.score(model, renderer, rows, spec)
    assert [score.values["exact_match"] for score in found if score.answer] == [1.0] * sum(map(bool, said))


def test_greedy_answers_do_not_depend_on_the_batch(make_run):
    run_dir = make_run("instruction")
    rows = [InstructionRow(**row) for row in rows_of("instruction", 8, 100)]
    alone, together = (
        scorers.score(*pair[:2], rows, pair[2])
        for pair in (loaded(run_dir, batch_size=1), loaded(run_dir, batch_size=8))
    )
    assert [score.answer for score in alone] == [score.answer for score in together]
    for one, other in zip(alone, together, strict=True):
        assert one.values == pytest.approx(other.values, abs=1e-4)


def test_the_makers_sampling_settings_do_not_leak_in(make_run):
    model, renderer, _ = loaded(make_run("instruction"))
    prompt = [renderer.text_ids("where is my parcel")]
    expected = generate(model, renderer, prompt, 12)
    model.generation_config.repetition_penalty = 5.0
    model.generation_config.do_sample = True
    assert generate(model, renderer, prompt, 12) == expected
    assert model.generation_config.repetition_penalty == 5.0


def test_windows(make_run):
    model, renderer, spec = loaded(make_run("text"))
    rows = [
        WindowRow(id="all", text="the parcel never came"),
        WindowRow(id="last", text="the parcel never came", target="came"),
    ]
    found = {score.id: score for score in scorers.score(model, renderer, rows, spec)}
    for row in rows:
        ids, length, learned = renderer.render(row)
        with torch.no_grad():
            assert found[row.id].values["bits"] == pytest.approx(
                nll(model, ids, length) / math.log(2), abs=1e-3
            )
        assert found[row.id].values["bytes"] == len(learned.encode())
    assert "last_unit" not in found["all"].values
    ids, length, _ = renderer.render(rows[1])
    choice = model(torch.tensor([ids])).logits[0, length - 1 : -1].argmax(-1).tolist()
    assert found["last"].values["last_unit"] == float(choice == list(ids[length:]))


def test_a_prompt_that_is_too_long_loses_its_beginning_and_is_scored(make_run):
    model, renderer, spec = loaded(make_run())
    rows = [ClassificationRow(id="long", text="very " * 400 + "much", label="praise")]
    assert len(scorers.score(model, renderer, rows, spec)) == 1


def test_an_answer_that_is_too_long_is_an_error_that_names_the_row(make_run):
    model, renderer, spec = loaded(make_run("instruction"))
    rows = [InstructionRow(id="long", instruction="x", answer="very " * 400)]
    with pytest.raises(CuratorError, match="Row long has"):
        scorers.score(model, renderer, rows, spec)


def test_scoring_batches_like_training(make_run):
    """The bits of a score are the loss that training minimises."""
    model, renderer, spec = loaded(make_run("instruction"))
    rows = [InstructionRow(**row) for row in rows_of("instruction", 4)]
    rendered = [renderer.render(row) for row in rows]
    tokens = sum(len(row.ids) - row.prompt_length for row in rendered)
    with torch.no_grad():
        loss = float(TokenLoss(model).mean(collate(rendered, 0)))
    bits = sum(score.values["bits"] for score in scorers.score(model, renderer, rows, spec))
    assert bits * math.log(2) / tokens == pytest.approx(loss, abs=1e-5)
