"""A tuned model on its way to the hub: the files that make it up, and no others that lie beside them."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from curator.errors import CuratorError, NotFound, explained
from curator.evaluate.reporting import model_card
from curator.export.push import Upload, upload_of
from curator.train import runs
from curator.train.args import ADAPTER
from curator.train.models.weight_files import require_whole

Part = Literal["adapter", "merged"]

_FILES = (
    "*.safetensors",
    "*.safetensors.index.json",
    "README.md",
    "adapter_config.json",
    "chat_template.jinja",
    "config.json",
    "generation_config.json",
    "merges.txt",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "vocab.json",
)
"""What libraries look for in the folder of a model."""


def prepare(run_dir: Path, part: Part, repo_id: str, private: bool, endpoint: str) -> Upload:
    """Look at what is to be sent of a run, without sending anything; its model card is brought up to date.

    Raises:
        CuratorError: the run is not finished or not merged, its model is damaged, or the repository's name cannot be
            one.
    """
    spec = runs.load(run_dir)
    runs.load_result(run_dir)
    folder = run_dir / (ADAPTER if part == "adapter" else "merged")
    if not folder.is_dir():
        raise NotFound(
            f"The run {spec.name} has no {folder.name} model.", f"Make it: curator merge {spec.name}."
        )
    require_whole(folder)
    model_card.write(run_dir, folder)
    names = sorted({path.name for pattern in _FILES for path in folder.glob(pattern) if path.is_file()})
    if not any(name.endswith(".safetensors") for name in names):
        raise CuratorError(f"{folder} has no weights.", "Train the run again.")
    message = f"Run {spec.name} (curator {version('curator-sft')})"
    return upload_of(folder, names, repo_id, "model", message, private, endpoint)


def unreachable_base(folder: Path) -> str:
    """The folder that an adapter names as its base, where that is one of this machine; empty where it is not."""
    config = folder / "adapter_config.json"
    if not config.is_file():
        return ""
    with explained("read", config):
        named = str(json.loads(config.read_text("utf-8")).get("base_model_name_or_path") or "")
    return named if Path(named).is_absolute() else ""
