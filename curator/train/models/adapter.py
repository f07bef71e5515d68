"""An adapter loaded onto its base."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from peft import PeftModel
from safetensors import SafetensorError

from curator.train.failure import in_words, is_out_of_memory
from curator.train.models.weight_files import does_not_load, require_whole


def with_adapter(base: Callable[[], Any], folder: Path) -> Any:
    """The base with the adapter of a folder; what is damaged is told before the base is loaded.

    Raises:
        CuratorError: the base cannot be loaded, or the adapter is damaged or does not belong to it.
    """
    require_whole(folder)
    model = base()
    try:
        with warnings.catch_warnings():
            # The library would leave what it does not find at its random beginning.
            warnings.filterwarnings("error", message="Found missing adapter keys")
            return PeftModel.from_pretrained(model, str(folder))
    except (OSError, ValueError, TypeError, KeyError, RuntimeError, UserWarning, SafetensorError) as error:
        raise (in_words(error) if is_out_of_memory(error) else does_not_load(folder, error)) from error
