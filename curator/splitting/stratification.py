"""Dealing out clusters so that every stratum is divided in the same shares.

Clusters with records of several strata, and those too large for the smallest side, are dealt out first by iterative
stratification (Sechidis, Tsoumakas, Vlahavas: On the Stratification of Multi-Label Data, ECML PKDD 2011): the rarest
stratum first, each cluster to the side that lacks most of what it holds. The others follow stratum by stratum, in the
drawn order, and what a small stratum cannot give a side because records do not divide, the next ones make up for.
The first records of a stratum go to train: what was never learned cannot be scored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from curator.splitting.items import NOWHERE, TRAIN, Floats, Ints, Items, Rules

_PASSES = 10
"""Times that every bundle may move to a better side before the outcome is taken as it is."""


class Bundle(NamedTuple):
    """Records that go to one side together."""

    number: int
    """Of the cluster."""
    parts: Mapping[int, int]
    """Stratum to weight."""

    @property
    def weight(self) -> int:
        """Of all its records."""
        return sum(self.parts.values())


class _Accounts:
    """What each side should get of each stratum, and has."""

    def __init__(self, want: Floats, have: Floats, open_sides: Sequence[int]) -> None:
        self.want: list[list[float]] = want.tolist()
        self.have: list[list[float]] = have.tolist()
        self.open_sides = open_sides

    def lack(self, stratum: int, side: int) -> float:
        return self.want[stratum][side] - self.have[stratum][side]

    def untaught(self, stratum: int) -> bool:
        return TRAIN in self.open_sides and not self.have[stratum][TRAIN]

    def give(self, bundle: Bundle, side: int, sign: int = 1) -> int:
        for stratum, weight in bundle.parts.items():
            self.have[stratum][side] += sign * weight
        return side


def by_share(items: Items, side: Ints, waiting: Ints, cluster: Ints, rules: Rules) -> Ints:
    """The side of each waiting record.

    Args:
        items: All records that take part.
        side: Where they stand; NOWHERE for those that wait and those that are held back.
        waiting: Positions of the records to be dealt out.
        cluster: Of each waiting record: the cluster with which it goes.
        rules: Shares, and whether test is closed.
    """
    if not len(waiting) or not rules.open_sides:
        return np.full(len(waiting), NOWHERE, np.int64)
    strata = int(items.stratum.max()) + 1
    have = np.zeros((strata, 3))
    placed = side >= 0
    np.add.at(have, (items.stratum[placed], side[placed]), items.weight[placed])
    pool = np.bincount(items.stratum[waiting], items.weight[waiting], strata).astype(np.float64)
    want = _wanted(have, pool, rules)
    bundles = _bundles(items, waiting, cluster)
    hard = _hard(bundles, want - have, float(items.weight[waiting].mean()), rules.open_sides)
    dealt = _deal_hard(hard, want, have, rules.open_sides)
    rest = [bundle for bundle in bundles if bundle.number not in dealt]
    dealt |= _deal_rest(rest, _Accounts(want, have, rules.open_sides))
    return np.array([dealt[number] for number in cluster.tolist()], np.int64)


def _wanted(have: Floats, pool: Floats, rules: Rules) -> Floats:
    """What every side should end up with: a closed one what it has, the others their shares of the remainder."""
    want = have.copy()
    sides = list(rules.open_sides)
    shares = np.array([rules.shares[side] for side in sides])
    free = have[:, sides].sum(axis=1) + pool
    want[:, sides] = free[:, None] * shares / shares.sum()
    return want


def _bundles(items: Items, waiting: Ints, cluster: Ints) -> list[Bundle]:
    """The clusters in the drawn order."""
    parts: dict[int, dict[int, int]] = {}
    ranks: dict[int, int] = {}
    columns = (cluster, items.stratum[waiting], items.weight[waiting], items.rank[waiting])
    for number, stratum, weight, rank in zip(*(column.tolist() for column in columns), strict=True):
        own = parts.setdefault(number, {})
        own[stratum] = own.get(stratum, 0) + weight
        ranks[number] = min(rank, ranks.get(number, rank))
    order = sorted(parts, key=lambda number: (ranks[number], number))
    return [Bundle(number, parts[number]) for number in order]


def _hard(bundles: Sequence[Bundle], lack: Floats, mean: float, open_sides: Sequence[int]) -> list[Bundle]:
    """Those that mix strata, or are so large that they have to find their place before the others."""
    limits = np.maximum(2 * mean, lack[:, list(open_sides)].min(axis=1)).tolist()
    return [
        bundle
        for bundle in bundles
        if len(bundle.parts) > 1 or any(weight > limits[stratum] for stratum, weight in bundle.parts.items())
    ]


def _deal_hard(
    bundles: Sequence[Bundle], want: Floats, have: Floats, open_sides: Sequence[int]
) -> dict[int, int]:
    """Bundles that are dealt out as a population of their own, so that they are not all learned; adds to `have`."""
    pool = np.zeros(len(want))
    for bundle in bundles:
        for stratum, weight in bundle.parts.items():
            pool[stratum] += weight
    lack = np.clip(want - have, 1e-9, None)
    lack[:, [side for side in range(3) if side not in open_sides]] = 0.0
    accounts = _Accounts(have + pool[:, None] * lack / lack.sum(axis=1, keepdims=True), have, open_sides)
    dealt = _deal_rarest_first(bundles, pool.tolist(), accounts)
    for _ in range(_PASSES):
        if not _improve(bundles, dealt, accounts):
            break
    have[:] = accounts.have
    return dealt


def _deal_rarest_first(
    bundles: Sequence[Bundle], pool: Sequence[float], accounts: _Accounts
) -> dict[int, int]:
    left = dict(enumerate(pool))
    queues: dict[int, list[Bundle]] = defaultdict(list)
    for bundle in sorted(bundles, key=lambda bundle: -bundle.weight):
        for stratum in bundle.parts:
            queues[stratum].append(bundle)
    dealt: dict[int, int] = {}
    while queues:
        rarest = min(queues, key=lambda stratum: (left[stratum], stratum))
        for bundle in queues.pop(rarest):
            if bundle.number not in dealt:
                last = bundle.parts[rarest] >= left[rarest]
                first = last and accounts.untaught(rarest)
                dealt[bundle.number] = TRAIN if first else _best(bundle, accounts)
                accounts.give(bundle, dealt[bundle.number])
                for stratum, weight in bundle.parts.items():
                    left[stratum] -= weight
    return dealt


def _improve(bundles: Sequence[Bundle], dealt: dict[int, int], accounts: _Accounts) -> bool:
    """Move every bundle to where it fits best now that the others have their places; whether any moved."""
    moved = False
    for bundle in bundles:
        now = dealt[bundle.number]
        accounts.give(bundle, now, -1)
        best = (
            TRAIN
            if any(map(accounts.untaught, bundle.parts)) and now == TRAIN
            else _best(bundle, accounts, now)
        )
        accounts.give(bundle, best)
        moved |= best != now
        dealt[bundle.number] = best
    return moved


def _best(bundle: Bundle, accounts: _Accounts, now: int | None = None) -> int:
    """The side that the bundle brings nearest to its shares, rare strata counting more; on a tie where it is `now`."""

    def cost(side: int) -> float:
        return sum(
            weight * (weight - 2 * accounts.lack(stratum, side)) / max(1.0, sum(accounts.want[stratum]))
            for stratum, weight in bundle.parts.items()
        )

    return min(accounts.open_sides, key=lambda side: (round(cost(side), 9), side != now))


def _deal_rest(bundles: Sequence[Bundle], accounts: _Accounts) -> dict[int, int]:
    """Bundles of one stratum each, in the drawn order."""
    of_stratum: dict[int, list[Bundle]] = defaultdict(list)
    for bundle in bundles:
        of_stratum[next(iter(bundle.parts))].append(bundle)
    dealt: dict[int, int] = {}
    owed = dict.fromkeys(accounts.open_sides, 0.0)
    for stratum in sorted(of_stratum):
        for side in accounts.open_sides:
            accounts.want[stratum][side] += owed[side]
        for bundle in of_stratum[stratum]:
            dealt[bundle.number] = accounts.give(bundle, _emptiest(stratum, accounts))
        # Only what is lost in rounding is made up for elsewhere; a stratum is not bent to mend another.
        owed = {side: max(-1.0, min(1.0, accounts.lack(stratum, side))) for side in accounts.open_sides}
    return dealt


def _emptiest(stratum: int, accounts: _Accounts) -> int:
    if accounts.untaught(stratum):
        return TRAIN
    want, have = accounts.want[stratum], accounts.have[stratum]
    # Rounded, so that a tie is a tie and not decided by the last bit.
    return max(accounts.open_sides, key=lambda side: round(want[side] - have[side], 6))
