"""What is reckoned from a config is what a loaded model holds."""

from __future__ import annotations

import pytest
import torch
from bitsandbytes.nn import Linear4bit

from curator.train import runs, session
from curator.train.estimates.memory_estimate import (
    NF4_BYTES,
    Living,
    Shape,
    blank,
    need,
    peak_bytes,
    shape_of,
    weights_bytes,
)
from curator.train.loop.loss import TokenLoss
from curator.train.models.model import load_for_training
from curator.train.models.sharding import divisible, layers_of
from curator.train.rows.batch import to_device
from curator.train.rows.packing import packed
from tests.tiny import make_tokenizer
from tests.train.families import FAMILIES


def held(layer: Linear4bit) -> int:
    """Bytes of a layer in 4 bits, without the tables that are as long for every layer."""
    state = layer.weight.quant_state
    return layer.weight.nbytes + state.absmax.nbytes + state.state2.absmax.nbytes


def test_a_4_bit_weight_is_as_large_as_its_formula_says():
    layer = Linear4bit(1024, 512, bias=False, quant_type="nf4", compress_statistics=True).to("cpu")
    assert held(layer) == NF4_BYTES * 1024 * 512


@pytest.mark.parametrize("method", ["lora", "full"])
def test_a_model_without_memory_is_as_large_as_a_loaded_one(make_run, method):
    spec = runs.load(make_run(method=method))
    model, there = blank(spec), load_for_training(spec)
    sizes = [(w.numel(), w.requires_grad) for w in there.parameters()]
    assert sorted((w.numel(), w.requires_grad) for w in model.parameters()) == sorted(sizes)
    assert weights_bytes(model, None) == sum(w.nbytes for w in (*there.parameters(), *there.buffers()))


def test_the_layers_that_are_taken_for_4_bit_are_those_that_are(make_run):
    spec = runs.load(make_run(method="qlora"))
    there = load_for_training(spec)
    layers = [layer for layer in there.modules() if isinstance(layer, Linear4bit)]
    others = [w for w in (*there.parameters(), *there.buffers()) if type(w).__name__ != "Params4bit"]
    expected = sum(held(layer) for layer in layers) + sum(w.nbytes for w in others)
    assert weights_bytes(blank(spec), 4) == pytest.approx(expected, rel=0.01)


def test_a_base_of_eight_bits_is_reckoned_so(make_run):
    spec = runs.load(make_run(method="qlora", bits=8))
    there = load_for_training(spec)
    scales = sum(w.SCB.nbytes for w in there.parameters() if type(w).__name__ == "Int8Params")
    expected = sum(w.nbytes for w in (*there.parameters(), *there.buffers())) + scales
    assert weights_bytes(blank(spec), 8) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("family", sorted(FAMILIES))
@pytest.mark.parametrize(("method", "together"), [("lora", True), ("full", False)])
def test_what_lives_in_a_real_step_is_what_was_reckoned(make_run, tmp_path, family, method, together):
    tokenizer = make_tokenizer()
    FAMILIES[family](len(tokenizer)).save_pretrained(tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    run_dir = make_run(method=method, model=tmp_path / "model")
    spec = runs.load(run_dir)
    prepared = session.prepare(spec, run_dir)
    rows = [item.rendered for item in prepared.train.items[:8]]
    batch = packed(rows, tokenizer.pad_token_id, together)
    assert ("position_ids" in batch) == together
    model = load_for_training(spec).train()
    loss = TokenLoss(model)
    with Living((*model.parameters(), *model.buffers())) as living:
        loss.summed(to_device(batch, torch.device("cpu"))).total.backward()
    reckoned = peak_bytes(blank(spec), shape_of(batch), repeats=False)
    # The library makes a mask, if a small one, where it cannot see that none is needed.
    assert reckoned == pytest.approx(living.most, rel=0.04 if together else 0.11)


@pytest.mark.filterwarnings("error:`gradient_checkpointing:FutureWarning")
def test_more_memory_is_needed_for_more_places_and_less_when_activations_are_computed_again(make_run):
    spec = runs.load(make_run())
    few, many = Shape(4, 64, 40), Shape(8, 64, 80)
    small, large = (peak_bytes(blank(spec), shape) for shape in (few, many))
    assert 1.5 < large / small < 2.1
    assert peak_bytes(blank(spec), many, checkpointing=True) < large
    in_a_line = Shape(1, 512, 80, (64,) * 8, (10,) * 8)
    assert peak_bytes(blank(spec), in_a_line) == pytest.approx(large, rel=0.2)


@pytest.mark.parametrize(("method", "bits"), [("lora", 4), ("qlora", 4), ("qlora", 8)])
def test_what_can_be_divided_is_what_the_layers_hold(make_run, method, bits):
    run_dir = make_run(method=method, bits=bits)
    spec = runs.load(run_dir)
    prepared = session.prepare(spec, run_dir)
    found = need(spec, prepared.train, prepared.tokenizer.pad_token_id)
    layers = layers_of(load_for_training(spec).get_base_model())
    held = [sum(weight.nbytes for weight in divisible(layer)) for layer in layers]
    assert (found.divided_bytes, found.layer_bytes) == (sum(held), max(held))


def test_each_of_several_processes_has_fewer_rows_in_a_pass(make_run):
    one, four = (
        (runs.load(folder), session.prepare(runs.load(folder), folder))
        for folder in (make_run(name=f"of-{n}", processes=n, micro_batch_size=8) for n in (1, 4))
    )
    alone, shared = (
        need(spec, prepared.train, prepared.tokenizer.pad_token_id) for spec, prepared in (one, four)
    )
    assert shared.places < alone.places / 2
    assert shared.activations_bytes < alone.activations_bytes
    assert shared.widest == alone.widest
    # A process has two rows of eight: four at most change nothing.
    assert shared.smaller[4] == shared.activations_bytes


def test_the_need_of_a_run_is_told_in_parts(make_run):
    run_dir = make_run(method="full", batch_size=8, micro_batch_size=2)
    spec = runs.load(run_dir)
    prepared = session.prepare(spec, run_dir)
    found = need(spec, prepared.train, prepared.tokenizer.pad_token_id)
    assert found.gradients_bytes == 4 * found.trained == 4 * found.parameters
    assert found.optimizer_bytes == 2 * found.gradients_bytes
    assert found.weights_bytes > found.quantised_bytes
    assert found.places == max(found.widest)
    assert len(found.widest) == 3
    assert found.process_bytes > 1 << 27
    assert list(found.smaller) == [1]
    assert found.smaller[1] < found.activations_bytes
