"""Project: the one object that the command line and the terminal UI talk to."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from curator import importing, query, settings_file, splitting, windows
from curator.checks import base, registry
from curator.config import FILE_NAME, Config, load
from curator.edits import Editor
from curator.errors import CuratorError, NotFound, explained
from curator.export import folder
from curator.export import rows as export_rows
from curator.export.manifest import Manifest
from curator.importing import ImportReport, Options, Progress
from curator.query import Query
from curator.records import Frozen, Kind
from curator.splitting import Item
from curator.store import connection, facts, findings, journal, records, sources
from curator.store.connection import transaction
from curator.store.findings import Finding
from curator.store.records import StoredRecord

DATABASE = "project.db"
MOST_LABELS = 1000
"""A column with more distinct values than this is no list of labels."""

_ACTIVE = query.parse("-status:rejected")


class SplitReport(Frozen):
    """What a split came to."""

    counts: dict[str, int]
    """Records per side."""
    labels: dict[str, dict[str, int]]
    """Label to records per side."""
    leaks: int
    """Inputs that stand on more than one side."""
    changed: int
    """Records that were given a side now."""
    held_back: dict[str, int]
    """Records without a side, by reason."""


class Stats(Frozen):
    """Counts of everything."""

    records: int
    status: dict[str, int]
    split: dict[str, int]
    label: dict[str, int]
    issues: dict[str, int]
    """Records per check that found something in them."""
    rejects: int


class Project:
    """A folder with its settings, records, exports and runs."""

    def __init__(self, root: Path) -> None:
        """Open the project in a folder.

        Raises:
            CuratorError: there is none, or it cannot be read.
        """
        if not (root / FILE_NAME).is_file():
            raise NotFound(f"{root} is no project: it has no {FILE_NAME}.", "Make one with `curator init`.")
        self.root = root
        self.config: Config = load(root / FILE_NAME)
        self.connection: sqlite3.Connection = connection.connect(root / DATABASE)

    @classmethod
    def create(cls, root: Path, config: Config) -> Project:
        """Make a new project; the folder may exist."""
        with explained("create the project", root):
            root.mkdir(parents=True, exist_ok=True)
        settings_file.create(root, config)
        return cls(root)

    @classmethod
    def find(cls, start: Path) -> Project:
        """Open the nearest project upwards of a folder, as git does."""
        for candidate in (start, *start.parents):
            if (candidate / FILE_NAME).is_file():
                return cls(candidate)
        raise NotFound(
            f"There is no project in {start} or above it.",
            "Make one with `curator init DIR --kind KIND`, or name it with -C DIR.",
        )

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()

    @property
    def kind(self) -> Kind:
        """What a record of this project is."""
        return self.config.kind

    @property
    def editor(self) -> Editor:
        """Changes records; every change is a step that can be undone."""
        return Editor(self.connection, self.kind, self.config.labels)

    def change_settings(self, values: Mapping[str, Any]) -> None:
        """Write some settings into curator.toml, if they differ from what is there."""
        now = self.config.model_dump()
        different = {key: value for key, value in values.items() if _value_at(now, key) != value}
        if different:
            self.config = settings_file.change(self.root, different)

    def import_files(
        self, paths: Sequence[str], options: Options, progress: Progress, dry_run: bool = False
    ) -> ImportReport:
        """Read files into the project; a classification project without labels takes those it finds."""
        wanted = options.model_copy(update={"mapping": {**self.config.fields, **options.mapping}})
        importer = importing.Importer(self.connection, self.kind, wanted, self.editor.actor)
        report = importer.run(paths, progress, dry_run)
        if self.kind == "classification" and not self.config.labels and not dry_run:
            self._adopt_labels()
        return report

    def retry_rejects(self, mapping: Mapping[str, str]) -> tuple[int, int]:
        """Try the rejects again; returns (added, still rejected)."""
        return importing.retry(self.connection, self.kind, mapping, self.editor.actor)

    def rejects(self) -> list[sources.StoredReject]:
        """What could not be read, with place and reason."""
        return sources.rejects(self.connection)

    def records(self, text: str = "", limit: int = -1) -> list[StoredRecord]:
        """The records that a query fits."""
        return records.page(self.connection, query.parse(text), limit=limit)

    def record(self, record_id: int) -> StoredRecord:
        """One record."""
        return records.get(self.connection, record_id)

    def ids(self, text: str) -> list[int]:
        """The numbers of the records that a query fits."""
        return records.ids(self.connection, query.parse(text))

    def findings(self, record_id: int) -> list[Finding]:
        """What the checks found in a record since it last changed."""
        return findings.of_record(self.connection, record_id)

    def history(self, record_id: int) -> list[tuple[journal.Step, journal.Change]]:
        """Who changed what in a record, and when."""
        return journal.history(self.connection, record_id)

    def log(self, limit: int) -> list[journal.Step]:
        """The newest steps of the journal."""
        return journal.steps(self.connection, limit)

    def check(self, only: Sequence[str] = ()) -> tuple[list[base.CheckReport], list[Finding]]:
        """Run checks and keep their findings, which queries then find with `issue:`."""
        checks = base.choose(registry.ALL, self.kind, only)
        context = base.Context(
            kind=self.kind,
            labels=self.config.labels,
            records=lambda: records.iterate(self.connection, _ACTIVE),
        )
        reports, found = base.run(checks, context)
        with transaction(self.connection):
            findings.replace(self.connection, [check.id for check in checks], found)
        return reports, found

    def split(self, fresh: bool = False, freeze: bool = False) -> SplitReport:
        """Give every usable record a side, as the settings say; records that have one keep it unless `fresh`."""
        plan = self._plan()
        held: Counter[str] = Counter()
        usable, current = self._usable(plan, held)
        frozen = facts.get(self.connection, facts.FROZEN_TEST) is not None
        items = [self._item(r, plan, fresh and not (frozen and r.split == "test")) for r in usable]
        shares = export_rows.shares(plan.split)
        if self._cut_inside(usable):
            splits: dict[int, str | None] = {item.id: windows.BLOCKS for item in items}
        else:
            splits = splitting.assign(items, shares, plan.split.seed, frozen).splits
        wanted: dict[int, str | None] = {record_id: splits.get(record_id) for record_id in current}
        changed = self.editor.assign_splits({i: side for i, side in wanted.items() if current[i] != side})
        if freeze:
            self._freeze()
        held["would leak"] += sum(side is None for side in splits.values())
        return self._split_report(changed, +held)

    def export(self, name: str = "", text: str = "") -> folder.Export:
        """Write the split records as files."""
        plan = self._plan()
        held: Counter[str] = Counter()
        chosen = records.iterate(self.connection, query.parse(text))
        placed = export_rows.collect(chosen, plan, self._units(), held)
        manifest = Manifest(
            name=name,
            kind=self.kind,
            labels=self.config.labels if self.kind == "classification" else (),
            system=self.config.system,
            files={},
            query=text,
            split=plan.split,
            windows=plan.windows if self.kind == "text" else None,
        )
        return folder.write(self.root / "exports", name, placed, manifest, held)

    def load_export(self, name: str) -> folder.Export:
        """An export that was written before."""
        folder.check_name(name)
        return folder.load(self.root / "exports" / name)

    def stats(self) -> Stats:
        """Counts by status, split, label and finding."""
        everything = Query()
        rows = self.connection.execute(
            "SELECT check_id, count(DISTINCT record_id) FROM findings GROUP BY 1 ORDER BY 1"
        ).fetchall()
        return Stats(
            records=records.count(self.connection, everything),
            status=records.tally(self.connection, "status", everything),
            split=records.tally(self.connection, "split", everything),
            label=records.tally(self.connection, "label", everything)
            if self.kind == "classification"
            else {},
            issues=dict(rows),
            rejects=len(self.rejects()),
        )

    def is_split(self) -> bool:
        """Whether any record has a side yet."""
        return records.count(self.connection, query.parse("-split:none")) > 0

    def _adopt_labels(self) -> None:
        found = [
            label
            for label in records.tally(self.connection, "label", query.parse("-label:none"))
            if label.strip()
        ]
        if 0 < len(found) <= MOST_LABELS:
            self.change_settings({"labels": tuple(found)})

    def _plan(self) -> export_rows.Plan:
        config = self.config
        return export_rows.Plan(
            kind=self.kind, labels=config.labels, split=config.split, windows=config.windows
        )

    def _usable(
        self, plan: export_rows.Plan, held: Counter[str]
    ) -> tuple[list[StoredRecord], dict[int, str | None]]:
        """The records that can be trained on, and where every record stands now."""
        usable: list[StoredRecord] = []
        current: dict[int, str | None] = {}
        for record in records.iterate(self.connection):
            current[record.id] = record.split
            if reason := export_rows.usable(record, plan):
                held[reason] += 1
            else:
                usable.append(record)
        return usable, current

    def _item(self, record: StoredRecord, plan: export_rows.Plan, forget: bool) -> Item:
        group = export_rows.group_of(record, plan.split.group)
        keys = (
            f"input {records.input_key(self.kind, record.fields)}",
            *((f"group {group}",) if group else ()),
        )
        weight = len(record.fields["text"]) if self.kind == "text" else 1
        stratum = str(record.fields["label"]) if self.kind == "classification" else ""
        inside = record.split == windows.BLOCKS
        return Item(record.id, keys, stratum, weight, None if forget or inside else record.split)

    def _cut_inside(self, usable: Sequence[StoredRecord]) -> bool:
        return self.kind == "text" and len(usable) < splitting.ENOUGH_DOCUMENTS

    def _freeze(self) -> None:
        with transaction(self.connection):
            facts.put(self.connection, facts.FROZEN_TEST, datetime.now(UTC).isoformat(timespec="seconds"))

    def _split_report(self, changed: int, held: Counter[str]) -> SplitReport:
        counts = records.tally(self.connection, "split", query.parse("-split:none"))
        labels: dict[str, dict[str, int]] = {}
        if self.kind == "classification":
            rows = self.connection.execute(
                """SELECT label, split, count(*) FROM records
                   WHERE hidden = 0 AND split IS NOT NULL GROUP BY label, split ORDER BY label, split"""
            )
            for label, side, number in rows:
                labels.setdefault(label, {})[side] = number
        leaks = self.connection.execute(
            """SELECT count(*) FROM (SELECT 1 FROM records WHERE hidden = 0 AND split IS NOT NULL
               GROUP BY input_key HAVING count(DISTINCT split) > 1)"""
        ).fetchone()[0]
        return SplitReport(counts=counts, labels=labels, leaks=leaks, changed=changed, held_back=dict(held))

    def _units(self) -> windows.UnitsOf:
        if self.kind != "text" or self.config.windows.unit == "word":
            return windows.word_spans
        from curator.train.runs import resolve_model

        return windows.token_spans(Path(resolve_model(self.config.model)))


def select(project: Project, record_ids: Iterable[int], text: str | None) -> list[int]:
    """The records that a command is about: named ones, or those that a query fits.

    Raises:
        CuratorError: neither or both were given.
    """
    named = list(dict.fromkeys(record_ids))
    if bool(named) == (text is not None):
        raise CuratorError(
            "Say which records: their numbers, or --query QUERY.", "For example: curator accept 3 4"
        )
    return project.ids(text) if text is not None else named


def _value_at(values: Mapping[str, Any], key: str) -> Any:
    found: Any = values
    for part in key.split("."):
        found = found[part]
    return found
