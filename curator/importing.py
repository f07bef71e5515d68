"""From files to records: every row is added, known from an earlier import, or kept as a reject with its reason."""

from __future__ import annotations

import io
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from curator.errors import CuratorError, explained
from curator.formats import detect, mapping
from curator.formats.base import Layout, Row, Unreadable, name_of
from curator.records import Frozen, Kind, field_names
from curator.store import journal, records, sources
from curator.store.connection import transaction
from curator.store.records import NewRecord
from curator.text import digest, plural, storable

BATCH = 2000
STDIN = "-"
_LEFT_OUT = ("readme", "license", "licence", "changelog", "source.md")

Progress = Callable[[int], None]
"""Called with the number of rows read so far."""


class Options(Frozen):
    """What the user said about the files."""

    format: str = ""
    """Overrules detection."""
    encoding: str = ""
    """Overrules detection."""
    mapping: dict[str, str] = {}
    """Field to column; overrules the usual names."""


class SourceReport(Frozen):
    """How one file was read."""

    name: str
    layout: Layout
    mapping: dict[str, str]
    read: int
    added: int
    duplicates: int
    rejected: int
    preview: tuple[dict[str, Any], ...]
    """The fields of its first rows."""


class ImportReport(Frozen):
    """What an import did; `read` is always `added + duplicates + rejected`."""

    read: int
    added: int
    """Rows that became records."""
    duplicates: int
    """Rows that an earlier import had already brought."""
    rejected: int
    """Rows kept aside with the reason why they are no records."""
    seconds: float
    sources: tuple[SourceReport, ...]
    left_out: tuple[str, ...] = ()
    """Files of a folder that were passed over (readme, licence)."""


class _Source(Frozen):
    """A file made ready: what it is and where its columns go."""

    name: str
    path: str
    layout: Layout
    columns: tuple[str, ...]
    mapping: dict[str, str]

    @property
    def plan(self) -> dict[str, Any]:
        """What a later retry of its rejects has to know."""
        return {"layout": self.layout.model_dump(), "mapping": self.mapping}


