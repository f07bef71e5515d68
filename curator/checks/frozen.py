"""Whether a frozen test set is still what it was."""

from __future__ import annotations

from collections.abc import Iterator

from curator.checks.base import Check, Context
from curator.records import input_text, target_text
from curator.splitting.frozen import FrozenTest, content_key
from curator.store.findings import Finding
from curator.store.records import StoredRecord
from curator.validation import problems

ID = "frozen-test"


def difference(context: Context, frozen: FrozenTest, record: StoredRecord) -> str:
    """What happened to a record since the test set was frozen; empty when nothing did."""
    fields = record.fields
    in_test = record.split in ("test", "blocks") and record.status in ("new", "accepted")
    if record.id not in frozen.records and (
        not in_test or any(problems(context.kind, context.labels, fields))
    ):
        return ""
    content = content_key(input_text(context.kind, fields), target_text(context.kind, fields))
    return frozen.difference(record.id, content, in_test)


def _find_differences(context: Context) -> Iterator[Finding]:
    if context.frozen is None:
        return
    gone = dict(context.frozen.records)
    for record in context.records():
        gone.pop(record.id, None)
        if told := difference(context, context.frozen, record):
            yield FROZEN_TEST.finding(record, told)
    for record_id in gone:
        told = f"was rejected or deleted after the test set was frozen on {context.frozen.day}"
        yield Finding(check_id=ID, record_id=record_id, severity="error", message=told)


FROZEN_TEST = Check(
    id=ID,
    title="The frozen test set is no longer what it was",
    harm="Scores from before and after cannot be compared.",
    severity="error",
    find=_find_differences,
)

CHECKS = (FROZEN_TEST,)
