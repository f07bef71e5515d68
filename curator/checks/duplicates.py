"""Records that say the same again, or the opposite."""

from __future__ import annotations

from collections.abc import Iterator

from curator.checks.base import Check, Context
from curator.records import input_text, target_text
from curator.store.findings import Finding
from curator.store.records import StoredRecord
from curator.text import digest, normalised, visible_line


def _find_duplicates(context: Context) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for record in context.records():
        asked, given = _key(context, record)
        if not asked:
            continue
        original = first.setdefault(digest(asked, given), record.id)
        if original != record.id:
            yield EXACT_DUPLICATE.finding(record, f"says the same as record {original}", related=original)


def _find_conflicts(context: Context) -> Iterator[Finding]:
    first: dict[str, tuple[str, int]] = {}
    for record in context.records():
        asked, given = _key(context, record)
        if not asked or not given:
            continue
        answer, original = first.setdefault(digest(asked), (given, record.id))
        if answer != given:
            was = visible_line(answer, 40)
            message = f"same input as record {original}, which says {was!r}"
            yield CONFLICT.finding(record, message, related=original)


def _key(context: Context, record: StoredRecord) -> tuple[str, str]:
    """Case and white space do not make two records different."""
    asked = normalised(input_text(context.kind, record.fields))
    return asked, normalised(target_text(context.kind, record.fields))


EXACT_DUPLICATE = Check(
    id="exact-duplicate",
    title="Says the same as an earlier record",
    harm="Counts twice in training, and leaks when its copy is in the test set.",
    severity="warning",
    find=_find_duplicates,
)
CONFLICT = Check(
    id="conflicting-target",
    title="Same input, different label or answer",
    harm="The model is taught two truths; at most one of them can be scored right.",
    severity="warning",
    find=_find_conflicts,
    kinds=("classification", "instruction"),
)

CHECKS = (EXACT_DUPLICATE, CONFLICT)
