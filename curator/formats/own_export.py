"""Files that an export of Curator wrote: its manifest, beside them, says what was done to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

_MANIFEST = "manifest.json"
_LARGEST = 16 * 1024 * 1024


class OwnFile(NamedTuple):
    """What the manifest says of a file."""

    columns: Mapping[str, str]
    """Field to column, where they differ in name."""
    escaped_formulas: bool
    """Whether an apostrophe keeps cells from being computed by a spreadsheet."""


def own_file(path: str) -> OwnFile | None:
    """What the manifest beside a file says of it; None for files that are not ours."""
    beside = Path(path).parent / _MANIFEST
    try:
        if not beside.is_file() or beside.stat().st_size > _LARGEST:
            return None
        manifest = json.loads(beside.read_bytes())
        if not str(manifest["tool"]).startswith("curator "):
            return None
        entry = manifest["files"][Path(path).name]
        return OwnFile(_texts(manifest.get("columns")), entry.get("escaped_formulas") is True)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _texts(value: Any) -> Mapping[str, str]:
    return {str(field): str(column) for field, column in value.items()} if isinstance(value, dict) else {}
