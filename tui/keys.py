"""Which key picks which label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_DIGITS = "1234567890"
_LETTERS = "qwrtyasdghjklzcvbmio"
RESERVED = frozenset("xfeunp/?.")
"""Keys that the label screen has another use for."""


def assign(labels: Sequence[str], wanted: Mapping[str, str]) -> dict[str, str]:
    """A key for as many labels as there are keys: the user's first, then digits, then letters.

    Args:
        labels: All labels, in the order of the list.
        wanted: Key to label, as curator.toml has it; unknown labels are passed over.
    """
    keys = {key: label for key, label in wanted.items() if label in labels and len(key) == 1}
    free = [key for key in (*_DIGITS, *_LETTERS) if key not in keys and key not in RESERVED]
    rest = [label for label in labels if label not in keys.values()]
    return {**keys, **dict(zip(free, rest, strict=False))}
