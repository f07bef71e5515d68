"""Every kind of data tunes models of every usual shape by every method."""

from __future__ import annotations

import math
from itertools import product

import pytest
from bitsandbytes.nn import Linear8bitLt

from curator.train import runs, session
from curator.train.estimates.memory_estimate import blank
from curator.train.models.model import load_tuned
from curator.train.models.row_attention import BY_ROWS, attention_of
from curator.train.preflight_record import Preflight
from curator.train.progress import EventLog
from tests.tiny import CHAT, make_tokenizer, rows_of
from tests.train.families import FAMILIES, gemma2

SHAPES = ("llama", "gemma", "gpt2", "gpt-neox")
METHODS = ("qlora", "lora", "full")
KINDS = ("classification", "instruction", "text")


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A folder for each shape."""
    folders = {}
    for shape in SHAPES:
        tokenizer = make_tokenizer(CHAT if shape in ("llama", "gemma") else None)
        folders[shape] = tmp_path_factory.mktemp(shape)
        FAMILIES[shape](len(tokenizer)).save_pretrained(folders[shape])
        tokenizer.save_pretrained(folders[shape])
    return folders


@pytest.mark.parametrize(("shape", "method", "kind"), list(product(SHAPES, METHODS, KINDS)))
def test_two_steps(models, make_run, shape, method, kind):
    rows = rows_of(kind, 16)
    run_dir = make_run(kind, rows, model=models[shape], method=method, validation=rows_of(kind, 4, 50))
    result = session.run(run_dir, False, EventLog(run_dir))
    assert result.steps == 2
    assert math.isfinite(result.quality.train_loss)
    assert math.isfinite(result.quality.validation_loss)
    proof = Preflight.model_validate_json((run_dir / "preflight.json").read_bytes()).model
    assert proof.packs
    assert (proof.quantised > 0) == (method == "qlora")
    assert (proof.adapted > 0) == (method != "full")
    assert runs.state(run_dir).phase == "finished"


def test_a_family_that_torchs_attention_does_not_serve_is_tuned_with_its_own(make_run, tmp_path):
    tokenizer = make_tokenizer()
    gemma2(len(tokenizer)).save_pretrained(tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    run_dir = make_run(rows=rows_of("classification", 16), model=tmp_path / "model", method="lora")
    assert attention_of(blank(runs.load(run_dir)).get_base_model()) == BY_ROWS["eager"]
    session.run(run_dir, False, EventLog(run_dir))
    proof = Preflight.model_validate_json((run_dir / "preflight.json").read_bytes()).model
    assert proof.attention == BY_ROWS["eager"]
    assert proof.packs
    assert attention_of(load_tuned(run_dir)) == "eager"


def test_a_base_of_eight_bits_is_tuned_and_loaded_again(models, make_run):
    run_dir = make_run(
        rows=rows_of("classification", 24), model=models["llama"], method="qlora", bits=8, epochs=2
    )
    result = session.run(run_dir, False, EventLog(run_dir))
    assert result.quantisation == "int8"
    proof = Preflight.model_validate_json((run_dir / "preflight.json").read_bytes()).model
    assert proof.quantised == 14
    layers = [module for module in load_tuned(run_dir).modules() if isinstance(module, Linear8bitLt)]
    assert len(layers) == 14
    losses = [event.loss for event in runs.read_events(run_dir) if event.event == "step"]
    assert losses[-1] < losses[0]
