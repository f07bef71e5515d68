"""What a model's config says, without loading the model or torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from curator.errors import CuratorError
from curator.train.failure import is_out_of_memory


def loaded(load: Any, model_path: str, **options: Any) -> Any:
    """What `load` (a `from_pretrained`) makes of a folder or hub id.

    Raises:
        CuratorError: it cannot be loaded, or does not fit into memory.
    """
    local = Path(model_path).is_dir()
    try:
        return load(model_path, trust_remote_code=False, local_files_only=local, **options)
    except (OSError, ValueError, RuntimeError, MemoryError, ImportError, SafetensorError) as error:
        if is_out_of_memory(error):
            raise CuratorError(
                f"The model {model_path} does not fit into memory.",
                "Take a smaller one, or --method qlora if it was not quantised.",
            ) from error
        raise CuratorError(
            f"The model {model_path} could not be loaded: {error}",
            "Check the folder, or, for a hub id, that it is cached or the network is there.",
        ) from error


def context_limit(model_path: str) -> int | None:
    """The most tokens that a model can see, if its config says so.

    Raises:
        CuratorError: the config cannot be loaded.
    """
    limit = getattr(text_config(model_path), "max_position_embeddings", None)
    return None if limit is None else int(limit)


def vocabulary(model_path: str) -> int:
    """The number of tokens that a model knows.

    Raises:
        CuratorError: the config cannot be loaded.
    """
    return int(text_config(model_path).vocab_size)


def text_config(model_path: str) -> Any:
    """The config of a model, or of the part of it that reads text.

    Raises:
        CuratorError: it cannot be loaded.
    """
    from transformers import AutoConfig

    return loaded(AutoConfig.from_pretrained, model_path).get_text_config()
