"""A merged model answers as its adapter did."""

from __future__ import annotations

import pytest

from curator.errors import CuratorError
from curator.evaluate.merging import merge_run
from curator.train import session
from curator.train.progress import EventLog
from tests.tiny import rows_of


def trained(make_run, method: str, kind: str = "classification"):
    run_dir = make_run(kind, method=method, epochs=4, learning_rate=1e-2, test=rows_of(kind, 6, 70))
    session.run(run_dir, False, EventLog(run_dir))
    return run_dir


@pytest.mark.parametrize(("method", "most"), [("lora", 0.1), ("qlora", 1.0)])
def test_it_answers_as_the_adapter_does_and_needs_no_adapter(make_run, tmp_path, method, most):
    from transformers import AutoModelForCausalLM

    run_dir = trained(make_run, method)
    found = merge_run(run_dir, tmp_path / "merged")
    assert found.rows == 6
    assert found.largest < most
    assert found.dtype == "bfloat16"
    model = AutoModelForCausalLM.from_pretrained(str(found.path))
    assert not hasattr(model, "peft_config")
    assert not list(found.path.glob("adapter*"))
    assert "qlora" in (found.path / "README.md").read_text() or method == "lora"
    assert (found.path / "tokenizer.json").is_file()
    modes = [
        {path.stat().st_mode for path in folder.iterdir()} for folder in (found.path, run_dir / "adapter")
    ]
    assert len(modes[0]) == len(modes[1]) == 1


def test_a_taken_place_is_not_overwritten(make_run, tmp_path):
    run_dir = trained(make_run, "lora")
    (tmp_path / "merged").mkdir()
    with pytest.raises(CuratorError, match="is there already"):
        merge_run(run_dir, tmp_path / "merged")


def test_a_run_that_tuned_every_weight_has_nothing_to_merge(make_run, tmp_path):
    run_dir = trained(make_run, "full")
    with pytest.raises(CuratorError, match="whole model already"):
        merge_run(run_dir, tmp_path / "merged")


def test_an_unfinished_run_is_refused(make_run, tmp_path):
    with pytest.raises(CuratorError, match="has not finished"):
        merge_run(make_run("classification"), tmp_path / "merged")
    assert not (tmp_path / "merged").exists()