class Importer:
    """One import into one project: a single step of the journal, in a single transaction."""

    def __init__(self, connection: sqlite3.Connection, kind: Kind, options: Options, actor: str) -> None:
        self._connection = connection
        self._kind: Kind = kind
        self._options = options
        self._actor = actor
        self._step_id = 0
        self._known: Counter[str] = Counter()
        self._read = 0
        self._kept = 0

    def run(self, paths: Sequence[str], progress: Progress, dry_run: bool = False) -> ImportReport:
        """Import files, folders or `-`; a dry run does the same and then takes it all back.

        Raises:
            CuratorError: a path cannot be read, or its columns fit no field; nothing is written then.
        """
        started = time.monotonic()
        files, left_out = expand(paths)
        opened = [self._prepare(path) for path in files]
        reports: list[SourceReport] = []
        with suppress(_NothingToKeep), transaction(self._connection):
            self._step_id = journal.begin(self._connection, self._actor, journal.IMPORT, _summary(opened))
            for source, path in zip(opened, files, strict=True):
                reports.append(self._import(source, path, progress))
            if dry_run or not self._kept:
                raise _NothingToKeep
        totals = {n: sum(getattr(r, n) for r in reports) for n in ("read", "added", "duplicates", "rejected")}
        return ImportReport(
            **totals, seconds=time.monotonic() - started, sources=tuple(reports), left_out=tuple(left_out)
        )

    def _prepare(self, path: str) -> _Source:
        name = "stdin" if path == STDIN else name_of(Path(path))
        with _opened(path) as stream, _decodable(name):
            head = detect.head_of(stream)
            layout = detect.layout_of(name, head, self._kind, self._options.format, self._options.encoding)
            columns = layout.columns or _columns(detect.READERS[layout.format](stream, layout))
        full = path if path == STDIN else storable(str(Path(path).resolve()))
        found = mapping.resolve(self._kind, columns, self._options.mapping, name) if columns else {}
        return _Source(name=name, path=full, layout=layout, columns=columns, mapping=found)

    def _import(self, source: _Source, path: str, progress: Progress) -> SourceReport:
        totals: Counter[str] = Counter()
        preview: list[dict[str, Any]] = []
        source_id = sources.add(self._connection, self._step_id, source.name, source.path, source.plan)
        with _opened(path) as stream, _decodable(source.name):
            rows = detect.READERS[source.layout.format](stream, source.layout)
            while batch := list(islice(rows, BATCH)):
                source = self._with_new_columns(source_id, source, batch)
                good, bad = self._sort(source_id, source.mapping, batch)
                fresh = self._fresh(good)
                preview += [dict(record.fields) for record in fresh[: 5 - len(preview)]]
                self._write(source_id, fresh, bad)
                totals.update(
                    added=len(fresh), duplicates=len(good) - len(fresh), rejected=len(bad), read=len(batch)
                )
                self._read += len(batch)
                progress(self._read)
        sources.settle_read(self._connection, source_id, self._step_id)
        counts = {name: totals[name] for name in ("read", "added", "duplicates", "rejected")}
        return SourceReport(
            name=source.name, layout=source.layout, mapping=source.mapping, preview=tuple(preview), **counts
        )

    def _write(self, source_id: int, fresh: Sequence[NewRecord], bad: Sequence[Unreadable]) -> None:
        records.insert(self._connection, self._kind, self._step_id, fresh)
        self._kept += len(fresh) + sources.reject(self._connection, self._step_id, source_id, bad)
        journal.add_count(self._connection, self._step_id, len(fresh))

    def _with_new_columns(
        self, source_id: int, source: _Source, batch: Sequence[Row | Unreadable]
    ) -> _Source:
        """Columns that first appear far down a file (a label that is there for some rows) find their field too."""
        seen = dict.fromkeys(source.columns)
        new = [key for row in batch if isinstance(row, Row) for key in row.values if key not in seen]
        if not new:
            return source
        columns = tuple(dict.fromkeys((*source.columns, *new)))
        found = mapping.resolve(self._kind, columns, self._options.mapping | source.mapping, source.name)
        source = source.model_copy(update={"columns": columns, "mapping": found})
        sources.change_plan(self._connection, source_id, source.plan)
        return source

    def _sort(
        self, source_id: int, columns: Mapping[str, str], batch: Sequence[Row | Unreadable]
    ) -> tuple[list[NewRecord], list[Unreadable]]:
        good: list[NewRecord] = []
        bad: list[Unreadable] = []
        for row in batch:
            made = row if isinstance(row, Unreadable) else to_record(self._kind, columns, source_id, row)
            if isinstance(made, Unreadable):
                bad.append(made)
            else:
                good.append(made)
        return good, bad

    def _fresh(self, good: Sequence[NewRecord]) -> list[NewRecord]:
        """The rows that no earlier import brought: the n-th copy of a row is fresh unless n copies were there."""
        before = records.occurrences(self._connection, list({r.row_hash for r in good}), self._step_id)
        fresh = []
        for record in good:
            if self._known[record.row_hash] < before.get(record.row_hash, 0):
                self._known[record.row_hash] += 1
            else:
                fresh.append(record)
        return fresh


class _NothingToKeep(Exception):
    """Rolls the import back: it was a dry run, or brought nothing new."""


