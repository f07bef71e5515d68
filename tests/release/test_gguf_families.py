"""Models of each family answer in llama.cpp as in transformers, or are refused with the reason."""

from __future__ import annotations

import pytest

from curator.errors import CuratorError
from curator.release import llama_cpp
from curator.release.architectures.known import architecture_of
from tests.llama_cpp import answer_of_llama_cpp, answer_of_transformers, differences, random_model
from tests.tiny import SENTENCES, make_tokenizer

LLAMA3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}
GEMMA = {"head_dim": 32, "query_pre_attn_scalar": 32, "sliding_window": 8}
GEMMA2 = GEMMA | {"attn_logit_softcapping": 2.0, "final_logit_softcapping": 0.3}
LAYERS = {"num_hidden_layers": 4, "layer_types": ["sliding_attention", "full_attention"] * 2}
LINEAR = {"rope_type": "linear", "factor": 8.0}
MODELS = {
    "llama": ("llama", {}),
    "llama-bias": ("llama", {"attention_bias": True, "head_dim": 32}),
    "llama3": ("llama", {"rope_scaling": LLAMA3}),
    "mistral": ("mistral", {"sliding_window": None}),
    "qwen2": ("qwen2", {}),
    "qwen3": ("qwen3", {"head_dim": 16}),
    "gemma2": ("gemma2", GEMMA2),
    "gemma3": (
        "gemma3_text",
        GEMMA | {"num_hidden_layers": 6, "sliding_window_pattern": 3, "rope_local_base_freq": 100.0},
    ),
    "gemma3-linear": (
        "gemma3_text",
        GEMMA | LAYERS | {"rope_scaling": LINEAR, "final_logit_softcapping": 0.3},
    ),
    "gpt2": ("gpt2", {"n_inner": 96}),
    "gpt-neox": ("gpt_neox", {}),
    "gpt-neox-in-turn": (
        "gpt_neox",
        {"use_parallel_residual": False, "rotary_pct": 1.0, "rotary_emb_base": 500},
    ),
}
ODD = {
    "its activation is not SiLU": ("llama", {"hidden_act": "gelu"}),
    "some of its layers look at near tokens only": (
        "qwen2",
        {"use_sliding_window": True, "sliding_window": 4, "max_window_layers": 1},
    ),
    "llama.cpp has no such positions": ("qwen2", {"rope_scaling": LINEAR}),
    "its attention has biases": ("gemma2", GEMMA2 | {"attention_bias": True}),
    "it scales queries by 256, llama.cpp by 32": ("gemma3_text", GEMMA | {"query_pre_attn_scalar": 256}),
    "it scales queries by 32, llama.cpp by 16": ("gemma3_text", GEMMA | {"num_hidden_layers": 62}),
    "its near and far layers follow no pattern": (
        "gemma3_text",
        GEMMA | {"layer_types": ["full_attention", "sliding_attention"]},
    ),
    "it looks ahead": ("gemma3_text", GEMMA | {"use_bidirectional_attention": True}),
    "it does not cap its scores": ("gemma2", GEMMA2 | {"attn_logit_softcapping": None}),
    "it caps the scores of attention": ("gemma3_text", GEMMA | {"attn_logit_softcapping": 50.0}),
    "its activation is not GELU by the tangent": ("gpt2", {"activation_function": "relu"}),
    "it scales attention in a way of its own": ("gpt2", {"scale_attn_by_inverse_layer_idx": True}),
    "its attention has no biases": ("gpt_neox", {"attention_bias": False}),
    "it has one matrix for what goes in and what comes out": ("gpt_neox", {"tie_word_embeddings": True}),
    "it knows llama, mistral": ("olmo2", {}),
}


@pytest.mark.parametrize(("kind", "settings"), MODELS.values(), ids=MODELS.keys())
def test_llama_cpp_answers_as_transformers_does(whole_run, kind, settings):
    tokenizer = make_tokenizer()
    # Some families come with a token of their own, so there is room for it.
    run_dir = whole_run(random_model(kind, len(tokenizer) + 8, **settings), tokenizer)
    found = llama_cpp.write(run_dir, run_dir / "model.gguf", "f32")
    assert answer_of_llama_cpp(found.path) == answer_of_transformers(run_dir)
    far = list(differences(found.path, run_dir, tokenizer(" ".join(SENTENCES))["input_ids"]))
    # llama.cpp keeps keys, values and activations with 16 bits.
    assert len(far) > 100
    assert max(far) < 0.05


@pytest.mark.parametrize("precision", ["f16", "q8_0"])
@pytest.mark.parametrize("kind", ["gemma3", "gpt2", "gpt-neox"])
def test_matrices_of_fewer_bits_lie_the_same_way(whole_run, kind, precision):
    tokenizer = make_tokenizer()
    kind, settings = MODELS[kind]
    run_dir = whole_run(random_model(kind, len(tokenizer) + 8, **settings), tokenizer)
    found = llama_cpp.write(run_dir, run_dir / "model.gguf", precision)
    far = list(differences(found.path, run_dir, tokenizer(" ".join(SENTENCES))["input_ids"]))
    assert max(far) < {"f16": 0.05, "q8_0": 0.5}[precision]


@pytest.mark.parametrize(("words", "kind", "settings"), [(words, *each) for words, each in ODD.items()])
def test_what_llama_cpp_does_otherwise_is_refused_with_the_reason(words, kind, settings):
    config = random_model(kind, 40, **settings).config
    with pytest.raises(CuratorError, match=rf"no GGUF of this {config.model_type} model: {words}"):
        architecture_of(config, "Do otherwise.")
