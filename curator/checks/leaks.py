"""Records of one split that give away the answers of another."""

from __future__ import annotations

from collections.abc import Iterator

from curator.checks.base import Check, Context
from curator.records import input_text
from curator.store.findings import Finding
from curator.text import digest, normalised


def _find_leaks(context: Context) -> Iterator[Finding]:
    held_out: dict[str, tuple[str, int]] = {}
    for record in context.records():
        if record.split in ("test", "validation"):
            held_out.setdefault(
                digest(normalised(input_text(context.kind, record.fields))), (record.split, record.id)
            )
    for record in context.records():
        if record.split is None:
            continue
        side, other = held_out.get(
            digest(normalised(input_text(context.kind, record.fields))), (record.split, 0)
        )
        if side != record.split:
            message = f"is in {record.split}, but has the same input as record {other} in {side}"
            yield SPLIT_LEAK.finding(record, message, related=(other,))


SPLIT_LEAK = Check(
    id="split-leak",
    title="The same input on both sides of the split",
    harm="The score is too good to be true: the model has seen the question.",
    severity="error",
    find=_find_leaks,
)

CHECKS = (SPLIT_LEAK,)
