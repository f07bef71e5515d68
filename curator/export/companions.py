"""The files that some readers want beside the rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from curator.export.columns import Columns, description
from curator.export.manifest import FileEntry, Manifest

ARROW_FILE = "data-00000-of-00001.arrow"
AXOLOTL_FILE = "axolotl.yaml"
_LLAMAFACTORY = {
    "prompt": "instruction",
    "query": "input",
    "response": "output",
    "system": "system",
    "history": "history",
}
"""Its name of a column to ours."""


def nothing(folder: Path, manifest: Manifest, columns: Columns) -> None:
    """For readers that need the rows alone."""


def dataset_dict(folder: Path, manifest: Manifest, columns: Columns) -> None:
    """What `datasets.load_from_disk` looks for; the fingerprint, which names its caches, is made of the content."""
    info = {
        "citation": "",
        "description": "",
        "features": description(columns),
        "homepage": "",
        "license": "",
    }
    _write_json(folder / "dataset_dict.json", {"splits": [entry.split for entry in manifest.files.values()]})
    for name, entry in manifest.files.items():
        side = (folder / name).parent
        _write_json(side / "dataset_info.json", info)
        _write_json(side / "state.json", _state(entry))


def llamafactory(folder: Path, manifest: Manifest, columns: Columns) -> None:
    """dataset_info.json, in which LLaMA-Factory looks up NAME_train, NAME_validation and NAME_test."""
    named = {role: column for role, column in _LLAMAFACTORY.items() if column in columns}
    known = {
        f"{manifest.name}_{entry.split}": {"file_name": name, "columns": named or {"prompt": "text"}}
        for name, entry in manifest.files.items()
    }
    _write_json(folder / "dataset_info.json", known)


def axolotl(folder: Path, manifest: Manifest, columns: Columns) -> None:
    """The part of an axolotl configuration that reads the rows."""
    import yaml  # type: ignore[import-untyped]

    by_split = {entry.split: name for name, entry in manifest.files.items()}
    stanza = {
        key: [_axolotl_entry(by_split[split], manifest)]
        for key, split in (("datasets", "train"), ("test_datasets", "validation"))
        if split in by_split
    }
    lead = "# For an axolotl configuration in this folder; from elsewhere, put the folder before the paths.\n"
    text = lead + yaml.safe_dump(stanza, sort_keys=False, allow_unicode=True)
    (folder / AXOLOTL_FILE).write_text(text, encoding="utf-8")


def _axolotl_entry(name: str, manifest: Manifest) -> dict[str, Any]:
    entry: dict[str, Any] = {"path": name, "ds_type": "json", "split": "train"}
    if manifest.kind == "text":
        return entry | {"type": "completion", "field": "text"}
    learned = {
        "message_field_training": "train",
        "roles_to_train": ["assistant"],
        "train_on_eos": "turn",
    }
    return entry | {"type": "chat_template", "field_messages": "messages", **learned}


def _state(entry: FileEntry) -> Mapping[str, Any]:
    return {
        "_data_files": [{"filename": ARROW_FILE}],
        "_fingerprint": entry.sha256[:16],
        "_format_columns": None,
        "_format_kwargs": {},
        "_format_type": None,
        "_output_all_columns": False,
        "_split": entry.split,
    }


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
