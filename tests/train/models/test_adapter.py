"""An adapter that is damaged is told as such by all that load or send it."""

from __future__ import annotations

import pytest

from curator.errors import CuratorError
from curator.evaluate.merging import merge_run
from curator.release import llama_cpp, upload
from curator.train import runs
from curator.train.args import ADAPTER
from curator.train.models.adapter import with_adapter
from curator.train.models.model import load_for_training, load_tuned, save_weights
from curator.train.models.tokenizer import load_tokenizer
from tests.run_folders import finish

WEIGHTS = "adapter_model.safetensors"


@pytest.fixture
def run_dir(make_run):
    """A finished run whose adapter was never trained."""
    folder = make_run()
    spec = runs.load(folder)
    save_weights(load_for_training(spec), load_tokenizer(spec.model_path), folder / ADAPTER)
    finish(folder)
    return folder


def cut(run_dir) -> None:
    path = run_dir / ADAPTER / WEIGHTS
    path.write_bytes(path.read_bytes()[:-100])


def test_a_cut_adapter_is_told_before_anything_is_made_of_it(run_dir, tmp_path):
    cut(run_dir)
    for use in (
        lambda: load_tuned(run_dir),
        lambda: merge_run(run_dir, tmp_path / "merged"),
        lambda: llama_cpp.write(run_dir, tmp_path / "one.gguf", "f16"),
        lambda: upload.prepare(run_dir, "adapter", "me/tickets", True, "http://127.0.0.1:1"),
    ):
        with pytest.raises(CuratorError, match=rf"The adapter in .* does not load: {WEIGHTS}") as caught:
            use()
        assert "train the run again" in caught.value.remedy
    assert not list(tmp_path.glob("merged*"))
    assert not list(tmp_path.glob("*.gguf"))


def test_the_base_is_not_loaded_for_a_cut_adapter(run_dir):
    cut(run_dir)
    loads = []
    with pytest.raises(CuratorError, match="does not load"):
        with_adapter(lambda: loads.append(None), run_dir / ADAPTER)
    assert not loads


def test_an_adapter_that_lacks_a_layer_is_not_filled_up(run_dir):
    from safetensors.torch import load_file, save_file

    path = run_dir / ADAPTER / WEIGHTS
    weights = load_file(path)
    weights.pop(next(iter(weights)))
    save_file(weights, path)
    with pytest.raises(CuratorError, match="does not load: Found missing adapter keys"):
        load_tuned(run_dir)


@pytest.mark.parametrize("text", ["{", "[]", "\x00"])
def test_a_damaged_description_is_named(run_dir, text):
    (run_dir / ADAPTER / "adapter_config.json").write_text(text)
    with pytest.raises(CuratorError, match=r"does not load: adapter_config\.json"):
        load_tuned(run_dir)
