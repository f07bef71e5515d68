"""What a split came to."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

import numpy as np

from curator import dates
from curator.dividing.participants import Participants
from curator.export.rows import Plan, shares
from curator.query import parse
from curator.records import Frozen
from curator.splitting.crossings import leaking_clusters
from curator.splitting.deviation import Deviation, deviations
from curator.splitting.items import BLOCKS, SIDES, Assignment, Floats, Ints, Items
from curator.splitting.links import Links, clusters, kept_together, near_records
from curator.store import records


class SplitReport(Frozen):
    """What a split came to."""

    counts: dict[str, int]
    """Records per side."""
    labels: dict[str, dict[str, int]]
    """Label to records per side."""
    leaks: int
    """Clusters in which equal inputs, one group or near duplicates stand on more than one side."""
    changed: int
    """Records that were given another side now."""
    held_back: dict[str, int]
    """Records that cannot be used, or would leak, by reason; those that have a side keep it."""
    near_pairs: int
    """Pairs of records that are near duplicates without being equal; of equal ones the first stands for all."""
    clusters: int
    """Groups of two or more records that are tied together."""
    deviation: tuple[Deviation, ...]
    """How far every label's shares are from those asked for, the worst first."""
    ungrouped: int = 0
    """Records without a value in the group column."""
    periods: dict[str, tuple[str, str]] = {}
    """Side to its first and last date, when the split goes by date."""
    out_of_period: int = 0
    """Clusters that stand on a side of another time, because a record was edited or deleted after a split by date."""


def report(
    connection: sqlite3.Connection,
    plan: Plan,
    taking_part: Participants,
    items: Items,
    links: Links,
    outcome: Assignment,
    changed: int,
    held: Mapping[str, int],
) -> SplitReport:
    """Count what came of a split that is written already."""
    found, side = clusters(links), outcome.side
    by_label = records_by_label(connection) if plan.kind == "classification" else {}
    return SplitReport(
        counts=records.tally(connection, "split", parse("-split:none")),
        labels=by_label,
        leaks=leaking_clusters(links, taking_part.apart(side), found),
        changed=changed,
        held_back=dict(held),
        near_pairs=len(near_records(links)),
        clusters=kept_together(links, found),
        deviation=_deviation(plan, taking_part, items, side),
        ungrouped=taking_part.ungrouped if plan.split.group else 0,
        periods=_periods(items.date, side),
        out_of_period=outcome.strays,
    )


def records_by_label(connection: sqlite3.Connection) -> dict[str, dict[str, int]]:
    """Label to records per side."""
    labels: dict[str, dict[str, int]] = {}
    rows = connection.execute(
        """SELECT label, split, count(*) FROM records
           WHERE hidden = 0 AND split IS NOT NULL AND label IS NOT NULL
           GROUP BY label, split ORDER BY label, split"""
    )
    for label, side, number in rows:
        labels.setdefault(str(label), {})[side] = number
    return labels


def _deviation(plan: Plan, taking_part: Participants, items: Items, side: Ints) -> tuple[Deviation, ...]:
    """Documents that are cut inside have their shares inside."""
    labels = sorted(set(taking_part.labels))
    placed = (side >= 0) & (side < BLOCKS)
    counts = np.zeros((len(labels), BLOCKS), np.int64)
    np.add.at(counts, (items.stratum[placed], side[placed]), items.weight[placed])
    rows: dict[str | None, list[int]] = {None: counts.sum(axis=0).tolist()}
    if plan.kind == "classification":
        rows |= {label: row for label, row in zip(labels, counts.tolist(), strict=True) if label}
    of_side = shares(plan.split)
    return deviations(rows, [of_side[name] for name in SIDES[:BLOCKS]])


def _periods(date: Floats | None, side: Ints) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    if date is None:
        return found
    for number in range(BLOCKS):
        moments = date[(side == number) & ~np.isnan(date)]
        if len(moments):
            found[SIDES[number]] = (dates.iso(float(moments.min())), dates.iso(float(moments.max())))
    return found
