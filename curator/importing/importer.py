"""From files to records: every row is added, known from an earlier import, or kept as a reject with its reason."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import IO

from curator.formats import reading, sources
from curator.formats.base import Row, Source, Unreadable
from curator.formats.outcomes import Converter, Example
from curator.importing.fast_lane import lane
from curator.importing.opening import Opened, decodable, mapped_source, open_source
from curator.importing.plans import ImportReport, Options, Progress, SourcePlan, SourceReport
from curator.importing.read_ahead import BATCH, Batch, Item, Job, batches, is_worthwhile
from curator.records import Kind
from curator.store import intake, journal
from curator.store import sources as stored
from curator.store.derived import encoded
from curator.store.intake import NewRecord
from curator.store.original import is_told
from curator.validation import is_sound

_COUNTS = ("read", "added", "duplicates", "rejected")


class Importer:
    """One import into one project: a single step of the journal, in a single transaction."""

    def __init__(self, connection: sqlite3.Connection, kind: Kind, options: Options, actor: str) -> None:
        self._connection = connection
        self._kind: Kind = kind
        self._options = options
        self._actor = actor
        self._step_id = 0
        self._first = False
        """Whether the project is empty, so that nothing can be there already."""
        self._known: Counter[int] = Counter()
        self._waiting: dict[bytes, list[int]] = {}
        """Rejects of the current source that imports before had."""
        self._read = 0
        self._kept = 0
        self._unsound = 0

    def run(
        self,
        paths: Sequence[str],
        progress: Progress,
        dry_run: bool = False,
        planned: Callable[[Sequence[SourcePlan]], None] = lambda _: None,
    ) -> ImportReport:
        """Import files, folders, archives, `-` or hub ids; a dry run does the same and then takes it all back.

        Args:
            paths: What to import.
            progress: Told how far it is.
            dry_run: Read and count everything, keep nothing.
            planned: Told how every source will be read, before the first row is written.

        Raises:
            CuratorError: a path cannot be read, or its columns fit no field; nothing is written then.
        """
        started = time.monotonic()
        found, left_out = sources.expand(paths)
        opened = [open_source(source, self._kind, self._options) for source in found]
        planned([one.plan for one in opened])
        way = _Way([one.source for one in opened], progress)
        reports: list[SourceReport] = []
        with suppress(_NothingToKeep), intake.bulk(self._connection) as first:
            self._first = first
            self._step_id = journal.begin(self._connection, self._actor, journal.IMPORT, _summary(opened))
            reports += [self._import(one, way) for one in opened]
            if dry_run or not self._kept:
                raise _NothingToKeep
        totals = {name: sum(getattr(report, name) for report in reports) for name in _COUNTS}
        return ImportReport(
            **totals,
            unsound=self._unsound,
            seconds=round(time.monotonic() - started, 3),
            sources=tuple(reports),
            left_out=tuple(left_out),
        )

    def _import(self, opened: Opened, way: _Way) -> SourceReport:
        totals: Counter[str] = Counter()
        notes: Counter[str] = Counter()
        source_id = self._note(opened)
        self._waiting = stored.waiting(self._connection, opened.source.path, self._step_id)
        with decodable(opened.plan.name):
            for batch in self._batches(opened, source_id):
                opened, source_id = self._with_new_columns(opened, source_id, batch.items)
                good, bad = self._sort(source_id, opened, batch.items, notes)
                fresh = good if self._first else self._fresh(good)
                self._write(source_id, fresh, bad)
                totals.update(
                    added=len(fresh),
                    duplicates=len(good) - len(fresh),
                    rejected=len(bad),
                    read=len(good) + len(bad),
                )
                self._read += len(good) + len(bad)
                way.at(self._read, batch.position)
        way.done(opened.source)
        counts = {name: totals[name] for name in _COUNTS}
        return SourceReport.model_validate({**dict(opened.plan), **counts, "notes": dict(notes)})

    def _batches(self, opened: Opened, source_id: int) -> Iterator[Batch]:
        source, plan = opened.source, opened.plan
        if not opened.constants and not self._waiting and is_worthwhile(source.path, plan.layout):
            layout = plan.layout.model_dump()
            job = Job(source.path, layout, self._kind, plan.mapping, plan.columns, self._step_id, source_id)
            yield from batches(job)
            return
        with source.open() as stream:
            rows = reading.rows(stream, plan.layout)
            while batch := list(islice(rows, BATCH)):
                yield Batch(list(batch), _position(stream))

    def _note(self, opened: Opened) -> int:
        source = opened.source
        return stored.add(self._connection, self._step_id, source.name, source.path, opened.kept)

    def _write(self, source_id: int, fresh: Sequence[NewRecord], bad: Sequence[Unreadable]) -> None:
        intake.insert(self._connection, fresh)
        unknown = [one for one in bad if not self._is_known(one)]
        stored.reject(self._connection, self._step_id, source_id, unknown)
        self._kept += len(fresh) + len(unknown)
        journal.add_count(self._connection, self._step_id, len(fresh))

    def _is_known(self, reject: Unreadable) -> bool:
        """Whether an import before kept this copy of a reject: the n-th is known if there were n."""
        if not (kept := self._waiting.get(reject.raw)):
            return False
        kept.pop()
        return True

    def _with_new_columns(self, opened: Opened, source_id: int, batch: Sequence[Item]) -> tuple[Opened, int]:
        """Columns that first appear far down a file (a label that is there for some rows) find their field too."""
        seen = set(opened.plan.columns)
        rows = [row.values for row in batch if isinstance(row, Row) and not seen.issuperset(row.values)]
        if not rows:
            return opened, source_id
        old = opened.plan
        columns = tuple(dict.fromkeys((*old.columns, *chain.from_iterable(rows))))
        wanted = self._options.mapping | old.mapping
        mapped = mapped_source(opened.source, self._kind, old.layout, columns, wanted)
        opened = mapped._replace(plan=mapped.plan.model_copy(update={"preview": old.preview}))
        if opened.plan.mapping != old.mapping:
            # The rows above keep the mapping that they were read with.
            return opened, self._note(opened)
        stored.change_plan(self._connection, source_id, opened.kept)
        return opened, source_id

    def _sort(
        self, source_id: int, opened: Opened, batch: Sequence[Item], notes: Counter[str]
    ) -> tuple[list[NewRecord], list[Unreadable]]:
        """Rows as records or rejects; the busiest loop of an import."""
        kind, step_id, convert, told, constants = self._kind, self._step_id, *opened[2:]
        quick = None if constants else lane(kind, opened.plan.mapping, step_id, source_id)
        good: list[NewRecord] = []
        bad: list[Unreadable] = []
        for row in batch:
            if isinstance(row, NewRecord):
                good.append(row)
                continue
            if isinstance(row, Unreadable):
                bad.append(row)
                continue
            if self._waiting:
                self._settle(row, convert)
            if quick and (record := quick(row.line, row.values)):
                good.append(record)
                continue
            values = {**constants, **row.values} if constants else row.values
            for made in convert(values):
                if not isinstance(made, Example):
                    raw = row.raw if made.part is None else encoded(made.part)
                    bad.append(Unreadable(row.line, made.reason, raw))
                    continue
                fields, meta, said = made
                original = None if is_told(told, values, fields, meta) else values
                good.append(intake.prepared(kind, step_id, source_id, row.line, fields, meta, original))
                if said:
                    notes.update(said)
                if not is_sound(kind, fields):
                    self._unsound += 1
        return good, bad

    def _settle(self, row: Row, convert: Converter) -> None:
        """A row that an import before had to reject, and this one can read, is no reject any more."""
        if row.raw in self._waiting and all(isinstance(made, Example) for made in convert(row.values)):
            for reject_id in self._waiting.pop(row.raw):
                stored.settle(self._connection, reject_id, self._step_id)

    def _fresh(self, good: Sequence[NewRecord]) -> list[NewRecord]:
        """The rows that no earlier import brought: the n-th copy of a row is fresh unless n copies were there."""
        before = intake.occurrences(self._connection, good, self._step_id)
        if not before:
            return list(good)
        fresh = []
        for record in good:
            if self._known[record.row_hash] < before.get(record.row_hash, 0):
                self._known[record.row_hash] += 1
            else:
                fresh.append(record)
        return fresh


class _NothingToKeep(Exception):
    """Rolls the import back: it was a dry run, or brought nothing new."""


class _Way:
    """How much of the bytes of all sources is behind; packed sources count when they are done."""

    def __init__(self, found: Sequence[Source], progress: Progress) -> None:
        self._progress = progress
        self._sizes = {source.path: _size(source.path) for source in found}
        self._all = sum(self._sizes.values())
        self._behind = 0

    def at(self, rows: int, position: int) -> None:
        """So many rows are read, and the current source up to a byte."""
        self._progress(rows, min(1.0, (self._behind + position) / self._all) if self._all else 0.0)

    def done(self, source: Source) -> None:
        """A source is behind."""
        self._behind += self._sizes[source.path]


def _position(stream: IO[bytes]) -> int:
    with suppress(OSError, ValueError):
        return stream.tell()
    return 0


def _size(path: str) -> int:
    with suppress(OSError, ValueError):
        status = os.stat(path)
        return status.st_size if stat.S_ISREG(status.st_mode) else 0
    return 0


def _summary(opened: Sequence[Opened]) -> str:
    names = [one.plan.name for one in opened]
    return "import " + ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
