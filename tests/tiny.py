"""Tiny random models and tokenizers, and runs on a handful of rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from curator.config import EvaluateSettings, TrainSettings
from curator.records import Kind
from curator.train import runs
from curator.train.args import RunSpec

CHAT = (
    "{{ bos_token }}{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] + eos_token + '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
SENTENCES = (
    "where is my parcel",
    "the parcel never came to my house",
    "i want my money back now",
    "thank you all is well",
    "please answer the question about delivery",
    "Assistant: User: refund delivery praise",
)
LABELS = ("delivery", "refund", "praise")
SPECIALS = ["<pad>", "<s>", "</s>", "<|system|>", "<|user|>", "<|assistant|>"]

MakeRun = Callable[..., Path]


def make_tokenizer(template: str | None = CHAT, **tokens: str) -> Any:
    """A byte-level BPE tokenizer that learned a few sentences."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    core.train_from_iterator(
        SENTENCES * 3,
        trainers.BpeTrainer(
            vocab_size=400, special_tokens=SPECIALS, initial_alphabet=alphabet, show_progress=False
        ),
    )
    named = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"} | tokens
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, **{name: token for name, token in named.items() if token}
    )
    tokenizer.chat_template = template
    return tokenizer


def make_model(vocabulary: int, seed: int = 0) -> Any:
    """A two-layer Llama with random weights, large enough that its opinions differ."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        initializer_range=0.15,
        tie_word_embeddings=True,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )
    return LlamaForCausalLM(config).eval()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny chat model."""
    return _saved(tmp_path_factory.mktemp("models") / "chat", CHAT)


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny model without template."""
    return _saved(tmp_path_factory.mktemp("models") / "plain", None)


def _saved(folder: Path, template: str | None) -> Path:
    tokenizer = make_tokenizer(template)
    make_model(len(tokenizer)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def rows_of(kind: Kind, count: int, start: int = 0) -> list[dict[str, str]]:
    """Distinct rows of a kind."""
    made = []
    for number in range(start, start + count):
        label, text = LABELS[number % 3], f"{SENTENCES[number % 4]} {number} {'very ' * (number % 5)}much"
        fields = {
            "classification": {"text": f"{label} {text}", "label": label},
            "instruction": {"instruction": text, "answer": f"{label} for {number}"},
            "text": {"text": f"{text} and more of the same, said {label}", "target": label},
        }[kind]
        made.append({"id": str(number), **fields})
    return made


@pytest.fixture
def make_run(tmp_path: Path, tiny: Path) -> MakeRun:
    """Makes runs with their exports."""

    def make(
        kind: Kind = "classification",
        rows: Sequence[dict[str, Any]] | None = None,
        test: Sequence[dict[str, Any]] | None = None,
        validation: Sequence[dict[str, Any]] = (),
        model: Path = tiny,
        name: str = "run",
        **settings: Any,
    ) -> Path:
        export = tmp_path / f"{name}-export"
        export.mkdir(parents=True)
        sides = {
            "train": rows_of(kind, 24) if rows is None else rows,
            "validation": validation,
            "test": rows_of(kind, 6, 100) if test is None else test,
        }
        for side, lines in sides.items():
            if lines:
                text = "".join(json.dumps(line) + "\n" for line in lines)
                (export / f"{side}.jsonl").write_text(text, encoding="utf-8")
        defaults = {"method": "lora", "epochs": 1, "batch_size": 8, "micro_batch_size": 4, "lora_rank": 4}
        spec = RunSpec(
            name=name,
            created="2026-11-21T00:00:00+00:00",
            kind=kind,
            labels=LABELS if kind == "classification" else (),
            model=str(model),
            model_path=runs.resolve_model(str(model)),
            export_path=str(export),
            export_sha256=runs.hash_export(export),
            train=TrainSettings.model_validate(defaults | settings),
            evaluate=EvaluateSettings(batch_size=4, max_new_tokens=12),
        )
        folder = tmp_path / "runs" / name
        runs.create(folder, spec)
        return folder

    return make
