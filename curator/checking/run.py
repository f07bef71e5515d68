"""Running checks on what has changed since they last ran, and keeping what they find."""

from __future__ import annotations

import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple, TypeVar

from curator.checking.planning import Plan, Planner
from curator.checks.base import Check, Context, Inspector, Profile
from curator.checks.item import Item
from curator.config import Config
from curator.errors import CuratorError, TooMuch
from curator.records import Frozen
from curator.store import changes, check_states, findings, suppressions
from curator.store.changes import Moment
from curator.store.check_states import CheckState
from curator.store.connection import transaction
from curator.store.findings import SEVERITIES, Finding, Severity

Progress = Callable[[str, int, int], None]
"""What is being done, how many of how many records; 0 of 0 where that is not known."""
_T = TypeVar("_T")
_AT_ONCE = 500
_LATE = 100_000
"""So many records that change during a run are told apart."""


class CheckReport(Frozen):
    """What one check came to."""

    id: str
    title: str
    harm: str
    severity: Severity
    count: int
    """Findings that are not suppressed."""
    suppressed: int
    """Findings that are."""
    reason: str
    """Why the whole check does not count in this project, if somebody has said so."""
    seconds: float
    """Time taken by this run; 0 when nothing had changed."""
    fix: str
    """What `fix` would do, if there is a safe repair."""
    skipped: str
    """Why it could not run, if it could not."""


class _Outcome(NamedTuple):
    """What a plan came to."""

    plan: Plan
    found: list[Finding]
    looked_at: Iterable[int] | None
    """The records whose earlier findings no longer count; None for all."""
    profile: Profile


