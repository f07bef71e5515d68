"""Dealing out clusters by date: the oldest are learned from, the newest are tested on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from curator.splitting.items import LATE, NOWHERE, TEST, TRAIN, VALIDATION, Floats, Ints, Items, Marks, Rules

TOLERATED = 0.1
"""Share of clusters on a side of another time from which a split is taken for one that was not drawn by date."""


class Periods(NamedTuple):
    """The times of the sides, as the records on them show; seconds since 1970."""

    ends: tuple[float, float]
    """The last dates of train and of validation; minus infinity where there is nothing."""
    begin: float
    """The oldest cluster of test after that, a cluster going by its newest record; infinity where there is none."""
    taken: bool
    """Whether train or validation has records, so that the ends stand."""
    strays: int
    """Clusters on a side of another time, because a record was edited or deleted."""
    clusters: int
    """Clusters that have a side."""


def latest(date: Floats, cluster: Ints) -> Floats:
    """Of each record: the newest date in its cluster; minus infinity where there is none."""
    newest = np.full(int(cluster.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(newest, cluster, np.nan_to_num(date, nan=-np.inf))
    return newest[cluster]


def periods(date: Floats, side: Ints, cluster: Ints) -> Periods:
    """The periods of the records that have a side; those of one cluster and side count as one."""
    train, validation, test = (_newest(date, side == number, cluster) for number in (TRAIN, VALIDATION, TEST))
    end, strays = _end(train, np.concatenate([validation, test]))
    last, more = _end(np.concatenate([train, validation]), test)
    if not len(train) and len(validation):
        end = float(np.nextafter(validation.min(), -np.inf))
    last = max(end, last)
    begin = float(test[test > last].min(initial=np.inf))
    total = len(train) + len(validation) + len(test)
    return Periods((end, last), begin, bool(len(train) + len(validation)), strays + more, total)


def _newest(date: Floats, here: Marks, cluster: Ints) -> Floats:
    """The newest date of each cluster, of the records that are here."""
    known = here & ~np.isnan(date)
    names, places = np.unique(cluster[known], return_inverse=True)
    newest = np.full(len(names), -np.inf)
    np.maximum.at(newest, places, date[known])
    return newest


def _end(early: Floats, late: Floats) -> tuple[float, int]:
    """The date that parts two sides best, and how many clusters are on the wrong side of it."""
    ends = np.unique(np.concatenate([[-np.inf], early]))
    wrong = len(early) - np.searchsorted(np.sort(early), ends, side="right")
    wrong += np.searchsorted(np.sort(late), ends, side="right")
    best = int(wrong.argmin())
    return float(ends[best]), int(wrong[best])


def by_date(
    items: Items, found: Periods, waiting: Ints, cluster: Ints, rules: Rules
) -> tuple[Ints, dict[int, str]]:
    """The side of each waiting record, and the reasons for those that get none.

    A cluster goes by its newest record, so that nothing in train is newer than the last date of train. Where sides are
    taken already, their periods stand; else the dates are cut where the shares come nearest, never within one date.
    """
    assert items.date is not None
    newest = latest(items.date[waiting], np.unique(cluster, return_inverse=True)[1])
    late = newest >= found.begin
    ends = _ends(newest[~late], items.weight[waiting][~late], found, rules)
    side = np.searchsorted(np.array(ends), newest, side="left").astype(np.int64)
    side[late] = TEST if TEST in rules.open_sides else NOWHERE
    return side, dict.fromkeys(waiting[side == NOWHERE].tolist(), LATE)


def _ends(newest: Floats, weight: Ints, found: Periods, rules: Rules) -> tuple[float, float]:
    """The last dates of train and of validation; what is newer goes to test."""
    if found.taken:
        if TEST in rules.open_sides:
            return found.ends
        return found.ends[0] if VALIDATION in rules.open_sides else np.inf, np.inf
    dates, places = np.unique(newest, return_inverse=True)
    if not len(dates):
        return -np.inf, -np.inf
    has_test = TEST in rules.open_sides and found.begin == np.inf
    shares = (*rules.shares[:TEST], rules.shares[TEST] if has_test else 0.0)
    so_far = np.cumsum(np.bincount(places, weight)) / weight.sum() * sum(shares)
    end = len(dates) - 1
    if has_test and end:
        end = _nearest(so_far[:-1], shares[TRAIN] + shares[VALIDATION])
    begin = _nearest(so_far[:end], shares[TRAIN]) if shares[VALIDATION] and end else end
    return float(dates[begin]), float(dates[end]) if has_test else np.inf


def _nearest(values: Floats, wanted: float) -> int:
    return int(np.abs(values - wanted).argmin())
