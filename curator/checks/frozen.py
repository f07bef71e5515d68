"""Whether a frozen test set is still what it was."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from curator.checks.base import Check, Context, Update
from curator.checks.item import Item
from curator.records import Kind, input_text, target_text
from curator.splitting.frozen import FrozenTest, content_key
from curator.store.findings import Finding
from curator.validation import problems

ID = "frozen-test"


class Examined(Protocol):
    """What has to be known of a record."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def fields(self) -> Mapping[str, Any]:
        """What it says."""

    @property
    def split(self) -> str | None:
        """Its side."""

    @property
    def status(self) -> str:
        """What was decided about it."""


def difference(kind: Kind, labels: Sequence[str], frozen: FrozenTest, record: Examined) -> str:
    """What happened to a record since the test set was frozen; empty when nothing did."""
    fields = record.fields
    in_test = record.split in ("test", "blocks") and record.status in ("new", "accepted")
    if record.id not in frozen.records and (not in_test or any(problems(kind, labels, fields))):
        return ""
    content = content_key(input_text(kind, fields), target_text(kind, fields))
    return frozen.difference(record.id, content, in_test)


def _find(context: Context) -> Iterable[Finding]:
    return _differences(context, context.items(), None)


def _update(context: Context, changed: Collection[int]) -> Update:
    return Update(changed, list(_differences(context, context.picked(changed), changed)))


def _differences(
    context: Context, items: Iterable[Item], concerned: Collection[int] | None
) -> Iterator[Finding]:
    """What happened to these items, and to the records of the test set that are no longer among them."""
    frozen = context.frozen
    if frozen is None:
        return
    gone = set(frozen.records) if concerned is None else set(frozen.records) & set(concerned)
    for item in items:
        gone.discard(item.id)
        if told := difference(context.kind, context.labels, frozen, item):
            yield FROZEN_TEST.finding(item, told)
    for record_id in sorted(gone):
        told = f"was rejected or deleted after the test set was frozen on {frozen.day}"
        yield FROZEN_TEST.finding(record_id, told)


FROZEN_TEST = Check(
    id=ID,
    title="The frozen test set is no longer what it was",
    harm="Scores from before and after cannot be compared.",
    severity="error",
    find=_find,
    update=_update,
    reads=("fields", "status", "hidden", "split"),
    settings=("labels", "frozen"),
)

CHECKS = (FROZEN_TEST,)