class Runner:
    """One run of some checks."""

    def __init__(
        self, connection: sqlite3.Connection, config: Config, context: Context, progress: Progress
    ) -> None:
        self._connection = connection
        self._config = config
        self._context = context
        self._progress = progress
        self._seconds: dict[str, float] = defaultdict(float)
        self._skipped: dict[str, str] = {}
        self._changed: dict[tuple[str, ...], set[int]] = {}

    def run(self, checks: Sequence[Check]) -> list[CheckReport]:
        """Look at what has to be looked at; the reports come ranked by severity, then by number of findings."""
        moment = changes.now(self._connection)
        planner = Planner(self._connection, self._config, self._context.frozen, self._context.trained)
        plans = [planner.plan(check) for check in checks]
        due = self._able([plan for plan in plans if plan.chosen is None or plan.chosen])
        outcomes = self._inspected([plan for plan in due if plan.check.inspect is not None])
        wholes = [self._found(plan) for plan in due if plan.check.find is not None]
        outcomes += [outcome for outcome in wholes if outcome is not None]
        with transaction(self._connection):
            for outcome in outcomes:
                self._keep(outcome, moment)
            for plan in plans:
                if plan.chosen is not None and not plan.chosen:
                    check_states.advance(self._connection, plan.check.id, moment)
        return self.reports(checks)

    def _able(self, plans: list[Plan]) -> list[Plan]:
        """The plans without those whose model cannot be loaded."""
        wanting = [plan for plan in plans if plan.check.needs == "tokenizer"]
        if wanting:
            started = time.perf_counter()
            try:
                self._progress("loading the tokenizer", 0, 0)
                self._context.limit()
                self._context.tokens(self._context.sample()[:1])
            except CuratorError as error:
                self._skipped = {plan.check.id: _in_words(error) for plan in wanting}
            self._seconds[wanting[0].check.id] += time.perf_counter() - started
        return [plan for plan in plans if plan.check.id not in self._skipped]

    def _inspected(self, plans: Sequence[Plan]) -> list[_Outcome]:
        """All checks that look at records one by one, in one pass over the records."""
        if not plans:
            return []
        learned = [self._timed(plan.check, self._profile, plan) for plan in plans]
        looks = [self._inspector(plan, profile) for plan, profile in zip(plans, learned, strict=True)]
        found: list[list[Finding]] = [[] for _ in plans]
        chosen = [None if plan.chosen is None else frozenset(plan.chosen) for plan in plans]
        for batch in self._batches(plans):
            for plan, look, wanted, into in zip(plans, looks, chosen, found, strict=True):
                some = batch if wanted is None else [item for item in batch if item.id in wanted]
                self._timed(plan.check, _look, look, some, into)
        return [
            _Outcome(plan, into, plan.chosen, profile)
            for plan, into, profile in zip(plans, found, learned, strict=True)
        ]

    def _profile(self, plan: Plan) -> Profile:
        if plan.chosen is not None or plan.check.profile is None:
            return plan.profile
        return plan.check.profile(self._context)

    def _inspector(self, plan: Plan, profile: Profile) -> Inspector:
        assert plan.check.inspect is not None
        return plan.check.inspect(self._context, profile)

    def _batches(self, plans: Sequence[Plan]) -> Iterable[list[Item]]:
        whole = any(plan.chosen is None for plan in plans)
        picked = set().union(*(plan.chosen or () for plan in plans))
        items = iter(self._context.items() if whole else self._context.picked(picked))
        total, done = len(self._context.ids()) if whole else len(picked), 0
        while batch := list(islice(items, _AT_ONCE)):
            self._progress("looking at records", done, total)
            yield batch
            done += len(batch)

    def _found(self, plan: Plan) -> _Outcome | None:
        """A check that looks at the set as a whole; None where the set is too much for it."""
        self._progress(plan.check.title, 0, 0)
        try:
            return self._timed(plan.check, self._look_at_all, plan)
        except TooMuch as error:
            self._skipped[plan.check.id] = _in_words(error)
            return None

    def _look_at_all(self, plan: Plan) -> _Outcome:
        check = plan.check
        profile = None if check.profile is None else check.profile(self._context)
        if plan.chosen is not None and check.update is not None and profile == plan.profile:
            update = check.update(self._context, plan.chosen)
            if update is not None:
                return _Outcome(plan, list(update.findings), update.looked_at, profile)
        assert check.find is not None
        return _Outcome(plan, list(check.find(self._context)), None, profile)

    def _timed(self, check: Check, work: Callable[..., _T], *arguments: object) -> _T:
        started = time.perf_counter()
        try:
            return work(*arguments)
        finally:
            self._seconds[check.id] += time.perf_counter() - started

    def _keep(self, outcome: _Outcome, moment: Moment) -> None:
        """Store what was found, but not where records have changed meanwhile: they are for the next run."""
        connection, plan = self._connection, outcome.plan
        late = self._late(moment, plan.check.reads)
        if outcome.looked_at is None:
            findings.forget(connection, [plan.check.id])
        else:
            looked_at = set(outcome.looked_at)
            findings.forget_some(connection, plan.check.id, looked_at)
            outcome = outcome._replace(found=self._fresh(outcome.found, looked_at))
        findings.refreshed(connection, plan.check.id, plan.stale)
        findings.add(connection, self._true(outcome.found, late))
        waiting = {f.record_id for f in outcome.found if f.record_id and f.related in late}
        findings.postpone(connection, plan.check.id, waiting)
        state = CheckState(plan.signature, moment, plan.learned, outcome.profile)
        check_states.put(connection, plan.check.id, state)

    def _late(self, moment: Moment, columns: tuple[str, ...]) -> set[int]:
        """Records that have changed since the run began."""
        if columns not in self._changed:
            self._changed[columns] = changes.since(self._connection, moment, columns, _LATE) or set()
        return self._changed[columns]

    def _true(self, found: Iterable[Finding], late: Collection[int]) -> Iterator[Finding]:
        """What was found in records that have not changed meanwhile, as severe as this project takes it."""
        for finding in found:
            if finding.record_id not in late and finding.related not in late:
                severity = self._config.checks.severity.get(finding.check_id, finding.severity)
                yield finding if severity == finding.severity else replace(finding, severity=severity)

    def _fresh(self, found: Sequence[Finding], looked_at: set[int]) -> list[Finding]:
        """Without those about other records that have a finding of the check already, unless this one is stronger."""
        kept = []
        for finding in found:
            if finding.record_id is not None and finding.record_id not in looked_at:
                score = findings.score(self._connection, finding.check_id, finding.record_id)
                if score is not None and (finding.score or 0.0) <= score:
                    continue
                findings.forget_one(self._connection, finding.check_id, finding.record_id)
            kept.append(finding)
        return kept

    def reports(self, checks: Sequence[Check]) -> list[CheckReport]:
        """What the checks have found so far, ranked by severity, then by number of findings."""
        counts = findings.counts(self._connection)
        reasons = suppressions.of_project(self._connection)
        severity = self._config.checks.severity
        reports = [
            CheckReport(
                id=check.id,
                title=check.title,
                harm=check.harm,
                severity=severity.get(check.id, check.severity),
                count=counts.get(check.id, (0, 0))[0],
                suppressed=counts.get(check.id, (0, 0))[1],
                reason=reasons.get(check.id, ""),
                seconds=round(self._seconds[check.id], 6),
                fix=check.fix_title,
                skipped=self._skipped.get(check.id, ""),
            )
            for check in checks
        ]
        return sorted(reports, key=lambda r: (not r.count, SEVERITIES.index(r.severity), -r.count))


def _in_words(error: CuratorError) -> str:
    return f"{error.problem} {error.remedy}".strip()


def _look(look: Inspector, items: Iterable[Item], into: list[Finding]) -> None:
    for item in items:
        into.extend(look(item))
