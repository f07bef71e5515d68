"""Records with the same input and different targets, or with a target here and none there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from curator.checks.base import Check, Context, Update
from curator.checks.item import Item
from curator.records import Kind
from curator.store.findings import Finding, Severity
from curator.text import visible_line

_SHOWN = 40
"""Characters of the other target that a message shows."""


def _check(
    check_id: str,
    title: str,
    harm: str,
    severity: Severity,
    kinds: tuple[Kind, ...],
    look: Callable[[Sequence[Item]], Iterable[tuple[Item, Item, str]]],
) -> Check:
    def findings(groups: Iterable[Sequence[Item]]) -> Iterator[Finding]:
        for group in groups:
            if group[0].key[0]:
                for item, other, message in look(group):
                    yield check.finding(item, message, related=other.id)

    def update(context: Context, changed: Collection[int]) -> Update:
        groups = list(context.twins(changed))
        seen = {item.id for group in groups for item in group}
        return Update(seen | set(changed), list(findings(groups)))

    check = Check(
        check_id,
        title,
        harm,
        severity,
        find=lambda context: findings(context.twins(None)),
        update=update,
        kinds=kinds,
    )
    return check


def _differing(group: Sequence[Item]) -> Iterator[tuple[Item, Item, str]]:
    """Records whose target is not that of the first one with the same input that has any."""
    first: dict[str, Item] = {}
    for item in group:
        asked, given = item.key
        if not given:
            continue
        other = first.setdefault(asked, item)
        if other.key[1] != given:
            was = visible_line(other.given, _SHOWN)
            yield item, other, f"same input as record {other.id}, which says {was!r}"


def _unanswered(group: Sequence[Item]) -> Iterator[tuple[Item, Item, str]]:
    """Records without a target whose input has one elsewhere."""
    answered: dict[str, Item] = {}
    for item in group:
        if item.key[1]:
            answered.setdefault(item.key[0], item)
    for item in group:
        other = answered.get(item.key[0])
        if other is not None and not item.key[1]:
            was = visible_line(other.given, _SHOWN)
            yield item, other, f"has no answer, while record {other.id} with the same input says {was!r}"


CONFLICT = _check(
    "conflicting-target",
    "Same input, different label",
    "The model is taught two truths; at most one of them can be scored right.",
    "warning",
    ("classification",),
    _differing,
)
SEVERAL_ANSWERS = _check(
    "several-answers",
    "Same prompt, different answers",
    "Fine where many answers are good; where one is right, the others teach the wrong one.",
    "info",
    ("instruction",),
    _differing,
)
UNANSWERED = _check(
    "answer-missing",
    "No answer here, though the same input has one elsewhere",
    "Usually a row that broke on its way: the answer was lost, or stands in another column.",
    "warning",
    ("instruction", "classification"),
    _unanswered,
)

CHECKS = (CONFLICT, UNANSWERED, SEVERAL_ANSWERS)
