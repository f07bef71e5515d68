"""The published JSON Schemas, made from the models; `python -m curator.schema FOLDER` writes them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pydantic import BaseModel

from curator.config import Config
from curator.errors import CuratorError
from curator.export.manifest import Manifest
from curator.files import write_atomically
from curator.records import (
    ClassificationRecord,
    ClassificationRow,
    InstructionRecord,
    InstructionRow,
    TextRecord,
    WindowRow,
)
from curator.text import nearest
from curator.train.args import RunSpec

MODELS: dict[str, type[BaseModel]] = {
    "classification": ClassificationRecord,
    "instruction": InstructionRecord,
    "text": TextRecord,
    "classification-row": ClassificationRow,
    "instruction-row": InstructionRow,
    "text-row": WindowRow,
    "config": Config,
    "export-manifest": Manifest,
    "run-manifest": RunSpec,
}
"""Every published schema by its name."""


def render(name: str) -> str:
    """One schema as JSON text.

    Raises:
        CuratorError: there is no schema of that name.
    """
    if name not in MODELS:
        raise CuratorError(f"There is no schema {name!r}.", nearest(name, MODELS))
    return json.dumps(MODELS[name].model_json_schema(), indent=2, ensure_ascii=False) + "\n"


def write_all(folder: Path) -> None:
    """Write every schema into a folder."""
    for name in MODELS:
        write_atomically(folder / f"{name}.json", render(name), "write the schema")


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
