"""Whether the files of a tuned model are whole, seen without loading the model or torch."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open

from curator.errors import CuratorError

_DESCRIPTION = "adapter_config.json"


def require_whole(folder: Path) -> None:
    """Each file of weights is as long as its head says, and an adapter's description can be read.

    Raises:
        CuratorError: one is cut off or damaged.
    """
    if cut := damaged(folder):
        raise does_not_load(folder, cut)
    description = folder / _DESCRIPTION
    try:
        known = json.loads(description.read_bytes()) if description.exists() else {}
    except (OSError, ValueError) as error:
        raise does_not_load(folder, f"{_DESCRIPTION}: {error}") from error
    if not isinstance(known, dict):
        raise does_not_load(folder, f"{_DESCRIPTION} holds no JSON object")


def damaged(folder: Path) -> str:
    """The first file of weights that is not as long as its head says, and why; empty where there is none."""
    for path in sorted(folder.glob("*.safetensors")):
        try:
            with safe_open(path, "np"):
                pass
        except (OSError, SafetensorError) as error:
            return f"{path.name}: {error}"
    return ""


def does_not_load(folder: Path, why: object) -> CuratorError:
    """The error for a tuned model that cannot be used."""
    what = "adapter" if (folder / _DESCRIPTION).exists() else "model"
    return CuratorError(
        f"The {what} in {folder} does not load: {why}",
        "Copy the folder again from where it was trained, or train the run again.",
    )
