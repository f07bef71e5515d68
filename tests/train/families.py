"""Small random models in the shapes of the usual families."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_SIZES = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
_IDS = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}


def _seeded() -> None:
    import torch

    torch.manual_seed(0)


def llama(vocabulary: int) -> Any:
    """Llama: rotary positions, grouped queries."""
    from transformers import LlamaConfig, LlamaForCausalLM

    _seeded()
    return LlamaForCausalLM(
        LlamaConfig(vocab_size=vocabulary, num_key_value_heads=2, **_SIZES, **_IDS)
    ).eval()


def qwen(vocabulary: int) -> Any:
    """Qwen 3: normalised queries and keys."""
    from transformers import Qwen3Config, Qwen3ForCausalLM

    _seeded()
    config = Qwen3Config(vocab_size=vocabulary, num_key_value_heads=2, head_dim=8, **_SIZES, **_IDS)
    return Qwen3ForCausalLM(config).eval()


def mistral(vocabulary: int) -> Any:
    """Mistral, with a window that slides."""
    from transformers import MistralConfig, MistralForCausalLM

    _seeded()
    config = MistralConfig(vocab_size=vocabulary, num_key_value_heads=2, sliding_window=4, **_SIZES, **_IDS)
    return MistralForCausalLM(config).eval()


def gemma(vocabulary: int) -> Any:
    """Gemma 3: layers that see near and layers that see all."""
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig

    _seeded()
    config = Gemma3TextConfig(
        vocab_size=vocabulary, num_key_value_heads=2, head_dim=8, sliding_window=4, **_SIZES, **_IDS
    )
    return Gemma3ForCausalLM(config).eval()


def gemma2(vocabulary: int) -> Any:
    """Gemma 2: logits of attention are capped, which torch's attention does not do; none of `FAMILIES`."""
    from transformers import Gemma2Config, Gemma2ForCausalLM

    _seeded()
    config = Gemma2Config(
        vocab_size=vocabulary,
        num_key_value_heads=2,
        head_dim=8,
        sliding_window=4,
        attn_logit_softcapping=0.1,
        **_SIZES,
        **_IDS,
    )
    return Gemma2ForCausalLM(config).eval()


def gpt2(vocabulary: int) -> Any:
    """GPT-2: learned positions, convolutions of width one in the place of linear layers."""
    from transformers import GPT2Config, GPT2LMHeadModel

    _seeded()
    config = GPT2Config(
        vocab_size=vocabulary,
        n_embd=32,
        n_layer=2,
        n_head=4,
        resid_pdrop=0,
        embd_pdrop=0,
        attn_pdrop=0,
        **_IDS,
    )
    return GPT2LMHeadModel(config).eval()


def gpt_neox(vocabulary: int) -> Any:
    """GPT-NeoX: attention and MLP side by side, partly rotary."""
    from transformers import GPTNeoXConfig, GPTNeoXForCausalLM

    _seeded()
    config = GPTNeoXConfig(vocab_size=vocabulary, hidden_dropout=0.0, attention_dropout=0.0, **_SIZES, **_IDS)
    return GPTNeoXForCausalLM(config).eval()


FAMILIES: dict[str, Callable[[int], Any]] = {
    "llama": llama,
    "qwen": qwen,
    "mistral": mistral,
    "gemma": gemma,
    "gpt2": gpt2,
    "gpt-neox": gpt_neox,
}
