"""In which order people look at records."""

from __future__ import annotations

import random
import sqlite3
from array import array
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Literal

from curator.query import TEXT_KEY, Query
from curator.store import grams
from curator.store.grams import Part
from curator.store.search import condition

Order = Literal[
    "open",
    "file",
    "random",
    "findings",
    "label-errors",
    "uncertain",
    "training",
    "newest",
    "longest",
    "shortest",
    "label",
]
ORDERS: tuple[Order, ...] = ("open", "file", "random", "findings", "label-errors", "uncertain", "training")
"""For deciding one by one: undecided records first, as they came, drawn by lot, those in which checks found something,
likely label errors, those of which a classifier is least sure, those that the last training run found hardest."""
SORTED: tuple[Order, ...] = ("file", "newest", "longest", "shortest", "label", "findings", "random")
"""For looking through them."""

_SCREENFUL, _BATCH = 100, 2000
_WORTH_IT = 50_000
"""Records that one more thread is worth."""
_AS_THEY_STAND = ("file", "newest", "random")

_RANKED = """(SELECT min(CASE severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END) FROM findings
    WHERE record_id = records.id AND NOT suppressed)"""
_SUSPICION = """(SELECT max(score) FROM findings
    WHERE record_id = records.id AND check_id = 'label-error' AND NOT suppressed)"""

_SURENESS = "(SELECT confidence FROM suggestions WHERE record_id = records.id)"

_HARDNESS = """(SELECT max(score) FROM findings WHERE record_id = records.id AND NOT suppressed
    AND check_id IN ('never-learned', 'forgotten', 'learned-last'))"""

_CLAUSES: dict[Order, str] = {
    "file": "{where} ORDER BY id",
    "random": "{where} ORDER BY id",
    "newest": "{where} ORDER BY id DESC",
    "longest": "{where} ORDER BY length DESC, id",
    "shortest": "{where} ORDER BY length, id",
    "label": "{where} ORDER BY label, id",
    "open": "{where} ORDER BY status != 'new', id",
    "findings": f"{{where}} AND {_RANKED} IS NOT NULL ORDER BY {_RANKED}, id",
    "label-errors": f"{{where}} AND {_SUSPICION} IS NOT NULL ORDER BY {_SUSPICION} DESC, id",
    "training": f"{{where}} AND {_HARDNESS} IS NOT NULL ORDER BY {_HARDNESS} DESC, id",
    "uncertain": f"{{where}} AND {_SURENESS} IS NOT NULL AND status = 'new' ORDER BY {_SURENESS}, id",
}


def queue(connection: sqlite3.Connection, query: Query, order: Order, seed: int = 0) -> array[int]:
    """The ids of a query's records in some order; eight bytes a record, so that a million are no burden."""
    ids = array("q")
    for batch in batches(connection, query, order, seed):
        ids.extend(batch)
    return ids


def batches(
    connection: sqlite3.Connection, query: Query, order: Order, seed: int = 0, part: Part | None = None
) -> Iterator[array[int]]:
    """The same piece by piece, a screenful first: what is found first can be shown while the search goes on.

    A `part` limits a plain search to some numbers of records; only the order of the table can be put together
    from parts.
    """
    found = (
        _plainly(connection, query, order, part)
        if is_plain(query, order)
        else _sorted(connection, query, order)
    )
    if order == "random":
        ids = array("q", found)
        random.Random(seed).shuffle(ids)
        yield ids
        return
    size = _SCREENFUL
    while batch := array("q", islice(found, size)):
        yield batch
        size = _BATCH


def _sorted(connection: sqlite3.Connection, query: Query, order: Order) -> Iterator[int]:
    where, parameters = condition(query)
    rows = connection.execute(
        f"SELECT id FROM records WHERE {_CLAUSES[order].format(where=where)}", parameters
    )
    return (record_id for (record_id,) in rows)


def _plainly(connection: sqlite3.Connection, query: Query, order: Order, part: Part | None) -> Iterator[int]:
    """Only where the words that are looked for can stand."""
    where, parameters = condition(query)
    clause = _CLAUSES[order].format(where=f"({where}) AND id > ? AND id <= ?")
    first, last = part or (0, _last(connection))
    stretches = grams.places(connection, query) or [(first, last)]
    for behind, upto in reversed(stretches) if order == "newest" else stretches:
        bounds = max(behind, first), min(upto, last)
        if bounds[0] < bounds[1]:
            rows = connection.execute(
                f"SELECT id FROM records NOT INDEXED WHERE {clause}", (*parameters, *bounds)
            )
            yield from (record_id for (record_id,) in rows)


def _last(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(id), 0) FROM records").fetchone()[0])


def is_plain(query: Query, order: Order) -> bool:
    """Whether the records are best read as they stand: nothing has to be sorted, so the first are there at once."""
    return order in _AS_THEY_STAND and all(term.key == TEXT_KEY for term in query.terms)


def parts(connection: sqlite3.Connection, query: Query, order: Order, most: int) -> list[Part]:
    """Stretches of numbers that several threads can search at once; one for what is not worth it."""
    last = _last(connection)
    count = max(1, min(most, last // _WORTH_IT)) if is_plain(query, order) and order == "file" else 1
    edges = [last * number // count for number in range(count + 1)]
    return list(pairwise(edges))
