"""llama.cpp reads what we write, cuts texts as we do, and answers as transformers does."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import pytest
import torch

from curator.errors import CuratorError
from curator.release import llama_cpp
from curator.release.vocabulary import vocabulary_of
from curator.train import session
from curator.train.models.tokenizer import load_tokenizer
from curator.train.progress import EventLog
from curator.train.runs import resolve_model
from tests.llama_cpp import answer_of_llama_cpp, answer_of_transformers, random_model
from tests.tiny import make_model, make_tokenizer, rows_of


def bundled():
    from transformers import AutoModelForCausalLM

    folder = resolve_model("bundled")
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32), load_tokenizer(folder)


def sentencepiece_tokenizer(family):
    """As Llama 2 or Gemma have it: bytes for what it does not know, blanks marked, with Llama one before everything."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    plain = ["▁", *"abcdefghijklmnopqrstuvwxyzWDT'.,?!1234"]
    merges = [
        ("▁", "p"),
        ("a", "r"),
        ("c", "e"),
        ("▁p", "ar"),
        ("ce", "l"),
        ("▁par", "cel"),
        ("▁", "t"),
        ("l", "l"),
    ]
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *plain]
    tokens += ["".join(pair) for pair in merges]
    core = Tokenizer(
        models.BPE(
            vocab={token: index for index, token in enumerate(tokens)},
            merges=merges,
            unk_token="<unk>",
            byte_fallback=True,
            fuse_unk=True,
        )
    )
    marked = normalizers.Replace(" ", "▁")
    shown = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    if family == "llama":
        core.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), marked])
        core.decoder = decoders.Sequence([*shown, decoders.Strip(" ", 1, 0)])
    else:
        core.normalizer, core.decoder = marked, decoders.Sequence(shown)
        core.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    return PreTrainedTokenizerFast(
        tokenizer_object=core, unk_token="<unk>", bos_token="<s>", eos_token="</s>", pad_token="<unk>"
    )


def written(run_dir: Path, precision="f32") -> gguf.GGUFReader:
    return gguf.GGUFReader(llama_cpp.write(run_dir, run_dir / "model.gguf", precision).path)


def value(reader: gguf.GGUFReader, key: str):
    return reader.get_field(key).contents()


@pytest.mark.parametrize("precision", ["f32", "f16"])
def test_llama_cpp_answers_as_the_bundled_model_does(whole_run, precision):
    run_dir = whole_run(*bundled())
    found = llama_cpp.write(run_dir, run_dir / "model.gguf", precision)
    assert answer_of_llama_cpp(found.path) == answer_of_transformers(run_dir)


@pytest.mark.parametrize("family", ["llama", "gemma"])
def test_llama_cpp_cuts_texts_as_sentencepiece_did(whole_run, family):
    tokenizer = sentencepiece_tokenizer(family)
    model = random_model("llama", len(tokenizer), tie_word_embeddings=False)
    with torch.no_grad():
        # It never says single bytes: the two show half a character in ways of their own.
        model.lm_head.weight[3 : 3 + 256] = 0.0
    run_dir = whole_run(model, tokenizer)
    found = llama_cpp.write(run_dir, run_dir / "model.gguf", "f32")
    answer, seen = answer_of_llama_cpp(found.path)
    expected, asked = answer_of_transformers(run_dir)
    assert (answer.strip(), seen) == (expected.strip(), asked)


def test_a_tuned_adapter_is_in_the_file(make_run):
    run_dir = make_run(
        "classification",
        method="lora",
        epochs=2,
        learning_rate=1e-2,
        seed=1,
        test=rows_of("classification", 3, 70),
    )
    session.run(run_dir, False, EventLog(run_dir))
    found = llama_cpp.write(run_dir, run_dir / "model.gguf", "f32")
    assert found.modelfile.read_text().startswith("# Written by Curator")
    assert answer_of_llama_cpp(found.path) == answer_of_transformers(run_dir)


@pytest.mark.parametrize(("precision", "most"), [("f32", 0.0), ("f16", 1e-3), ("q8_0", 2e-2)])
def test_every_tensor_is_there_and_close_to_what_it_was(whole_run, precision, most):
    model, tokenizer = make_model(len(make_tokenizer())), make_tokenizer()
    reader = written(whole_run(model, tokenizer), precision)
    weights = model.state_dict()
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, 2)
    expected = {
        names.get_name(name, try_suffixes=(".weight",)): tensor.numpy()
        for name, tensor in weights.items()
        if name != "lm_head.weight"
    }
    assert {tensor.name for tensor in reader.tensors} == set(expected)
    for tensor in reader.tensors:
        values = gguf.dequantize(tensor.data, tensor.tensor_type)
        original = expected[tensor.name]
        assert values.shape == original.shape
        if ".attn_q." in tensor.name or ".attn_k." in tensor.name:
            # Turned: the same rows in another order.
            values, original = (np.sort(each, axis=0) for each in (values, original))
        assert np.abs(values - original).max() <= most * np.abs(original).max()


