"""Why a model or its tokenizer does not load, in words: which file is at fault, where in it, and what to do.

Looked for when a library has failed, for what a library says is often about something else.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from curator.errors import CuratorError
from curator.train.models.weight_files import damaged

_CONFIG = "config.json"
_TOKENIZER = "tokenizer.json"
_READ = (_CONFIG, _TOKENIZER, "tokenizer_config.json")
_LONGEST = 300

_AGAIN = "Copy that file again from where the model came."
_CHECK = "Check the folder, or, for a hub id, that it is cached or the network is there."


def require_readable(model_path: str) -> None:
    """What describes a model and its tokenizer is JSON, as far as it is on this machine.

    Raises:
        CuratorError: a file is damaged.
    """
    unreadable = _unreadable(model_path)
    if unreadable:
        raise _not_loaded("model", model_path, unreadable, _AGAIN)


def model_fault(model_path: str, error: Exception) -> CuratorError:
    """The error for a model that a library could not make anything of."""
    unreadable = _unreadable(model_path) or damaged(Path(model_path))
    if unreadable:
        return _not_loaded("model", model_path, unreadable, _AGAIN)
    return _type_fault(model_path) or _not_loaded("model", model_path, _words(error), _CHECK)


def tokenizer_fault(model_path: str, error: Exception) -> CuratorError:
    """The error for a tokenizer that a library could not make anything of."""
    unreadable = _unreadable(model_path)
    if unreadable.startswith(_CONFIG):
        return _not_loaded("model", model_path, unreadable, _AGAIN)
    unreadable = unreadable or _no_tokenizer(model_path)
    if unreadable:
        return _not_loaded("tokenizer", model_path, unreadable, _AGAIN)
    remedy = f"Check that the folder holds {_TOKENIZER} and tokenizer_config.json."
    return _not_loaded("tokenizer", model_path, _words(error), remedy)


def template_place(model_path: str) -> str:
    """The file that holds the chat template of a model."""
    stored = _stored(model_path, "chat_template.jinja")
    return str(stored or f"tokenizer_config.json of {model_path}")


def _not_loaded(what: str, model_path: str, why: str, remedy: str) -> CuratorError:
    return CuratorError(f"The {what} of {model_path} could not be loaded: {why}", remedy)


def _stored(model_path: str, name: str) -> Path | None:
    """A file of a model where this machine has it: in its folder, or in the cache of the hub."""
    if Path(model_path).is_dir():
        path = Path(model_path) / name
        return path if path.is_file() else None
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        cached = try_to_load_from_cache(model_path, name)
    except HFValidationError:
        return None
    return Path(cached) if isinstance(cached, str) else None


def _object(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_bytes())
    if not isinstance(found, dict):
        raise ValueError(f"it is a {type(found).__name__} and no object")
    return found


def _unreadable(model_path: str) -> str:
    """The first file that holds no JSON object, and why; empty where there is none."""
    for name in _READ:
        path = _stored(model_path, name)
        try:
            if path is not None:
                _object(path)
        except (OSError, ValueError) as error:
            return f"{name} cannot be read: {error}."
    return ""


def _no_tokenizer(model_path: str) -> str:
    from tokenizers import Tokenizer

    path = _stored(model_path, _TOKENIZER)
    try:
        if path is not None:
            Tokenizer.from_file(str(path))
    except Exception as error:
        # The library knows no narrower one.
        return f"{_TOKENIZER} is no tokenizer: {error}."
    return ""


def _type_fault(model_path: str) -> CuratorError | None:
    """The error for a config of a type that cannot be tuned here, if that is what is wrong."""
    from transformers import CONFIG_MAPPING, __version__
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    path = _stored(model_path, _CONFIG)
    if path is None:
        return None
    kind = _object(path).get("model_type")
    if not kind:
        return CuratorError(f"{path} names no model_type.", _AGAIN)
    if kind not in CONFIG_MAPPING:
        return CuratorError(
            f"The installed transformers {__version__} knows no models of the type {kind}, which {path} names.",
            "Take another model; for one that is newer than the library, `pip install --upgrade transformers`. Code "
            "from a model's folder is never run.",
        )
    if kind not in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        return CuratorError(
            f"{kind} is not a causal language model, and {path} names that type.",
            "Take a model that goes on with a text from left to right, as Llama, Qwen and Gemma do.",
        )
    return None


def _words(error: Exception) -> str:
    words = " ".join(str(error).split()) or type(error).__name__
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]} …"
