"""What llama.cpp makes of a GGUF file, and transformers of the run it was written from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from curator.evaluate.merging import whole_model
from curator.train import runs
from curator.train.models.model import load_run_tokenizer
from curator.train.rows.render import Renderer

TALK = [{"role": "user", "content": "Where is my 1234th parcel, дорогой друг?\n\n  Don't  tell!"}]
LENGTH = 24


def random_model(kind: str, vocabulary: int, **more: Any) -> Any:
    """A small model of a type that transformers knows, whose norms and biases say something too."""
    from transformers import AutoConfig, AutoModelForCausalLM

    torch.manual_seed(1)
    settings = {
        "vocab_size": vocabulary,
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 256,
        "initializer_range": 0.3,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 0,
    }
    config = AutoConfig.for_model(kind, **settings | more)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
    with torch.no_grad():
        if config.tie_word_embeddings:
            # Where embeddings outweigh the layers, a model says the same token again whatever the layers do.
            model.get_input_embeddings().weight.mul_(0.1)
        for weights in model.parameters():
            if weights.ndim == 1:
                weights.add_(0.2 * torch.randn_like(weights))
    return model


def answer_of_llama_cpp(path: Path) -> tuple[str, int]:
    """Its greedy answer, and the tokens that it saw in the question."""
    found = _server(path).handle_chat_completions(
        {"messages": TALK, "max_tokens": LENGTH, "temperature": 0, "cache_prompt": False}
    )
    return _whole_signs(found["choices"][0]["message"]["content"]), found["usage"]["prompt_tokens"]


def answer_of_transformers(run_dir: Path) -> tuple[str, int]:
    """The same of the model of a run."""
    spec, tokenizer = runs.load(run_dir), load_run_tokenizer(run_dir)
    made = Renderer.of_run(tokenizer, spec)
    text = made.prompt_text(TALK)
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    ids = ids if ids[:1] == [made.bos_id] or not made.begins_with_bos else [made.bos_id, *ids]
    given = torch.tensor([ids])
    out = whole_model(run_dir, torch.float32).generate(
        given,
        attention_mask=torch.ones_like(given),
        do_sample=False,
        max_new_tokens=LENGTH,
        eos_token_id=sorted(made.end_ids),
        pad_token_id=tokenizer.pad_token_id,
    )
    return _whole_signs(tokenizer.decode(out[0, len(ids) :], skip_special_tokens=True)), len(ids)


def differences(path: Path, run_dir: Path, ids: list[int], most: int = 60) -> Iterator[float]:
    """How far the log-likelihoods of the likeliest next tokens are apart, after more and more of the tokens."""
    model, asked = whole_model(run_dir, torch.float32), _server(path)
    for length in range(3, len(ids), 5):
        found = asked.handle_completions(
            {"prompt": ids[:length], "n_predict": 1, "n_probs": most, "temperature": 0, "cache_prompt": False}
        )
        assert found["usage"]["prompt_tokens"] == length
        with torch.no_grad():
            expected = model(torch.tensor([ids[:length]])).logits[0, -1].log_softmax(-1)
        # Where it says the end of a text, there is nothing to look at.
        for told in (found["choices"][0]["logprobs"] or {}).get("content", []):
            yield from (abs(expected[each["id"]].item() - each["logprob"]) for each in told["top_logprobs"])


def _server(path: Path) -> Any:
    llama = pytest.importorskip("xllamacpp")
    settings = llama.CommonParams()
    settings.model.path = str(path)
    settings.n_ctx, settings.n_parallel, settings.cpuparams.n_threads = 256, 1, 1
    settings.warmup, settings.use_jinja, settings.verbosity = False, True, 0
    return llama.Server(settings)


def _whole_signs(text: str) -> str:
    """Without half a character at the end, which llama.cpp keeps back."""
    return text.rstrip("\ufffd")
