"""The screens' only link to a project."""

from __future__ import annotations

import os
import sqlite3
import time
from array import array
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from curator.checking import CheckReport
from curator.checks.registry import ALL
from curator.config import Config
from curator.project import Project
from curator.records import SPLITS
from curator.store import grams
from curator.store.findings import Finding
from curator.store.grams import Part
from curator.store.journal import Change, Step
from curator.store.queues import Order
from curator.store.records import Patch, StoredRecord
from curator.store.search import STATUSES
from curator.store.suggestions import Suggestion

from .checking import Checking
from .indexing import Indexing
from .tokens import Tokens

_T = TypeVar("_T")
_STEPS = 20_000
"""Instructions of SQLite between two looks at whether a search is still wanted."""
_THREADS = min(4, os.cpu_count() or 1)
"""Parts of a large project that are searched at once."""
_FIRST = 100
"""Records that are shown before all have been found."""
_ENOUGH, _SHORTEST = 3, 5.0
"""Decisions, and seconds, below which no pace is told or believed."""
_PACE_WINDOW = 60.0
"""Seconds over which decisions are counted for the pace."""


class Session:
    """One sitting with a project."""

    def __init__(self, root: Path) -> None:
        """Open the project.

        Raises:
            CuratorError: there is none, or it cannot be read.
        """
        self.root = root
        self.project = Project(root)
        self._decided: deque[float] = deque()
        self.checking = Checking(root)
        """The run of the checks, whatever page is shown."""
        self._indexing = Indexing(root)

    @property
    def config(self) -> Config:
        """The project's settings."""
        return self.project.config

    @cached_property
    def tokens(self) -> Tokens:
        """Lays records out as the model will see them."""
        return Tokens(self.config)

    def remember_theme(self, name: str) -> None:
        """Keep a theme with the project."""
        self.project.change_settings({"interface.theme": name})

    def close(self) -> None:
        """Let go of the project."""
        self.checking.stop()
        self._indexing.stop()
        if "tokens" in self.__dict__:
            self.tokens.close()
        self.project.close()

    def speed_up_searches(self) -> None:
        """Bring what makes searches quick up to date, in the background."""
        if grams.is_behind(self.project.connection):
            self._indexing.start()

    def queue(self, query: str, order: Order) -> array[int]:
        """The ids of a queue; opens the project once more, so any thread may ask.

        Raises:
            CuratorError: the query cannot be read.
        """
        project = Project(self.root)
        try:
            return project.queue(query, order)
        finally:
            project.close()

    def parts(self, query: str, order: Order) -> list[Part]:
        """Parts of a search that threads can do at once.

        Raises:
            CuratorError: the query cannot be read.
        """
        return self.project.parts(query, order, _THREADS)

    def search(
        self,
        query: str,
        order: Order,
        parts: Sequence[Part],
        found: Callable[[array[int], bool], None],
        unwanted: Callable[[], bool],
    ) -> None:
        """Look for the ids that a query fits; `found` is told of a screenful at once, and of all at the end (True).

        Ends early once it is `unwanted`. Opens the project once more, so any thread may ask.
        """
        with ThreadPoolExecutor(len(parts)) as threads:
            others = [threads.submit(self._part, query, order, part, unwanted) for part in parts[1:]]
            ids = self._part(query, order, parts[0], unwanted, found)
            for other in others:
                ids.extend(other.result())
                found(ids[:_FIRST], False)
        if not unwanted():
            found(ids, True)

    def _part(
        self,
        query: str,
        order: Order,
        part: Part,
        unwanted: Callable[[], bool],
        found: Callable[[array[int], bool], None] = lambda *_: None,
    ) -> array[int]:
        project = Project(self.root)
        ids = array("q")
        try:
            project.connection.set_progress_handler(unwanted, _STEPS)
            for batch in project.batches(query, order, part):
                ids.extend(batch)
                if len(ids) == len(batch):
                    found(batch, False)
        except sqlite3.OperationalError:
            if not unwanted():
                raise
        finally:
            project.close()
        return ids

    def record(self, record_id: int) -> StoredRecord:
        """One record as it is now."""
        return self.project.record(record_id)

    @property
    def moment(self) -> int:
        """The newest step of the journal: another number says that something has changed."""
        return next((step.id for step in self.project.log(1)), 0)

    def rows(self, record_ids: Sequence[int]) -> list[StoredRecord]:
        """Some records, in this order; those that are gone are left out."""
        return self.project.rows(record_ids)

    def findings(self, record_id: int) -> list[Finding]:
        """What checks found in a record, without what is suppressed."""
        return [finding for finding in self.project.findings(record_id) if not finding.suppressed]

    def label(self, record_id: int, label: str) -> None:
        """Put a record under a label; durable when this returns."""
        self.project.editor.label([record_id], label)
        self._decided.append(time.monotonic())

    def decide(self, record_id: int, status: str) -> None:
        """Accept, reject or flag a record; durable when this returns."""
        self.project.editor.set_status([record_id], status)
        self._decided.append(time.monotonic())

    def trim(self, record_id: int) -> None:
        """Cut blank ends of a text and of its lines, and accept it, in one step; durable when this returns."""

        def effect(_: int, now: Patch) -> Patch:
            text = str(now["fields"].get("text", ""))
            lines = [line.rstrip() for line in text.strip().split("\n")]
            kept = "\n".join(lines) or text
            return {"fields": {**now["fields"], "text": kept}, "status": "accepted"}

        self.project.editor.change("trim", "trim", [record_id], effect)
        self._decided.append(time.monotonic())

    def earlier_reports(self) -> list[CheckReport]:
        """What the checks found when they last ran."""
        return self.project.reports()

    def found(self, check_id: str, most: int) -> list[Finding]:
        """The first findings of a check."""
        return list(self.project.found([check_id], most))

    def suppress_check(self, check_id: str, reason: str) -> None:
        """Say why a check does not count in this project; without a reason it counts again."""
        self.project.suppress(check_id, None, reason)

    def elsewhere(self, work: Callable[[Project], _T]) -> _T:
        """Do something with the project opened once more, so that any thread may ask."""
        project = Project(self.root)
        try:
            return work(project)
        finally:
            project.close()

    def suggestion(self, record_id: int) -> Suggestion | None:
        """The label that a classifier would give a record, if one has learned enough."""
        return self.project.suggestion(record_id)

    def history(self, record_id: int) -> list[tuple[Step, Change]]:
        """Who changed what in a record, the oldest change first."""
        return self.project.history(record_id)

    def set_fields(self, record_id: int, values: Mapping[str, Any]) -> list[Finding]:
        """Change fields of a record; returns what that has done to the split."""
        self.project.editor.set_fields([record_id], values)
        return self.project.leaks_of([record_id])

    def values(self, key: str) -> list[str]:
        """What may stand behind a key of a query."""
        config = self.config
        if key == "label":
            return [*config.labels, "none"]
        return list(self.known_values.get(key, ()))

    @cached_property
    def known_values(self) -> dict[str, tuple[str, ...]]:
        """The values of the other keys."""
        checks = tuple(check.id for check in ALL if self.config.kind in check.kinds)
        return {
            "status": STATUSES,
            "split": (*SPLITS, "none"),
            "issue": ("any", "none", *checks),
            "source": tuple(self.project.values("source")),
            "tag": tuple(self.project.values("tag")),
        }

    def forget_values(self) -> None:
        """Tags or sources may be others now."""
        self.__dict__.pop("known_values", None)

    @property
    def filters(self) -> dict[str, str]:
        """Queries that were saved, by name."""
        return self.config.filters

    def save_filter(self, name: str, query: str) -> None:
        """Keep a query under a name; an empty one forgets the name."""
        others = {known: text for known, text in self.filters.items() if known != name}
        self.project.change_settings({"filters": {**others, name: query} if query else others})

    def undo(self) -> Step | None:
        """Take the newest step back."""
        return next(iter(self.project.editor.undo()), None)

    def redo(self) -> Step | None:
        """Do the newest undone step again."""
        return next(iter(self.project.editor.redo()), None)

    def records_of(self, step: Step) -> list[int]:
        """The records that a step changed; the first hundred."""
        return self.project.changed_by(step.id, 100)

    @property
    def pace(self) -> int:
        """Decisions a minute, in the last minute; 0 until there are enough to tell."""
        now = time.monotonic()
        while self._decided and self._decided[0] < now - _PACE_WINDOW:
            self._decided.popleft()
        if len(self._decided) < _ENOUGH:
            return 0
        return round(len(self._decided) * 60 / max(now - self._decided[0], _SHORTEST))
