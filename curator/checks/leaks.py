"""Records of one split that give away the answers of another."""

from __future__ import annotations

from collections.abc import Iterator

from curator.checks.base import Check, Context
from curator.store.findings import SPLIT_LEAK as LEAK
from curator.store.findings import Finding
from curator.store.records import StoredRecord, group_of, input_key

_HELD_OUT = ("test", "validation")


def _find_leaks(context: Context) -> Iterator[Finding]:
    held_out: dict[str, tuple[str, int]] = {}
    for record in context.records():
        if record.split in _HELD_OUT:
            for key, _ in _keys(context, record):
                held_out.setdefault(key, (str(record.split), record.id))
    for record in context.records():
        for key, what in _keys(context, record) if record.split else ():
            side, other = held_out.get(key, (record.split, 0))
            if side != record.split:
                message = f"is in {record.split}, but has the same {what} as record {other} in {side}"
                yield SPLIT_LEAK.finding(record, message, related=other)
                break


def _keys(context: Context, record: StoredRecord) -> Iterator[tuple[str, str]]:
    yield "input " + input_key(context.kind, record.fields), "input"
    if group := group_of(record, context.group):
        yield "group " + group, context.group


SPLIT_LEAK = Check(
    id=LEAK,
    title="The same input or group on both sides of the split",
    harm="The score is too good to be true: the model has seen the question.",
    severity="error",
    find=_find_leaks,
)

CHECKS = (SPLIT_LEAK,)
