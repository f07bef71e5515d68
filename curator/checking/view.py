"""The records of a project as checks see them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby, islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from curator.checking.tokens import Tokenizing
from curator.checking.trained import named, newest
from curator.checks.base import Context
from curator.checks.item import Item
from curator.config import Config
from curator.dynamics import Dynamics, dynamics
from curator.query import parse
from curator.splitting.frozen import FrozenTest
from curator.store import records, words
from curator.store.derived import decoded
from curator.store.indexes import BY_LABEL, BY_STATE, ensure

if TYPE_CHECKING:
    from curator.similarity.pack import Pack

_PAGE = 2000
_SAMPLE = 2000
_ACTIVE = "hidden = 0 AND status != 'rejected'"
_COLUMNS = "id, fields, split, status"
_MANY = 2000
"""Records whose sides are asked for one by one, at most."""
_MARKS = 500
"""Records asked for in one statement."""


class View:
    """One look at a project; what takes long is worked out once."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        config: Config,
        frozen: FrozenTest | None,
        parts: Callable[[str], Mapping[str, str]],
        runs: Path,
    ) -> None:
        """`frozen` is the test set as it was frozen; `parts` divides a document that is cut inside.

        `runs` is the folder of the training runs.
        """
        self._connection = connection
        self._config = config
        self._kind = config.kind
        self._frozen = frozen
        self._parts = parts
        self._run = newest(runs)
        self._tokenizing = Tokenizing(config)

    @cached_property
    def _indexed(self) -> sqlite3.Connection:
        """The connection once the indexes are there: to make them takes a moment in a large project."""
        ensure(self._connection)
        return self._connection

    def context(self) -> Context:
        """The look as a check gets it."""
        config = self._config
        return Context(
            kind=config.kind,
            labels=config.labels,
            settings=config.checks,
            group=config.split.group,
            items=self.items,
            records=lambda: records.iterate(self._connection, parse("-status:rejected")),
            picked=self.picked,
            ids=lambda: self._ids,
            count=self._count,
            sample=lambda: self._sample,
            twins=self.twins,
            keys=self.keys,
            sides=lambda: self._sides,
            sides_of=self._sides_of,
            idle=self._idle,
            tally=lambda: self._tally,
            pack=lambda: self._pack,
            tokens=self._tokenizing.tokens,
            limit=lambda: self._tokenizing.limit,
            parts=self._parts,
            dynamics=lambda: self._dynamics,
            trained=named(self._run),
            similarity=config.split.near_duplicates,
            test=config.split.test,
            frozen=self._frozen,
        )

    def items(self) -> Iterator[Item]:
        """Every record that is neither deleted nor rejected, page by page."""
        after = 0
        while rows := self._connection.execute(
            f"SELECT {_COLUMNS} FROM records WHERE {_ACTIVE} AND id > ? ORDER BY id LIMIT ?", (after, _PAGE)
        ).fetchall():
            yield from self._made(rows)
            after = rows[-1][0]

    def picked(self, record_ids: Collection[int]) -> list[Item]:
        """Some of them by id, in order."""
        found: list[Item] = []
        rest = iter(sorted(record_ids))
        while some := list(islice(rest, _MARKS)):
            marks = ", ".join("?" * len(some))
            rows = self._connection.execute(
                f"SELECT {_COLUMNS} FROM records WHERE id IN ({marks}) AND {_ACTIVE} ORDER BY id", some
            )
            found += self._made(rows.fetchall())
        return found

    def keys(self, record_ids: Collection[int]) -> dict[int, int]:
        """The input key of some records, or of all in one look when they are many."""
        wanted = set(record_ids)
        rows = self._connection.execute("SELECT id, input_key FROM records INDEXED BY records_by_content")
        return {record_id: key for record_id, key in rows if record_id in wanted}

    def twins(self, record_ids: Collection[int] | None) -> Iterator[Sequence[Item]]:
        """Groups of records with equal input keys: all, or those that some records are in."""
        if record_ids is None:
            rows = self._connection.execute(
                "SELECT input_key FROM records GROUP BY input_key HAVING count(*) > 1"
            )
            keys = [key for (key,) in rows]
        else:
            keys = self._keys_of(record_ids)
        for start in range(0, len(keys), _MARKS):
            some = keys[start : start + _MARKS]
            marks = ", ".join("?" * len(some))
            rows = self._connection.execute(
                f"SELECT {_COLUMNS}, input_key FROM records WHERE input_key IN ({marks}) AND {_ACTIVE} "
                "ORDER BY input_key, id",
                some,
            )
            for _, group in groupby(rows.fetchall(), lambda row: row[4]):
                if len(items := self._made(row[:4] for row in group)) > 1:
                    yield items

    def _keys_of(self, record_ids: Collection[int]) -> list[int]:
        keys: set[int] = set()
        rest = iter(record_ids)
        while some := list(islice(rest, _MARKS)):
            marks = ", ".join("?" * len(some))
            rows = self._connection.execute(f"SELECT input_key FROM records WHERE id IN ({marks})", some)
            keys |= {key for (key,) in rows}
        return sorted(keys)

    def _made(self, rows: Iterable[tuple[int, str, str | None, str]]) -> list[Item]:
        return [Item(self._kind, row[0], decoded(row[1]), row[2], row[3]) for row in rows]

    def _count(self, most: int) -> int:
        row = self._connection.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM records WHERE {_ACTIVE} LIMIT ?)", (most,)
        ).fetchone()
        return int(row[0])

    def _sides_of(self, record_ids: Collection[int]) -> dict[int, str]:
        if len(record_ids) > _MANY:
            return {i: self._sides[i] for i in record_ids if i in self._sides}
        marks = ", ".join("?" * len(record_ids))
        rows = self._connection.execute(
            f"SELECT id, split FROM records WHERE id IN ({marks}) AND {_ACTIVE} AND split IS NOT NULL",
            list(record_ids),
        )
        return dict(rows.fetchall())

    def _idle(self) -> list[int]:
        rows = self._indexed.execute(
            f"SELECT id FROM records INDEXED BY {BY_STATE} WHERE hidden != 0 OR status = 'rejected'"
        )
        return [record_id for (record_id,) in rows]

    @cached_property
    def _dynamics(self) -> list[Dynamics]:
        return [] if self._run is None else dynamics(self._run)

    @cached_property
    def _sides(self) -> dict[int, str]:
        rows = self._indexed.execute(
            f"SELECT id, split FROM records INDEXED BY {BY_STATE} WHERE {_ACTIVE} AND split IS NOT NULL"
        )
        return dict(rows.fetchall())

    @cached_property
    def _ids(self) -> list[int]:
        rows = self._indexed.execute(f"SELECT id FROM records INDEXED BY {BY_STATE} WHERE {_ACTIVE}")
        return sorted(record_id for (record_id,) in rows)

    @cached_property
    def _sample(self) -> list[Item]:
        ids = self._ids
        return self.picked(ids if len(ids) <= _SAMPLE else Random(0).sample(ids, _SAMPLE))

    @cached_property
    def _tally(self) -> dict[str, dict[str, int]]:
        rows = self._indexed.execute(
            f"""SELECT label, coalesce(split, 'none'), count(*) FROM records INDEXED BY {BY_LABEL}
                WHERE label IS NOT NULL AND {_ACTIVE} GROUP BY 1, 2"""
        )
        found: dict[str, dict[str, int]] = {}
        for label, split, count in rows:
            found.setdefault(label, {})[split] = count
        return found

    @cached_property
    def _pack(self) -> Pack:
        return words.pack(self._connection, self._kind)