def test_the_file_says_what_the_model_is(whole_run):
    tokenizer = make_tokenizer()
    reader = written(whole_run(make_model(len(tokenizer) + 3), tokenizer, name="tickets"))
    assert value(reader, "general.name") == "tickets"
    assert value(reader, "general.architecture") == "llama"
    assert value(reader, "llama.context_length") == 256
    assert value(reader, "llama.attention.head_count_kv") == 2
    assert value(reader, "llama.rope.freq_base") == 10_000
    assert value(reader, "tokenizer.ggml.model") == "gpt2"
    assert value(reader, "tokenizer.ggml.pre") == "gpt-2"
    assert value(reader, "tokenizer.ggml.eos_token_id") == tokenizer.eos_token_id
    assert value(reader, "tokenizer.ggml.add_bos_token") is True
    assert value(reader, "tokenizer.chat_template") == tokenizer.chat_template
    tokens = value(reader, "tokenizer.ggml.tokens")
    assert tokens[:-3] == tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
    assert value(reader, "tokenizer.ggml.token_type")[-3:] == [int(gguf.TokenType.UNUSED)] * 3


def test_windows_have_no_chat_template(whole_run):
    tokenizer = make_tokenizer()
    reader = written(whole_run(make_model(len(tokenizer)), tokenizer, "text"))
    assert reader.get_field("tokenizer.chat_template") is None


def test_numbers_that_do_not_fit_into_16_bits_are_told(whole_run):
    tokenizer = make_tokenizer()
    model = make_model(len(tokenizer))
    with torch.no_grad():
        model.model.embed_tokens.weight[0, 0] = 1e6
    run_dir = whole_run(model, tokenizer)
    with pytest.raises(CuratorError, match="do not fit into F16") as caught:
        llama_cpp.write(run_dir, run_dir / "model.gguf", "f16")
    assert "--type f32" in caught.value.remedy
    assert not [path for path in run_dir.iterdir() if "gguf" in path.name]


def test_other_models_are_refused_with_the_command_that_helps(whole_run):
    tokenizer = make_tokenizer()
    run_dir = whole_run(random_model("olmo2", len(tokenizer)), tokenizer)
    with pytest.raises(CuratorError, match="no GGUF of this olmo2 model") as caught:
        llama_cpp.write(run_dir, run_dir / "model.gguf", "f16")
    assert "convert_hf_to_gguf.py" in caught.value.remedy


def test_other_positions_are_refused(whole_run):
    tokenizer = make_tokenizer()
    scaling = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64}
    run_dir = whole_run(random_model("llama", len(tokenizer), rope_scaling=scaling), tokenizer)
    with pytest.raises(CuratorError, match="no GGUF of this llama model"):
        llama_cpp.write(run_dir, run_dir / "model.gguf", "f16")


def test_a_taken_place_is_not_overwritten(whole_run):
    tokenizer = make_tokenizer()
    run_dir = whole_run(make_model(len(tokenizer)), tokenizer)
    llama_cpp.write(run_dir, run_dir / "model.gguf", "f16")
    with pytest.raises(CuratorError, match="is there already"):
        llama_cpp.write(run_dir, run_dir / "model.gguf", "f16")


def test_tokenizers_that_llama_cpp_would_read_otherwise_are_refused():
    from tokenizers import normalizers, pre_tokenizers

    cases = {
        "divides texts": ("pre_tokenizer", pre_tokenizers.Whitespace()),
        "rewrites texts": ("normalizer", normalizers.Lowercase()),
    }
    for words, (part, step) in cases.items():
        tokenizer = make_tokenizer()
        setattr(tokenizer.backend_tokenizer, part, step)
        with pytest.raises(CuratorError, match=words):
            vocabulary_of(tokenizer, len(tokenizer))
    gemma = sentencepiece_tokenizer("gemma")
    gemma.backend_tokenizer.normalizer = normalizers.Prepend("▁")
    with pytest.raises(CuratorError, match="rewrites or divides"):
        vocabulary_of(gemma, len(gemma))
    with pytest.raises(CuratorError, match="the model 10"):
        vocabulary_of(make_tokenizer(), 10)
