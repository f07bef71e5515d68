from __future__ import annotations

import shutil

import pytest
import torch

from curator.errors import CuratorError
from curator.evaluate.scoring.scorers import score
from curator.train import runs
from curator.train.loop.loss import TokenLoss
from curator.train.models import model as model_module
from curator.train.models.model import (
    base_view,
    learning_rate,
    load_base,
    load_for_training,
    load_run_tokenizer,
    load_tuned,
    parameter_counts,
    save_weights,
    training_attention,
)
from curator.train.models.tokenizer import load_tokenizer
from curator.train.rows.batch import collate
from curator.train.rows.data import read_rows
from curator.train.rows.render import Renderer
from tests import run_folders


def parts(run_dir):
    spec = runs.load(run_dir)
    renderer = Renderer(load_tokenizer(spec.model_path), spec.kind, spec.system)
    rows = read_rows(run_dir.parent.parent / f"{run_dir.name}-export", spec.kind, "train")
    return spec, renderer, rows


def gradients(model, loss_of, renderer, rows) -> dict[str, torch.Tensor]:
    model.train()
    model.zero_grad()
    loss_of(model, collate([renderer.render(row) for row in rows[:6]], 0)).backward()
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


def test_scoring_before_training_leaves_4_bit_gradients_alone(make_run):
    spec, renderer, rows = parts(make_run(method="qlora"))
    fresh, used = load_for_training(spec), load_for_training(spec)
    for model in (fresh, used):
        torch.manual_seed(1)
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                torch.nn.init.normal_(parameter, std=0.1)
    before = score(used, renderer, rows[:6], spec)
    # The model that never left training mode says what is right.
    expected = gradients(fresh, lambda model, batch: model(**batch).loss, renderer, rows)
    found = gradients(used, lambda model, batch: TokenLoss(model).mean(batch), renderer, rows)
    assert len(expected) == len(found) == 2 * 2 * 7
    for name, gradient in expected.items():
        assert gradient.norm() > 0
        assert torch.allclose(gradient, found[name], rtol=1e-4, atol=1e-6), name
    assert score(used, renderer, rows[:6], spec) == before


@pytest.mark.parametrize(("method", "trained"), [("lora", 0.1), ("qlora", 0.1), ("full", 1.0)])
def test_what_is_trained(make_run, method, trained):
    spec = runs.load(make_run(method=method))
    model = load_for_training(spec)
    every, learned = parameter_counts(model)
    whole = parameter_counts(
        load_base(spec.model_copy(update={"train": spec.train.model_copy(update={"method": "lora"})}))
    )
    assert learned == every if trained == 1.0 else every == whole[0] + learned
    assert all(p.dtype == torch.float32 for p in model.parameters() if p.requires_grad)
    assert learning_rate(spec, model) == pytest.approx(1e-4 if method == "full" else 1e-3)


def test_a_base_is_the_tuned_model_without_its_adapter(make_run):
    spec, renderer, rows = parts(make_run(method="qlora"))
    model = load_for_training(spec)
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.1)
    with base_view(model) as view:
        inside = score(view, renderer, rows[:4], spec)
    assert inside == score(load_base(spec), renderer, rows[:4], spec)
    assert inside != score(model, renderer, rows[:4], spec)
    with pytest.raises(TypeError):
        base_view(load_base(spec)).__enter__()


@pytest.mark.parametrize("method", ["lora", "full"])
def test_whoever_may_read_the_settings_of_a_model_may_read_its_weights(make_run, tmp_path, method):
    spec = runs.load(make_run(method=method))
    save_weights(load_for_training(spec), load_tokenizer(spec.model_path), tmp_path / "saved")
    files = list((tmp_path / "saved").iterdir())
    assert {path.suffix for path in files} >= {".safetensors", ".json"}
    assert len({path.stat().st_mode for path in files}) == 1


HALF, SINGLE = torch.bfloat16, torch.float32


@pytest.mark.parametrize(
    ("place", "dtype", "installed", "capability", "method", "chosen"),
    [
        ("cuda", HALF, True, (8, 0), "lora", "flash_attention_2"),
        ("cuda", HALF, True, (9, 0), "qlora", "flash_attention_2"),
        ("cuda", HALF, False, (9, 0), "lora", None),
        ("cuda", HALF, True, (7, 5), "lora", None),
        ("cuda", SINGLE, True, (9, 0), "lora", None),
        ("cuda", HALF, True, (9, 0), "full", None),
        ("cpu", HALF, True, (9, 0), "lora", None),
    ],
)
def test_flash_attention_is_taken_where_it_can_be(
    make_run, monkeypatch, place, dtype, installed, capability, method, chosen
):
    spec = runs.load(make_run(method=method))
    monkeypatch.setattr(model_module, "device", lambda: torch.device(place))
    monkeypatch.setattr(model_module, "compute_dtype", lambda: dtype)
    monkeypatch.setattr(model_module, "is_flash_attn_2_available", lambda: installed)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: capability)
    assert training_attention(spec) == chosen


def test_a_model_that_flash_attention_does_not_serve_keeps_torchs_own(make_run, monkeypatch):
    from transformers import LlamaForCausalLM

    spec = runs.load(make_run())
    monkeypatch.setattr(model_module, "device", lambda: torch.device("cuda"))
    monkeypatch.setattr(model_module, "compute_dtype", lambda: HALF)
    monkeypatch.setattr(model_module, "is_flash_attn_2_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: (9, 0))
    monkeypatch.setattr(LlamaForCausalLM, "_supports_flash_attn", False)
    assert training_attention(spec) is None


def test_an_unfinished_run_has_no_tuned_model(make_run):
    with pytest.raises(CuratorError, match="has not finished"):
        load_tuned(make_run())


@pytest.mark.parametrize("load", [load_tuned, load_run_tokenizer])
def test_a_tuned_model_that_is_gone_is_told_as_that(make_run, load):
    run_dir = make_run()
    run_folders.finish(run_dir)
    with pytest.raises(CuratorError, match="tuned model of the run run is gone") as error:
        load(run_dir)
    assert "`curator train`" in error.value.remedy


def test_broken_weights_are_explained(make_run, tiny, tmp_path):
    folder = tmp_path / "broken"
    shutil.copytree(tiny, folder)
    spec = runs.load(make_run(model=folder))
    (folder / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(CuratorError, match="could not be loaded"):
        load_base(spec)


def test_weights_that_are_missing_are_not_made_up(make_run, tiny, tmp_path):
    from safetensors.torch import load_file, save_file

    folder = tmp_path / "holey"
    shutil.copytree(tiny, folder)
    weights = load_file(folder / "model.safetensors")
    del weights["model.layers.1.mlp.up_proj.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(CuratorError, match="1 are missing or of another shape, first model"):
        load_base(runs.load(make_run(model=folder)))
