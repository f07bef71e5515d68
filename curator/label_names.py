"""Which values of a column are labels, and which are slips of the pen."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from curator.text import normalised

MOST_LABELS = 1000
"""A column with more distinct values than this is no list of labels."""
RARE = 3
"""A label that stands once is taken for a slip of one that stands at least so many times."""


def believable_labels(counts: Mapping[str, int]) -> tuple[str, ...]:
    """The labels in some data without the slips of the pen: rare spellings of a frequent one."""
    kept: list[str] = []
    for label in sorted(counts, key=lambda label: (-counts[label], label)):
        rare = counts[label] == 1
        near = [other for other in kept if counts[other] >= RARE * counts[label]]
        slip = normalised(label) in map(normalised, kept) or (rare and get_close_matches(label, near, 1, 0.8))
        if label.strip() and not slip:
            kept.append(label)
    return tuple(sorted(kept))
