"""Whether a record has the fields of its kind, filled with what belongs there."""

from __future__ import annotations

from collections.abc import Iterator

from curator.checks.base import Check, Context
from curator.store.findings import Finding, Severity
from curator.validation import problems


def _check(check_id: str, title: str, harm: str, severity: Severity = "error") -> Check:
    def find(context: Context) -> Iterator[Finding]:
        for record in context.records():
            for problem in problems(context.kind, context.labels, record.fields):
                if problem.check_id == check_id:
                    yield check.finding(record, problem.message, problem.field)

    check = Check(id=check_id, title=title, harm=harm, severity=severity, find=find)
    return check


MISSING_FIELD = _check(
    "missing-field", "A required field is missing", "The row cannot be trained on; trainers stop at it."
)
EMPTY_FIELD = _check(
    "empty-field", "A field is empty or white space", "The model learns to answer nothing, or from nothing."
)
WRONG_TYPE = _check(
    "wrong-type",
    "A field holds something other than text",
    "Trainers stop at it, or learn its Python spelling.",
)
UNKNOWN_LABEL = _check(
    "unknown-label", "A label outside the list", "A spelling mistake becomes a class of its own."
)
NO_TARGET = _check("no-target", "Not labelled or answered yet", "Nothing can be learned from it yet.", "info")

CHECKS = (MISSING_FIELD, EMPTY_FIELD, WRONG_TYPE, UNKNOWN_LABEL, NO_TARGET)
