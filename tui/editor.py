"""The user's own editor on one text."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from curator.errors import CuratorError
from curator.text import storable


def command() -> list[str]:
    """What the user edits with: VISUAL, EDITOR, or vi."""
    return shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")


def edited(text: str, suspended: Callable[[], AbstractContextManager[None]]) -> str:
    """A text as the user's editor leaves it; the line end that editors add at the end is taken off again.

    Raises:
        CuratorError: the editor could not be run, failed, or left something that is not UTF-8; nothing has changed.
    """
    with tempfile.TemporaryDirectory(prefix="curator-") as folder:
        path = Path(folder) / "field.txt"
        # As bytes: whatever line ends the text has stay as they are.
        path.write_bytes(storable(text).encode("utf-8"))
        try:
            with suspended():
                code = subprocess.run([*command(), str(path)], check=False).returncode
        except (OSError, ValueError) as error:
            raise CuratorError(f"{command()[0]} could not be run: {error}.", "Set EDITOR.") from error
        if code:
            raise CuratorError(f"{command()[0]} ended with code {code}.", "Nothing was changed.")
        return _read(path, text)


def _read(path: Path, before: str) -> str:
    try:
        after = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CuratorError(
            f"What the editor left cannot be read: {error}.", "Nothing was changed."
        ) from error
    if after == storable(before):
        return before
    return after.removesuffix("\n") if not before.endswith("\n") else after
