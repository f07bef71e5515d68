"""Project: the one object that the command line and the terminal UI talk to."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from curator import checking, query
from curator.checks import base, registry
from curator.checks.item import Item
from curator.config import FILE_NAME, Config, load, setting, with_settings
from curator.dividing import frozen_test
from curator.edits import Editor
from curator.errors import CuratorError, NotFound, explained
from curator.query import Query
from curator.records import Kind
from curator.store import (
    connection,
    counting,
    findings,
    journal,
    queues,
    records,
    sources,
    suggestions,
    suppressions,
    values,
)
from curator.store.counting import Stats
from curator.store.findings import Finding
from curator.store.grams import Part
from curator.store.records import StoredRecord
from curator.store.suggestions import Suggestion
from curator.text import nearest

if TYPE_CHECKING:
    from curator import exporting
    from curator.dividing.report import SplitReport
    from curator.export import writing
    from curator.export.folder import Export
    from curator.export.rows import Plan
    from curator.importing import ImportReport, Options, Progress, SourcePlan
    from curator.replacing import Replacement, Replacer
    from curator.suggesting import Learned

DATABASE = "project.db"


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
        from curator import settings_file

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
        different = {key: value for key, value in values.items() if setting(self.config, key) != value}
        if different:
            from curator import settings_file

            self.config = settings_file.change(self.root, different)

    def import_files(
        self,
        paths: Sequence[str],
        options: Options,
        progress: Progress,
        dry_run: bool = False,
        planned: Callable[[Sequence[SourcePlan]], None] = lambda _: None,
    ) -> ImportReport:
        """Read files into the project; a classification project without labels takes those it finds."""
        from curator import importing

        wanted = options.model_copy(update={"mapping": {**self.config.fields, **options.mapping}})
        importer = importing.Importer(self.connection, self.kind, wanted, self.editor.actor)
        report = importer.run(paths, progress, dry_run, planned)
        if self.kind == "classification" and not self.config.labels and not dry_run:
            self._adopt_labels()
        return report

    def retry_rejects(self, mapping: Mapping[str, str]) -> tuple[int, int]:
        """Try the rejects again; returns (added, still rejected)."""
        from curator import importing

        wanted = {**self.config.fields, **mapping}
        return importing.retry(self.connection, self.kind, wanted, self.editor.actor)

    def rejects(self) -> list[sources.StoredReject]:
        """What could not be read, with place and reason."""
        return sources.rejects(self.connection)

    def reject_header(self) -> bytes:
        """The header that all rejects share, where they come from tables with the same columns; else nothing."""
        from curator import importing

        return importing.shared_header(self.connection)

    def records(self, text: str = "", limit: int = -1) -> list[StoredRecord]:
        """The records that a query fits."""
        return records.page(self.connection, self._query(text), limit=limit)

    def sorted_records(self, text: str, order: queues.Order, limit: int = -1) -> list[StoredRecord]:
        """The records that a query fits, in some order."""
        ids = self.queue(text, order)
        return records.some(self.connection, ids.tolist() if limit < 0 else ids[:limit].tolist())

    def record(self, record_id: int) -> StoredRecord:
        """One record."""
        return records.get(self.connection, record_id)

    def ids(self, text: str) -> list[int]:
        """The numbers of the records that a query fits."""
        return records.ids(self.connection, self._query(text))

    def queue(self, text: str, order: queues.Order) -> array[int]:
        """The ids of the records that a query fits, in the order in which people shall look at them."""
        return queues.queue(self.connection, self._query(text), order, self.config.split.seed)

    def batches(self, text: str, order: queues.Order, part: Part | None = None) -> Iterator[array[int]]:
        """The same piece by piece, a screenful first."""
        return queues.batches(self.connection, self._query(text), order, self.config.split.seed, part)

    def parts(self, text: str, order: queues.Order, most: int) -> list[Part]:
        """Parts of a search that can be done at once."""
        return queues.parts(self.connection, self._query(text), order, most)

    def rows(self, record_ids: Sequence[int]) -> list[StoredRecord]:
        """Some records by their ids, in this order; those that are gone are left out."""
        return records.some(self.connection, record_ids)

    def changed_by(self, step_id: int, limit: int) -> list[int]:
        """The records that a step of the journal changed; imports are not written down by record."""
        return journal.records_of(self.connection, step_id, limit)

    def findings(self, record_id: int) -> list[Finding]:
        """What the checks found in a record since it last changed."""
        return findings.of_record(self.connection, record_id)

    def history(self, record_id: int) -> list[tuple[journal.Step, journal.Change]]:
        """Who changed what in a record, and when."""
        return journal.history(self.connection, record_id)

    def log(self, limit: int) -> list[journal.Step]:
        """The newest steps of the journal."""
        return journal.steps(self.connection, limit)

    def check(
        self,
        only: Sequence[str] = (),
        quick: bool = False,
        progress: checking.Progress = lambda *_: None,
    ) -> list[checking.CheckReport]:
        """Run checks on what has changed, and keep their findings, which queries then find with `issue:`.

        Args:
            only: Ids of checks; all where there are none.
            quick: Leave out those that load a tokenizer or fit a classifier.
            progress: Told what is being done, and how many of how many records.
        """
        base.require_known(self.config.checks.severity, registry.ALL)
        checks = [c for c in base.choose(registry.ALL, self.kind, only) if not (quick and c.needs)]
        return checking.Runner(self.connection, self.config, self._view(), progress).run(checks)

    def reports(self) -> list[checking.CheckReport]:
        """What the checks found when they last ran."""
        checks = base.choose(registry.ALL, self.kind, ())
        return checking.Runner(self.connection, self.config, self._view(), lambda *_: None).reports(checks)

    def found(self, check_ids: Sequence[str], limit: int = -1) -> Iterator[Finding]:
        """What some checks have found, suppressed findings last; of each check at most `limit`."""
        return findings.of_checks(self.connection, check_ids, limit)

    def text_at(self, record_id: int, field: str) -> str:
        """The text of a record to which a finding points; empty when there is none any more."""
        item = Item(self.kind, record_id, self.record(record_id).fields, None, "")
        return next((part.text for part in item.parts if part.field == field), "")

    def fixer(
        self, check_ids: Sequence[str], progress: checking.Progress = lambda *_: None
    ) -> checking.Fixer:
        """Run some checks, and hold the repairs of what they find ready.

        Raises:
            CuratorError: there is no such check, or no safe repair for it.
        """
        checks = base.choose(registry.ALL, self.kind, check_ids)
        checking.require_fixes(checks)
        self.check(check_ids, progress=progress)
        return checking.Fixer(self.connection, self.kind, self._view(), checks)

    def suppress(self, check_id: str, record_ids: Sequence[int] | None, reason: str) -> int:
        """Say that what a check finds is no fault, in some records or (None) anywhere; no reason: it counts again.

        Returns the number of records that changed, for a whole check 1 or 0.

        Raises:
            CuratorError: there is no such check.
        """
        base.choose(registry.ALL, self.kind, [check_id])
        if record_ids is None:
            return int(self.editor.suppress_check(check_id, reason))
        return self.editor.suppress(record_ids, check_id, reason)

    def suppressed(self, record_id: int) -> dict[str, str]:
        """The checks that do not count for a record, with the reasons."""
        return suppressions.of_project(self.connection) | suppressions.of_record(self.connection, record_id)

    def replacer(self, wanted: Replacement) -> Replacer:
        """Finds and replaces in texts.

        Raises:
            CuratorError: there is nothing to look for, no such field, or no such expression.
        """
        from curator.replacing import Replacer

        return Replacer(self.connection, self.kind, wanted)

    def suggest(self) -> Learned:
        """Learn from the decisions made so far, and suggest a label for each undecided record.

        Raises:
            CuratorError: not a classification project, or too few decisions to learn from.
        """
        from curator.suggesting import suggest

        return suggest(self.connection, self.config)

    def suggestion(self, record_id: int) -> Suggestion | None:
        """The label that is suggested for a record, if any is."""
        return suggestions.of_record(self.connection, record_id)

    def split(
        self, fresh: bool = False, freeze: bool = False, settings: Mapping[str, Any] | None = None
    ) -> SplitReport:
        """Give every usable record a side, as the settings say; records that have one keep it unless `fresh`.

        `settings` (dotted keys) are written into curator.toml once the split has been made with them.
        """
        from curator.dividing.divide import divide

        before = self.config
        self.config = with_settings(before, settings or {})
        try:
            report = divide(self.connection, self._plan(), self.editor, fresh, freeze)
        except BaseException:
            self.config = before
            raise
        self.config = before
        self.change_settings(settings or {})
        return report

    def leaks_of(self, record_ids: Sequence[int], texts_changed: bool = True) -> list[Finding]:
        """What a change of some records has done to the split: leaks across it, and a frozen test set that differs."""
        from curator.dividing import aftermath

        return aftermath.of_change(self.connection, self._plan(), record_ids, texts_changed)

    def leaks(self) -> int:
        """Inputs that stand on more than one side of the split."""
        from curator.dividing import aftermath

        return aftermath.count_equal_inputs(self.connection)

    def export(
        self,
        name: str = "",
        text: str = "",
        format_name: str = "",
        out: Path | None = None,
        progress: writing.Progress = lambda _: None,
    ) -> Export:
        """Write the split records that a query fits as files, into `exports/NAME` or the folder `out`."""
        from curator import exporting
        from curator.checking.summary import summary
        from curator.checking.trained import named, newest
        from curator.export.folder import Place
        from curator.export.manifest import CANONICAL

        format_name = format_name or CANONICAL
        exporting.require_format(format_name, self.config)
        query_ = (text, self._query(text))
        place = Place(exports=self.root / "exports", name=name, out=out)
        trained = named(newest(self.root / "runs"))
        planner = checking.Planner(self.connection, self.config, frozen_test.read(self.connection), trained)
        checks = summary(self.connection, planner, base.choose(registry.ALL, self.kind, ()), query_[1])
        return exporting.write(self.connection, self.config, place, query_, checks, format_name, progress)

    def load_export(self, name: str) -> Export:
        """An export that was written before."""
        from curator.export import folder

        folder.check_name(name)
        return folder.load(self.root / "exports" / name)

    def stats(self) -> Stats:
        """Counts by status, split, label and finding."""
        return counting.stats(self.connection, self.kind)

    def values(self, key: Literal["source", "tag"]) -> list[str]:
        """The values that are in use."""
        return (values.sources if key == "source" else values.tags)(self.connection)

    def is_split(self) -> bool:
        """Whether any record has a side yet."""
        return records.count(self.connection, query.parse("-split:none")) > 0

    def unlisted(self) -> int:
        """Records whose label is not in the project's list."""
        return counting.unlisted(self.connection, self.config.labels)

    def _adopt_labels(self) -> None:
        from curator.label_names import MOST_LABELS, believable_labels

        found = records.tally(self.connection, "label", query.parse("-label:none"), text_only=True)
        labels = believable_labels(found)
        if 0 < len(labels) <= MOST_LABELS:
            self.change_settings({"labels": labels})

    def _query(self, text: str) -> Query:
        """A parsed query whose checks exist."""
        parsed = query.parse(text)
        known = ["none", "any", *(check.id for check in registry.ALL)]
        for value in (value for term in parsed.terms if term.key == "issue" for value in term.values):
            if value not in known:
                raise CuratorError(f"Query: there is no check {value!r}.", nearest(value, known))
        return parsed

    def _view(self) -> base.Context:
        frozen = frozen_test.read(self.connection)
        runs = self.root / "runs"
        return checking.View(self.connection, self.config, frozen, _parts_of(self.config), runs).context()

    def _plan(self) -> Plan:
        from curator import exporting

        return exporting.plan(self.config)


def _parts_of(config: Config) -> Callable[[str], Mapping[str, str]]:
    """Divides documents that are cut inside; few projects have any, so what cuts them is loaded for the first."""

    @cache
    def cutter() -> exporting.Cutter:
        from curator import exporting

        return exporting.Cutter(config)

    return lambda text: cutter().parts(text)
