"""What a check is, and the register of all checks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from curator.errors import CuratorError
from curator.records import KINDS, Frozen, Kind
from curator.splitting.frozen import FrozenTest
from curator.store.findings import Finding, Severity
from curator.store.records import StoredRecord
from curator.text import nearest


def _uncut(text: str) -> Mapping[str, str]:
    return {"train": text}


@dataclass(frozen=True)
class Context:
    """What a check may look at."""

    kind: Kind
    """The project's kind."""
    labels: tuple[str, ...]
    """The project's closed list of labels."""
    group: str
    """The column whose equal values stay on one side of the split; empty for none."""
    records: Callable[[], Iterable[StoredRecord]]
    """Every record that is neither deleted nor rejected; may be called again for another pass."""
    near_duplicates: float = 0.0
    """Similarity from which two texts stay on one side of the split; 0 for none."""
    frozen: FrozenTest | None = None
    """The test set as it was frozen, if it was."""
    parts: Callable[[str], Mapping[str, str]] = _uncut
    """The parts of a document that is cut inside: side to text."""


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong with a data set."""

    id: str
    """Name on the command line and in queries (`issue:ID`)."""
    title: str
    """What it looks for, in a few words."""
    harm: str
    """What happens to a fine-tune when nobody looks."""
    severity: Severity
    """error: the record cannot be used; warning: it does harm; info: worth a look."""
    find: Callable[[Context], Iterator[Finding]]
    """Goes through the records and yields what it finds."""
    kinds: tuple[Kind, ...] = KINDS
    """The kinds of project it applies to."""

    def finding(
        self, record: StoredRecord, message: str, field: str = "", related: int | None = None
    ) -> Finding:
        """A finding of this check in one record."""
        return Finding(
            check_id=self.id,
            record_id=record.id,
            severity=self.severity,
            field=field,
            message=message,
            related=related,
        )


class CheckReport(Frozen):
    """What one check came to."""

    id: str
    title: str
    harm: str
    severity: Severity
    count: int
    seconds: float


def run(checks: Sequence[Check], context: Context) -> tuple[list[CheckReport], list[Finding]]:
    """Run checks one after the other; the findings come ordered by check, then record."""
    reports: list[CheckReport] = []
    findings: list[Finding] = []
    for check in checks:
        started = time.monotonic()
        found = list(check.find(context))
        seconds = time.monotonic() - started
        findings += found
        reports.append(
            CheckReport(
                id=check.id,
                title=check.title,
                harm=check.harm,
                severity=check.severity,
                count=len(found),
                seconds=round(seconds, 4),
            )
        )
    return reports, findings


def choose(checks: Sequence[Check], kind: Kind, only: Sequence[str]) -> list[Check]:
    """The checks for a kind of project; `only` picks some by their ids.

    Raises:
        CuratorError: there is no check of that name.
    """
    by_id = {check.id: check for check in checks}
    for name in only:
        if name not in by_id:
            raise CuratorError(f"There is no check {name!r}.", nearest(name, by_id))
    return [check for check in checks if kind in check.kinds and (not only or check.id in only)]
