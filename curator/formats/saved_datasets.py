"""Folders that the library `datasets` saved: Arrow files, and JSON that says which of them count."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from curator.errors import CuratorError, explained

_STATE = "state.json"
_DICTIONARY = "dataset_dict.json"
BOOKKEEPING = (_STATE, _DICTIONARY, "dataset_info.json")


class Saved(NamedTuple):
    """A data set in a folder of its own."""

    shards: tuple[Path, ...]
    """Its Arrow files in the order of their rows."""
    split: str
    """The split it is, if it says so."""


def splits(folder: Path) -> tuple[str, ...]:
    """The splits of a saved dictionary of data sets, each in a folder of that name; none when it is no such thing.

    Raises:
        CuratorError: the dictionary cannot be read, or a split is missing.
    """
    if not (folder / _DICTIONARY).is_file():
        return ()
    names = _json(folder / _DICTIONARY).get("splits")
    found = tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()
    for name in found:
        if not (folder / name / _STATE).is_file():
            raise CuratorError(
                f"The saved data set {folder} has no split {name!r}, which it lists.",
                "Copy the whole folder again.",
            )
    return found


def saved(folder: Path) -> Saved | None:
    """The data set that a folder is; None when it is none.

    Raises:
        CuratorError: it cannot be read, lacks a file, or takes only some rows of its files.
    """
    state = _json(folder / _STATE) if (folder / _STATE).is_file() else {}
    files = state.get("_data_files")
    if not isinstance(files, list):
        return None
    if state.get("_indices_data_files"):
        raise CuratorError(
            f"The saved data set {folder} picks rows of its files in the way of an old version of datasets.",
            "Load it and save it again with a current version.",
        )
    names = [Path(str(file.get("filename"))).name for file in files if isinstance(file, dict)]
    for name in names:
        if not (folder / name).is_file():
            raise CuratorError(
                f"The saved data set {folder} lacks its file {name}.", "Copy the whole folder again."
            )
    split = state.get("_split")
    return Saved(tuple(folder / name for name in names), split if isinstance(split, str) else "")


def _json(path: Path) -> dict[str, Any]:
    with explained("read", path):
        text = path.read_bytes()
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CuratorError(f"{path} is damaged: {error}.", "Copy the whole folder again.") from error
    return found if isinstance(found, dict) else {}
