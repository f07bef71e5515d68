"""Giving records a side: what is near a placed record follows it, the rest is dealt out."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable

import numpy as np

from curator.errors import CuratorError
from curator.splitting.chronology import TOLERATED, Periods, by_date, periods
from curator.splitting.items import (
    BLOCKS,
    CLOSED,
    LEAKS,
    NOWHERE,
    TEST,
    TRAIN,
    Assignment,
    Ints,
    Items,
    Rules,
)
from curator.splitting.links import Around, Clusters, Links, clusters
from curator.splitting.stratification import by_share

Refusal = Callable[[int, int], str]
"""From a record and the side that it would follow others to: why it may not; empty when it may."""


def assign(items: Items, links: Links, rules: Rules) -> Assignment:
    """Give every record a side.

    A record that has a side keeps it, so nothing moves when others are added. One that is tied to records of one side
    goes there; one that is tied to records of two sides is held back, for it would leak wherever it stood. The others
    go as whole clusters to where their shares or their dates want them.

    Raises:
        CuratorError: the split goes by date, and the sides there are do not stand in the order of time.
    """
    side = items.side.copy()
    found = clusters(links)
    now = None if items.date is None else periods(items.date, side, found.of_record)
    if now and now.strays > TOLERATED * now.clusters:
        raise CuratorError(
            f"The split there is does not follow the dates: {now.strays:,} of {now.clusters:,} clusters stand on a "
            "side of another time.",
            "Draw a new one with --fresh, or mend the dates.",
        )
    held = _follow(items, links, side, found, _refusal(items, rules, now))
    waits = side == NOWHERE
    waits[list(held)] = False
    waiting = np.flatnonzero(waits)
    cluster = clusters(links, waits).of_record[waiting]
    if now is None:
        side[waiting] = by_share(items, side, waiting, cluster, rules)
    else:
        side[waiting], late = by_date(items, now, waiting, cluster, rules)
        held |= late
    return Assignment(side, held, now.strays if now else 0)


def assign_inside(items: Items, links: Links, inside: Ints, frozen: bool) -> Assignment:
    """Choose the documents that are cut inside: of those that are near each other one, with its exact copies.

    A frozen test set takes in no part of a new document, which then goes to train whole.

    Args:
        items: The documents.
        links: What ties them together.
        inside: For each document the number, from BLOCKS on, of the side that stands for being cut inside: the same
            for those that are the same to the letter, which are cut at the same places.
        frozen: Nothing new comes into test.

    Returns:
        Sides with the numbers of `inside`.
    """
    side = np.where(items.side == BLOCKS, inside, items.side)
    around = Around(links, side)
    held: dict[int, str] = {}
    for record in np.argsort(items.rank, kind="stable").tolist():
        if side[record] != NOWHERE:
            continue
        wanted = TRAIN if frozen else int(inside[record])
        low, high = around.sides(record)
        if high >= 0 and (low, high) != (wanted, wanted):
            held[record] = CLOSED if frozen and low == high else LEAKS
            continue
        side[record] = wanted
        around.place(record, wanted)
    return Assignment(side, held)


def _refusal(items: Items, rules: Rules, now: Periods | None) -> Refusal:
    def refusal(record: int, side: int) -> str:
        if rules.frozen and side == TEST:
            return CLOSED
        if (
            now is not None
            and items.date is not None
            and side != TEST
            and items.date[record] > now.ends[side]
        ):
            return LEAKS
        return ""

    return refusal


def _follow(items: Items, links: Links, side: Ints, found: Clusters, refusal: Refusal) -> dict[int, str]:
    """Place the newcomers that are tied to placed records, going outwards; returns those that cannot be.

    `side` is written to. What is tied only to held-back records is left to be dealt out.
    """
    anchored = np.zeros(found.total, bool)
    anchored[found.of_record[side != NOWHERE]] = True
    newcomers = np.flatnonzero((side == NOWHERE) & anchored[found.of_record])
    newcomers = newcomers[np.argsort(items.rank[newcomers], kind="stable")].tolist()
    around = Around(links, side)
    members: dict[int, list[int]] = defaultdict(list)
    for record in newcomers:
        for key in links.keys[record][links.keys[record] >= 0].tolist():
            members[key].append(record)
    queue = deque(record for record in newcomers if around.sides(record)[1] >= 0)
    seen = set(queue)
    held: dict[int, str] = {}
    while queue:
        record = queue.popleft()
        low, high = around.sides(record)
        reason = LEAKS if low != high else refusal(record, low)
        if reason:
            held[record] = reason
            continue
        side[record] = low
        around.place(record, low)
        for key in around.keys(record):
            fresh = [other for other in members.pop(key, ()) if other not in seen]
            seen.update(fresh)
            queue.extend(fresh)
    return held
