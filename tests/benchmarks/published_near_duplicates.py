"""Near duplicates beside a published result: GPTeacher's toolformer set, thinned by others at 0.9 to 0.6.

What similarity they measured is not published. It is a laxer one than ours, on the tasks without the descriptions of
tools that hundreds of rows share word for word: every row that ours removes there, they removed as well, and what they
kept has no near duplicate left by our measure, while they removed many rows more. Over whole rows the shared
descriptions make different tasks look alike, so ours removes rows that they kept. It is not the cosine of word counts
or of TF-IDF either, nor the Jaccard similarity of words: of what they kept at 0.9, a quarter to two thirds of the rows
lie above that by the cosines of whole rows and of tasks.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curator.near_duplicates import clusters, pairs
from tests.shared_data import SHARED

FOLDER = SHARED / "gpteacher_toolformer_dedup"
THRESHOLDS = (0.9, 0.8, 0.7, 0.6)
Rows = list[tuple[str, str, str]]


class Compared(NamedTuple):
    """One threshold."""

    published: int
    """Rows that were kept."""
    ours: int
    """Rows that are kept when each cluster of near duplicates keeps its first."""
    agreed: float
    """Share of the rows that ours removes which the published set lacks as well."""
    expected: float
    """That share if the published rows had been removed at random."""
    left: int
    """Rows of the published set that still are near duplicates of another one by our measure."""


def rows_of(name: str) -> Rows:
    """Instruction, input and output of each row."""
    found = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return [(row["instruction"], row["input"], row["output"]) for row in found]


def whole(row: tuple[str, str, str]) -> str:
    """All that a row says, as the check reads it."""
    return "\n".join(row)


def without_tools(row: tuple[str, str, str]) -> str:
    """The same without the descriptions of the tools, which hundreds of rows share word for word."""
    return "\n".join((row[0].rsplit("\n", 1)[-1], *row[1:]))


def firsts(texts: list[str], threshold: float) -> NDArray[np.bool_]:
    """Which texts are the first of their cluster."""
    return clusters(len(texts), pairs(texts, threshold)) == np.arange(len(texts))


def compared(every: Rows, threshold: float, said: Callable[[tuple[str, str, str]], str]) -> Compared:
    """Our result at one threshold beside the published one."""
    published = rows_of(f"toolformer-similarity-{threshold}-dataset.json")
    kept = firsts([said(row) for row in every], threshold)
    there = Counter(published)
    lacking = np.array([there[row] == 0 for row in every])
    left = pairs([said(row) for row in published], threshold)
    return Compared(
        len(published),
        int(kept.sum()),
        float(lacking[~kept].mean()),
        float(lacking.mean()),
        len(set(left.left.tolist()) | set(left.right.tolist())),
    )


def main() -> None:
    """The table, for whole rows and for rows without the shared descriptions of tools."""
    every = rows_of("toolformer-dedupe-only-dataset.json")
    for title, said in (("whole rows", whole), ("without the descriptions of tools", without_tools)):
        print(f"\n{len(every):,} rows, {title}: Jaccard similarity of runs of three words")
        print(
            "threshold  published keeps  ours keeps  ours removes, published too (by chance)  near rows left in it"
        )
        for threshold in THRESHOLDS:
            found = compared(every, threshold, said)
            agreed = f"{found.agreed:.0%} ({found.expected:.0%})"
            print(
                f"{threshold:>9}  {found.published:>15,}  {found.ours:>10,}  {agreed:>38}  {found.left:>20,}"
            )


if __name__ == "__main__":
    if FOLDER.is_dir():
        main()
    else:
        print("needs the public data sets (CURATOR_DATA)")
