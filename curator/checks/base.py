"""What a check is, and what it may look at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from curator.checks.item import Item
from curator.config import CheckSettings
from curator.errors import CuratorError
from curator.records import KINDS, Kind
from curator.splitting.frozen import FrozenTest
from curator.store.findings import Finding, Severity
from curator.store.records import StoredRecord
from curator.text import nearest

if TYPE_CHECKING:
    from curator.dynamics import Dynamics
    from curator.similarity.pack import Pack

Needs = Literal["", "tokenizer", "classifier"]
Profile = Any
"""What a check learned about the set as a whole, as JSON values; None when it needs nothing."""
Inspector = Callable[[Item], Iterable[Finding]]
Fix = Callable[[Item, "Context"], Mapping[str, Any]]
"""From a record to the columns that the repair sets (`fields` or `status`); nothing when there is nothing to do."""


class Update(NamedTuple):
    """What a check found after some records changed."""

    looked_at: Collection[int]
    """The records whose earlier findings no longer count."""
    findings: Sequence[Finding]
    """What was found in these records, and in others that had no finding of this check yet."""


class Tokens(NamedTuple):
    """How long a record is for the project's model."""

    prompt: int
    """Tokens that are given."""
    learned: int
    """Tokens that are learned, the end token among them."""
    unknown: float
    """Share of the record's tokens that stand for what the vocabulary has not: unknown tokens and single bytes."""


@dataclass(frozen=True)
class Context:
    """A set of records as checks see it: those that are neither deleted nor rejected."""

    kind: Kind
    """The project's kind."""
    labels: tuple[str, ...]
    """The project's closed list of labels."""
    settings: CheckSettings
    """The section [checks] of curator.toml."""
    group: str
    """The column whose equal values stay on one side of the split; empty for none."""
    items: Callable[[], Iterable[Item]]
    """Every record; may be called again for another pass."""
    records: Callable[[], Iterable[StoredRecord]]
    """The same with everything that the project knows of them; slower."""
    picked: Callable[[Collection[int]], Sequence[Item]]
    """Some records by their ids, as far as they are in the set."""
    ids: Callable[[], Sequence[int]]
    """The ids of all records, in order."""
    count: Callable[[int], int]
    """How many records there are; a number beyond which nobody counts."""
    sample: Callable[[], Sequence[Item]]
    """Some two thousand records, each as likely as any other, and always the same; all of a smaller set."""
    twins: Callable[[Collection[int] | None], Iterable[Sequence[Item]]]
    """Groups of records whose inputs differ in case and white space at most; all, or those that some records are in."""
    keys: Callable[[Collection[int]], Mapping[int, int]]
    """Numbers that are equal for records whose inputs differ in case and white space at most."""
    sides: Callable[[], Mapping[int, str]]
    """The side of every record that has one."""
    sides_of: Callable[[Collection[int]], Mapping[int, str]]
    """The same of some records."""
    idle: Callable[[], Sequence[int]]
    """The records that are deleted or rejected."""
    tally: Callable[[], Mapping[str, Mapping[str, int]]]
    """Label to side (train, validation, test, none) to number of records."""
    pack: Callable[[], Pack]
    """The words of all records, deleted and rejected ones included."""
    tokens: Callable[[Sequence[Item]], Sequence[Tokens | None]]
    """The lengths of records in tokens of the project's model; None for those that cannot be laid out."""
    limit: Callable[[], int]
    """The longest row in tokens that is trained on."""
    parts: Callable[[str], Mapping[str, str]]
    """The parts of a document that is cut inside: side to text."""
    dynamics: Callable[[], Sequence[Dynamics]] = lambda: ()
    """How the last training run learned its rows."""
    trained: str = ""
    """The name of that run, and when it ended; empty without one."""
    similarity: float = 0.0
    """Similarity from which two texts stay on one side of the split; 0 for none."""
    test: float = 0.2
    """Share of the records that is held out."""
    frozen: FrozenTest | None = None
    """The test set as it was frozen, if it was."""
    shared: dict[str, Any] = field(default_factory=dict)
    """What checks of one family leave for each other during a run."""


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong with a data set; it looks at records one by one, or at the set as a whole."""

    id: str
    """Name on the command line and in queries (`issue:ID`)."""
    title: str
    """What it looks for, in a few words."""
    harm: str
    """What happens to a fine-tune when nobody looks."""
    severity: Severity
    """error: the record cannot be used; warning: it does harm; info: worth a look."""
    inspect: Callable[[Context, Profile], Inspector] | None = None
    """Makes what looks at one record."""
    profile: Callable[[Context], Profile] | None = None
    """Learns what `inspect` has to know about the set, from its sample. A check with `find` looks at all records when
    its profile has changed."""
    find: Callable[[Context], Iterable[Finding]] | None = None
    """Looks at the set as a whole."""
    update: Callable[[Context, Collection[int]], Update | None] | None = None
    """Does what `find` would, after a few records changed; where it cannot (None, or no update), `find` does."""
    fix: Fix | None = None
    """Repairs a record in which something was found; only where that is safe."""
    fix_title: str = ""
    """What the repair does, in a few words."""
    kinds: tuple[Kind, ...] = KINDS
    """The kinds of project it applies to."""
    reads: tuple[str, ...] = ("fields", "status", "hidden")
    """The columns of a record on which its findings depend."""
    settings: tuple[str, ...] = ()
    """The settings (dotted names in curator.toml) on which they depend."""
    needs: Needs = ""
    """What has to be loaded or fitted first, which takes its time."""
    version: int = field(default=1, kw_only=True)
    """Raised when the same records would be judged otherwise."""

    def finding(
        self,
        record: Item | StoredRecord | int | None,
        message: str,
        place: str = "",
        *,
        span: tuple[int, int] | None = None,
        related: int | None = None,
        score: float | None = None,
    ) -> Finding:
        """A finding of this check in one record, or in the set as a whole (None)."""
        start, end = span or (None, None)
        record_id = record if record is None or isinstance(record, int) else record.id
        return Finding(self.id, record_id, self.severity, message, place, start, end, related, score)


def choose(checks: Sequence[Check], kind: Kind, only: Sequence[str]) -> list[Check]:
    """The checks for a kind of project; `only` picks some by their ids.

    Raises:
        CuratorError: there is no check of that name, or it is not for this kind.
    """
    by_id = {check.id: check for check in checks}
    for name in only:
        if name not in by_id:
            raise CuratorError(f"There is no check {name!r}.", nearest(name, by_id))
        if kind not in by_id[name].kinds:
            raise CuratorError(
                f"The check {name} is not for a project of kind {kind}.",
                f"It is for {' and '.join(by_id[name].kinds)}.",
            )
    return [check for check in checks if kind in check.kinds and (not only or check.id in only)]


def require_known(severities: Mapping[str, Severity], checks: Sequence[Check]) -> None:
    """Refuse a severity for a check that does not exist.

    Raises:
        CuratorError: there is no such check.
    """
    known = [check.id for check in checks]
    for name in severities:
        if name not in known:
            raise CuratorError(
                f"curator.toml, checks.severity: there is no check {name!r}.", nearest(name, known)
            )
