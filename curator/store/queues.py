"""In which order people look at records."""

from __future__ import annotations

import random
import sqlite3
from array import array
from typing import Literal

from curator.query import Query
from curator.store.search import condition

Order = Literal["file", "open", "random", "findings", "label-errors"]
ORDERS: tuple[Order, ...] = ("open", "file", "random", "findings", "label-errors")
"""Undecided records first, as they came, drawn by lot, those in which checks found something, likely label errors."""

_RANKED = """(SELECT min(CASE severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END) FROM findings
    WHERE record_id = records.id AND NOT suppressed)"""
_SUSPICION = """(SELECT max(score) FROM findings
    WHERE record_id = records.id AND check_id = 'label-error' AND NOT suppressed)"""


def queue(connection: sqlite3.Connection, query: Query, order: Order, seed: int = 0) -> array[int]:
    """The ids of a query's records in some order; eight bytes a record, so that a million are no burden."""
    where, parameters = condition(query)
    clause = {
        "file": f"{where} ORDER BY id",
        "random": f"{where} ORDER BY id",
        "open": f"{where} ORDER BY status != 'new', id",
        "findings": f"{where} AND {_RANKED} IS NOT NULL ORDER BY {_RANKED}, id",
        "label-errors": f"{where} AND {_SUSPICION} IS NOT NULL ORDER BY {_SUSPICION} DESC, id",
    }[order]
    ids = array("q", (i for (i,) in connection.execute(f"SELECT id FROM records WHERE {clause}", parameters)))
    if order == "random":
        random.Random(seed).shuffle(ids)
    return ids
