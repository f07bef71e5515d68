"""Records of one split that give away the answers of another."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from curator.checks.base import Check, Context, Update
from curator.checks.item import Item
from curator.checks.nearness import near_pairs, near_to
from curator.store.findings import SPLIT_LEAK as LEAK
from curator.store.findings import Finding
from curator.store.records import group_of

if TYPE_CHECKING:
    from curator.near_duplicates import Pairs
    from curator.splitting.crossings import Crossing
    from curator.splitting.items import Ints
    from curator.splitting.links import Links


SAME_INPUT = "the same input"
NEAR_INPUT = "nearly the same input"
NEAR_WHOLE = "nearly the same input and target"
_OUTWARDS = ("train", "validation", "test")


class Placed(NamedTuple):
    """A record that has a side."""

    id: int
    split: str

    @property
    def where(self) -> str:
        """Its side in words."""
        return "cut inside" if self.split == "blocks" else f"in {self.split}"


def message(record: Placed, other: Placed, tie: str, similarity: float = 1.0) -> str:
    """A leak in words: `is in train, but has nearly the same input as record 7 in test (similarity 0.87)`."""
    nearness = f" (similarity {similarity:.2f})" if tie in (NEAR_INPUT, NEAR_WHOLE) else ""
    return f"is {record.where}, but has {tie} as record {other.id} {other.where}{nearness}"


def tie(kind: int, group: str) -> str:
    """What a column of `Links.keys` says, in words."""
    return (SAME_INPUT, f"the same {group}", NEAR_INPUT, NEAR_WHOLE)[kind]


def _find_leaks(context: Context) -> Iterator[Finding]:
    from curator.splitting.crossings import crossings

    sides = dict(sorted(context.sides().items()))
    placed = [Placed(record_id, side) for record_id, side in sides.items()]
    told: set[int] = set()
    for crossing in crossings(_links(context, list(sides)), _sides(placed, _documents(context, sides))):
        if crossing.inner not in told:
            told.add(crossing.inner)
            yield _finding(context, placed, crossing)


def _links(context: Context, record_ids: list[int]) -> Links:
    """What ties the placed records together, by their positions among them."""
    from curator.splitting.links import linked

    keys = context.keys(record_ids)
    groups = dict.fromkeys(record_ids, "")
    if context.group:
        groups |= {record.id: group_of(record, context.group) for record in context.records() if record.split}
    nearness = [_near(context, record_ids, target) for target in (False, True)] if context.similarity else []
    return linked([str(keys[i]) for i in record_ids], [groups[i] for i in record_ids], nearness)


def _near(context: Context, record_ids: list[int], target: bool) -> Pairs:
    """Pairs of placed records; those of all records serve where all are placed."""
    import numpy as np

    from curator.near_duplicates import pairs_among

    pack = context.pack()
    places = pack.places(np.array(record_ids, np.int64))
    if len(record_ids) == len(context.ids()):
        found = near_pairs(context, target, context.similarity)
    else:
        found = pairs_among(pack.shingles(target, places), context.similarity)
    ids = np.array(record_ids, np.int64)
    left, right = (np.searchsorted(ids, pack.ids[side]) for side in (found.left, found.right))
    return found._replace(left=left, right=right)


def _documents(context: Context, sides: Mapping[int, str]) -> list[str]:
    """The texts of the documents that are cut inside; empty for all other records."""
    inside = [record_id for record_id, side in sides.items() if side == "blocks"]
    texts = {item.id: item.asked for item in context.picked(inside)}
    return [texts.get(record_id, "") for record_id in sides]


def _update(context: Context, changed: Collection[int]) -> Update | None:
    """Groups, and projects with documents that are cut inside, are looked at as a whole."""
    if context.group or (context.kind == "text" and "blocks" in context.sides().values()):
        return None
    items = [item for item in context.picked(changed) if item.split]
    found: dict[int, Finding] = {}
    for item in items:
        for other, kind, similarity in _ties(context, item):
            inner, outer = sorted((item, other), key=lambda one: _OUTWARDS.index(str(one.split)))
            if inner.split != outer.split and inner.id not in found:
                told = message(_placed(inner), _placed(outer), kind, similarity)
                found[inner.id] = SPLIT_LEAK.finding(inner, told, related=outer.id)
    return Update(changed, list(found.values()))


def _ties(context: Context, item: Item) -> Iterator[tuple[Item, str, float]]:
    """The placed records that a record must not be parted from, the strongest tie first."""
    for group in context.twins([item.id]):
        yield from ((other, SAME_INPUT, 1.0) for other in group if other.id != item.id and other.split)
    if not context.similarity:
        return
    for target, kind in ((False, NEAR_INPUT), (True, NEAR_WHOLE)):
        near = {n.record_id: n.similarity for n in near_to(context, item.id, target, context.similarity)}
        others = {other.id: other for other in context.picked(near)}
        for record_id, similarity in near.items():
            other = others.get(record_id)
            if other is not None and other.split in _OUTWARDS:
                yield other, kind, similarity


def _placed(item: Item) -> Placed:
    return Placed(item.id, str(item.split))


def _sides(placed: list[Placed], documents: list[str]) -> Ints:
    """Each document that is cut inside has a side of its own, shared by those that are the same to the letter."""
    import numpy as np

    from curator.splitting.items import BLOCKS, SIDES

    numbers = {text: BLOCKS + number for number, text in enumerate(dict.fromkeys(documents))}
    sides = {side: number for number, side in enumerate(SIDES)}
    found = (
        numbers[text] if record.split == "blocks" else sides[record.split]
        for record, text in zip(placed, documents, strict=True)
    )
    return np.fromiter(found, np.int64, len(placed))


def _finding(context: Context, placed: list[Placed], crossing: Crossing) -> Finding:
    record, other = placed[crossing.inner], placed[crossing.outer]
    told = message(record, other, tie(crossing.kind, context.group), crossing.similarity)
    return SPLIT_LEAK.finding(record.id, told, related=other.id)


SPLIT_LEAK = Check(
    id=LEAK,
    title="The same input or group, or a near duplicate, on two sides of the split",
    harm="The score is too good to be true: the model has seen the question.",
    severity="error",
    find=_find_leaks,
    update=_update,
    reads=("fields", "status", "hidden", "split"),
    settings=("split.group", "split.near_duplicates"),
)

CHECKS = (SPLIT_LEAK,)
