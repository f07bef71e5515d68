"""What an import passes over, told so that thousands of images make one line."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath

_NAMED = 5
"""How many files of one kind in one folder are named one by one."""


class LeftOut:
    """Files, sheets and columns with the reasons why they are not imported."""

    def __init__(self) -> None:
        self._entries: list[tuple[str, str]] = []

    def add(self, name: str, reason: str) -> None:
        """Note one."""
        self._entries.append((name, reason))

    def told(self) -> tuple[str, ...]:
        """Each with its reason; many of a kind in one folder together: `photos/*.png (1,200 files: an image)`."""
        sizes = Counter(_group(name, reason) for name, reason in self._entries)
        told: dict[str, None] = {}
        for name, reason in self._entries:
            group = _group(name, reason)
            few = sizes[group] <= _NAMED
            told[f"{name} ({reason})" if few else f"{group[0]} ({sizes[group]:,} files: {reason})"] = None
        return tuple(told)


def _group(name: str, reason: str) -> tuple[str, str]:
    """The folder with the suffix of a file, and the reason."""
    path = PurePosixPath(name)
    return str(path.parent / f"*{path.suffix}"), reason
