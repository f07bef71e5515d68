"""Records that say the same again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from curator.checks.base import Check, Context, Update
from curator.checks.item import Item
from curator.store.findings import Finding


def _find(context: Context) -> Iterable[Finding]:
    return (finding for group in context.twins(None) for finding in _repeated(group))


def _update(context: Context, changed: Collection[int]) -> Update:
    groups = list(context.twins(changed))
    seen = {item.id for group in groups for item in group}
    return Update(seen | set(changed), [finding for group in groups for finding in _repeated(group)])


def _repeated(group: Sequence[Item]) -> Iterator[Finding]:
    first: dict[tuple[str, str], Item] = {}
    for item in group:
        original = first.setdefault(item.key, item)
        if original is not item and item.key[0]:
            exact = (item.asked, item.given) == (original.asked, original.given)
            told = "" if exact else " but for case and white space"
            yield EXACT_DUPLICATE.finding(
                item, f"says the same as record {original.id}{told}", related=original.id, score=1.0
            )


def _rejected(_: Item, __: Context) -> Mapping[str, Any]:
    return {"status": "rejected"}


EXACT_DUPLICATE = Check(
    id="exact-duplicate",
    title="Says the same as an earlier record",
    harm="Counts twice in training, and leaks when its copy is in the test set.",
    severity="warning",
    find=_find,
    update=_update,
    fix=_rejected,
    fix_title="reject all copies but the first",
)

CHECKS = (EXACT_DUPLICATE,)
