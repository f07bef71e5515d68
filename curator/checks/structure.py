"""Whether a record has the fields of its kind, filled with what belongs there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from curator.checks.base import Check, Context, Fix, Inspector, Profile
from curator.checks.item import Item
from curator.records import KINDS, Kind
from curator.store.findings import Finding, Severity
from curator.text import normalised
from curator.validation import problems

_LONG = 5
"""Letters of a label, at least, for a slip of the pen to be told from another label."""
_SQUEEZED = re.compile(r"(.)\1+")


def _check(
    check_id: str,
    title: str,
    harm: str,
    severity: Severity = "error",
    fix: Fix | None = None,
    fix_title: str = "",
    kinds: tuple[Kind, ...] = KINDS,
) -> Check:
    def inspect(context: Context, _: Profile) -> Inspector:
        def look(item: Item) -> Iterable[Finding]:
            if item.problems is None:
                item.problems = tuple(problems(context.kind, context.labels, item.fields))
            for problem in item.problems:
                if problem.check_id == check_id:
                    yield check.finding(item, problem.message, problem.field)

        return look

    check = Check(
        check_id,
        title,
        harm,
        severity,
        inspect,
        fix=fix,
        fix_title=fix_title,
        kinds=kinds,
        settings=("labels",),
    )
    return check


def _as_text(item: Item, _: Context) -> Mapping[str, Any]:
    """Numbers where a text belongs, as they are written."""
    numbers = {
        name: str(value)
        for name, value in item.fields.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }
    return {"fields": {**item.fields, **numbers}} if numbers else {}


def _listed(item: Item, context: Context) -> Mapping[str, Any]:
    """The label of the list that a slip stands for; nothing when two come into question."""
    label, labels = item.label, context.labels
    if not label or label in labels:
        return {}
    meant = [known for known in labels if _plain(known) == _plain(label)]
    meant = meant or [known for known in labels if _is_slip(_plain(label), _plain(known))]
    return {"fields": {**item.fields, "label": meant[0]}} if len(meant) == 1 else {}


def _plain(label: str) -> str:
    """Case, white space, hyphens and underscores do not make another label."""
    return " ".join(normalised(label).replace("-", " ").replace("_", " ").split())


def _is_slip(typed: str, meant: str) -> bool:
    """Whether two letters changed places, or a letter was doubled or not; any other letter may make another word."""
    if len(meant) < _LONG or any(map(str.isdigit, typed + meant)):
        return False
    if _SQUEEZED.sub(r"\1", typed) == _SQUEEZED.sub(r"\1", meant):
        return abs(len(typed) - len(meant)) == 1
    differing = [place for place, (one, other) in enumerate(zip(typed, meant, strict=False)) if one != other]
    if len(typed) != len(meant) or len(differing) != 2 or differing[1] != differing[0] + 1:
        return False
    return typed[differing[0]] == meant[differing[1]] and typed[differing[1]] == meant[differing[0]]


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
    fix=_as_text,
    fix_title="write numbers as text",
)
UNKNOWN_LABEL = _check(
    "unknown-label",
    "A label outside the list",
    "A spelling mistake becomes a class of its own.",
    fix=_listed,
    fix_title="put the listed label in the place of its misspelling",
    kinds=("classification",),
)
NO_TARGET = _check("no-target", "Not labelled or answered yet", "Nothing can be learned from it yet.", "info")

CHECKS = (MISSING_FIELD, EMPTY_FIELD, WRONG_TYPE, UNKNOWN_LABEL, NO_TARGET)
