"""How a project is divided as things stand, without dividing anything."""

from __future__ import annotations

import sqlite3

from curator.dividing import frozen_test
from curator.dividing.aftermath import count_equal_inputs
from curator.dividing.report import records_by_label
from curator.query import parse
from curator.records import Frozen, Kind
from curator.store import records

_NOWHERE = "none"


class Overview(Frozen):
    """Sizes, leaks, and whether the test set is frozen."""

    counts: dict[str, int]
    """Records per side; `blocks` are documents that are cut inside."""
    undivided: int
    """Records without a side."""
    labels: dict[str, dict[str, int]]
    """Label to records per side; empty for kinds without labels."""
    leaks: int
    """Inputs that stand on more than one side."""
    frozen_at: str
    """Moment since when nothing comes into the test set or leaves it (ISO 8601); empty while it is open."""


def overview(connection: sqlite3.Connection, kind: Kind) -> Overview:
    """Count the records of each side."""
    counts = records.tally(connection, "split", parse(""))
    frozen = frozen_test.read(connection)
    return Overview(
        undivided=counts.pop(_NOWHERE, 0),
        counts=counts,
        labels=records_by_label(connection) if kind == "classification" else {},
        leaks=count_equal_inputs(connection),
        frozen_at=frozen.at if frozen else "",
    )
