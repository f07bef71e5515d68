"""What a model's config says, without loading the model or torch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from curator.errors import CuratorError
from curator.train.failure import is_out_of_memory
from curator.train.models.faults import model_fault


def loaded(load: Any, model_path: str, **options: Any) -> Any:
    """What `load` (a `from_pretrained`) makes of a folder or hub id.

    Raises:
        CuratorError: it cannot be loaded, or does not fit into memory.
    """
    local = Path(model_path).is_dir()
    with in_words_of(model_path):
        return load(model_path, trust_remote_code=False, local_files_only=local, **options)


@contextmanager
def in_words_of(model_path: str) -> Iterator[None]:
    """Say what is wrong with a model that a library stumbles over inside the block; each has errors of its own.

    Raises:
        CuratorError: it stumbles.
    """
    try:
        yield
    except Exception as error:
        if is_out_of_memory(error):
            raise CuratorError(
                f"The model {model_path} does not fit into memory.",
                "Take a smaller one, or --method qlora if it was not quantised.",
            ) from error
        raise model_fault(model_path, error) from error


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
