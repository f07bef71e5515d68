"""Exports with a part of the training rows, and the same rows to choose and to judge by."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from curator.errors import CuratorError
from curator.export import folder
from curator.export.folder import Export, Place
from curator.export.rows import Placed
from curator.records import SPLITS, ClassificationRow, Row, Split


def subset(
    export: Export, rows: dict[Split, Sequence[Row]], percent: int, seed: int, exports: Path
) -> Export:
    """The export with a share of its training rows; all of them with 100 percent.

    Subsets of one seed are nested: a larger one holds the smaller. Labels keep their shares; windows of one document
    stay together.

    Args:
        export: Of the format that runs read.
        rows: Its rows by side.
        percent: From 1 to 100.
        seed: Draws the order in which rows are taken.
        exports: The project's folder of exports.

    Raises:
        CuratorError: so few rows that one side would be empty, or the disk does not want it.
    """
    if percent == 100:
        return export
    chosen = {row.id for row in _first(rows["train"], percent, seed)}
    if not chosen:
        raise CuratorError(
            f"{percent} % of {len(rows['train'])} training rows are none.",
            "Take larger parts: --parts 50,100.",
        )

    def placed() -> Iterator[Placed]:
        for side in SPLITS:
            yield from (Placed(side, row) for row in rows[side] if side != "train" or row.id in chosen)

    return folder.write(Place(exports=exports), placed(), export.manifest, Counter(), lambda _: None)


def _first(rows: Sequence[Row], percent: int, seed: int) -> list[Row]:
    """The rows that come first in an order in which each label is spread evenly."""
    by_label: defaultdict[str, list[list[Row]]] = defaultdict(list)
    for unit in _units(rows):
        by_label[unit[0].label if isinstance(unit[0], ClassificationRow) else ""].append(unit)
    random, order = Random(seed), []
    for label in sorted(by_label):
        units = random.sample(by_label[label], len(by_label[label]))
        order += [((place + random.random()) / len(units), unit) for place, unit in enumerate(units)]
    order.sort(key=lambda entry: entry[0])
    wanted, found = round(len(rows) * percent / 100), list[Row]()
    for _, unit in order:
        if len(found) >= wanted:
            break
        found += unit
    return found


def _units(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows that were made from one record: the windows of a document."""
    units: dict[str, list[Row]] = {}
    for row in rows:
        units.setdefault(row.id.partition(":")[0], []).append(row)
    return list(units.values())
