"""Which architecture of llama.cpp a model has, or why it has none."""

from __future__ import annotations

from typing import Any

from curator.errors import CuratorError
from curator.release.architectures.architecture import Architecture
from curator.release.architectures.gemma import GEMMA2, GEMMA3
from curator.release.architectures.gpt2 import GPT2
from curator.release.architectures.gpt_neox import GPT_NEOX
from curator.release.architectures.llama import LLAMA, QWEN2, QWEN3

_KNOWN = {
    "llama": LLAMA,
    "mistral": LLAMA,
    "qwen2": QWEN2,
    "qwen3": QWEN3,
    "gemma2": GEMMA2,
    "gemma3_text": GEMMA3,
    "gpt2": GPT2,
    "gpt_neox": GPT_NEOX,
}
"""By transformers' name of the model's type."""


def architecture_of(config: Any, remedy: str) -> Architecture:
    """The architecture of a model with such a config.

    Raises:
        CuratorError: there is none, or the model has something that llama.cpp would do otherwise.
    """
    found = _KNOWN.get(config.model_type)
    if found is None:
        reason: str | None = f"it knows {', '.join(_KNOWN)}"
    else:
        reason = next((words for words, is_so in found.oddities(config).items() if is_so), None)
    if found is None or reason is not None:
        raise CuratorError(f"Curator writes no GGUF of this {config.model_type} model: {reason}.", remedy)
    return found