def expand(paths: Sequence[str]) -> tuple[list[str], list[str]]:
    """The files behind some paths, folders searched in order of names, and what was passed over there.

    Raises:
        CuratorError: a path does not exist, or a folder holds nothing to import.
    """
    files: list[str] = []
    left_out: list[str] = []
    for path in paths:
        if path == STDIN or not Path(path).is_dir():
            if path != STDIN and not Path(path).exists():
                raise CuratorError(f"There is no file or folder {path}.", "Check the path.")
            files.append(path)
            continue
        found = [
            p for p in sorted(Path(path).rglob("*")) if p.suffix.lower() in detect.SUFFIXES and p.is_file()
        ]
        passed = [p for p in found if p.name.casefold().startswith(_LEFT_OUT)]
        if len(found) == len(passed):
            raise CuratorError(
                f"The folder {path} holds no file to import.", f"Looked for {', '.join(detect.SUFFIXES)}."
            )
        files += [str(p) for p in found if p not in passed]
        left_out += [p.name for p in passed]
    return files, left_out


def to_record(kind: Kind, columns: Mapping[str, str], source_id: int, row: Row) -> NewRecord | Unreadable:
    """A row as a record of the project's kind; or why it is none."""
    fields, meta = mapping.split_row(kind, columns, row.values)
    if not fields:
        main = field_names(kind)[0]
        wanted = columns.get(main, main)
        return Unreadable(row.line, f"has no {wanted!r}, so there is nothing to make a record of", row.raw)
    original = dict(row.values)
    row_hash = digest(records.dump(original), records.dump(fields))
    return NewRecord(source_id, row.line, fields, meta, original, row_hash)


def retry(
    connection: sqlite3.Connection, kind: Kind, wanted: Mapping[str, str], actor: str
) -> tuple[int, int]:
    """Read the rejects again, with a new mapping perhaps; returns (added, still rejected)."""
    kept = sources.rejects(connection)
    added = 0
    with suppress(_NothingToKeep), transaction(connection):
        step_id = journal.begin(connection, actor, "retry", "retry " + plural(len(kept), "reject"))
        for reject in kept:
            row = _again(connection, kind, reject, wanted)
            if isinstance(row, NewRecord):
                records.insert(connection, kind, step_id, [row])
                sources.settle(connection, reject.id, step_id)
                added += 1
        journal.add_count(connection, step_id, added)
        if not added:
            raise _NothingToKeep
    return added, len(kept) - added


def _again(
    connection: sqlite3.Connection, kind: Kind, reject: sources.StoredReject, wanted: Mapping[str, str]
) -> NewRecord | Unreadable:
    source_id, plan = sources.plan_of(connection, reject.id)
    layout = Layout.model_validate(plan["layout"])
    rows = list(detect.BARE_READERS[layout.format](io.BytesIO(reject.raw), layout))
    if len(rows) != 1 or isinstance(rows[0], Unreadable):
        return Unreadable(reject.line, reject.reason, reject.raw)
    try:
        columns = mapping.resolve(kind, list(rows[0].values), wanted, reject.place)
    except CuratorError:
        # This one has other columns than those the user has in mind now.
        columns = plan["mapping"]
    return to_record(kind, columns, source_id, rows[0]._replace(line=reject.line))


def _summary(opened: Sequence[_Source]) -> str:
    names = [source.name for source in opened]
    return "import " + ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


@contextmanager
def _decodable(name: str) -> Iterator[None]:
    try:
        yield
    except (UnicodeError, LookupError) as error:
        raise CuratorError(
            f"{name} cannot be decoded: {error}.", "Name its encoding with --encoding."
        ) from error


def _columns(rows: Iterator[Row | Unreadable]) -> tuple[str, ...]:
    """The columns of the first rows, in order of appearance."""
    head = (row for row in islice(rows, 200) if isinstance(row, Row))
    return tuple(dict.fromkeys(chain.from_iterable(row.values for row in head)))


_stdin: bytes | None = None


def _opened(path: str) -> IO[bytes]:
    if path == STDIN:
        return io.BytesIO(_read_stdin())
    with explained("read", path):
        return Path(path).open("rb")


def _read_stdin() -> bytes:
    """Standard input can be read once, but is looked at twice: to detect, and to read."""
    global _stdin
    if _stdin is None:
        _stdin = sys.stdin.buffer.read()
    return _stdin
