"""Records that say the same again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from curator.checks.base import Check, Context, Update
from curator.checks.item import Item
from curator.store.findings import Finding

_STATUSES = ("accepted", "new", "flagged", "rejected")


def _find(context: Context) -> Iterable[Finding]:
    return (finding for group in context.twins(None) for finding in _repeated(context, group))


def _update(context: Context, changed: Collection[int]) -> Update:
    groups = list(context.twins(changed))
    seen = {item.id for group in groups for item in group}
    return Update(seen | set(changed), [finding for group in groups for finding in _repeated(context, group)])


def _repeated(context: Context, group: Sequence[Item]) -> Iterator[Finding]:
    first: dict[tuple[str, str], Item] = {}
    for item in sorted(group, key=lambda one: _rank(context, one)):
        original = first.setdefault(item.key, item)
        if original is not item and item.key[0]:
            exact = (item.asked, item.given) == (original.asked, original.given)
            told = "" if exact else " but for case and white space"
            yield EXACT_DUPLICATE.finding(
                item, f"says the same as record {original.id}{told}", related=original.id, score=1.0
            )


def _rank(context: Context, item: Item) -> tuple[bool, int, int]:
    """Which of several copies stays: one of the frozen test set, one that was accepted, the earliest."""
    frozen = context.frozen is not None and item.id in context.frozen.records
    return not frozen, _STATUSES.index(item.status), item.id


def _rejected(item: Item, context: Context) -> Mapping[str, Any]:
    """Rejected, if the record that stays says the same to the letter; spaces between words aside."""
    for group in context.twins([item.id]):
        same = [other for other in group if other.key == item.key]
        stays = min(same, key=lambda one: _rank(context, one))
        usable = stays.status in ("new", "accepted")
        if stays.id != item.id and usable and _literal(stays) == _literal(item):
            return {"status": "rejected"}
    return {}


def _literal(item: Item) -> list[str]:
    """What a record says; where it is one line, spaces between words do not count."""
    texts = (item.asked.strip(), item.given.strip())
    return [" ".join(text.split()) if len(text.splitlines()) < 2 else text for text in texts]


EXACT_DUPLICATE = Check(
    id="exact-duplicate",
    title="Says the same as another record",
    harm="Counts twice in training, and leaks when its copy is in the test set.",
    severity="warning",
    find=_find,
    update=_update,
    settings=("frozen",),
    fix=_rejected,
    fix_title="reject the copies that are the same to the letter",
)

CHECKS = (EXACT_DUPLICATE,)
