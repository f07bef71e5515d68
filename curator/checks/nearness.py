"""Records that are nearly the same as another one, and those of them that are labelled otherwise."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from curator.checks.base import Check, Context, Update
from curator.records import KINDS, Kind
from curator.store.findings import Finding
from curator.text import digest, visible_line

if TYPE_CHECKING:
    from curator.near_duplicates import Pairs
    from curator.similarity.pack import Near

_SHOWN = 40
"""Characters of the other label that a message shows."""
_MOST = 1_000_000
"""With more pairs than this, records with the same words are each compared with the first of them alone."""


class _Said(NamedTuple):
    """What has to be known of a record to compare it."""

    asked: str
    """Equal for inputs that differ in case and white space at most."""
    given: str
    label: str
    """As it may be shown."""


class _Pair(NamedTuple):
    """Two records that are near, the later one first."""

    later: int
    earlier: int
    similarity: float


Judge = Callable[[_Said, _Said], str]
"""What is to be said of a record and an earlier one (`{}`) that it is near to; empty for nothing."""
_AT_ONCE = 5000
"""Records read at once."""


def near_pairs(context: Context, target: bool, least: float) -> Pairs:
    """All pairs of records by their places in the pack; worked out once in a run.

    Of records with the same words each is paired with the first of them (see `near_duplicates.pairs`).
    """
    import numpy as np

    from curator.near_duplicates import pairs_among

    if (key := f"near {target} {least}") not in context.shared:
        pack = context.pack()
        places = pack.places(np.array(context.ids(), np.int64))
        context.shared[key] = pairs_among(pack.shingles(target, places), least)
    found: Pairs = context.shared[key]
    return found


def _all_pairs(context: Context, target: bool) -> list[_Pair]:
    """All pairs, the nearest first."""
    import numpy as np

    from curator.near_duplicates import count_every_pair, every_pair

    found = near_pairs(context, target, context.settings.near_duplicates)
    if count_every_pair(found) <= _MOST:
        found = every_pair(found)
    ids = context.pack().ids
    order = np.argsort(-found.similarity, kind="stable")
    columns = (ids[found.right[order]], ids[found.left[order]], found.similarity[order])
    return [_Pair(*pair) for pair in zip(*(column.tolist() for column in columns), strict=True)]


def near_to(context: Context, record_id: int, target: bool, least: float) -> list[Near]:
    """The records that are near to one; worked out once in a run."""
    if (key := f"near {record_id} {target} {least}") not in context.shared:
        context.shared[key] = context.pack().near(record_id, least, target)
    found: list[Near] = context.shared[key]
    return found


def _pairs_of(context: Context, changed: Collection[int], target: bool) -> list[_Pair]:
    """The pairs that some records are in, the nearest first."""
    least = context.settings.near_duplicates
    found = {
        _Pair(max(record_id, near.record_id), min(record_id, near.record_id), near.similarity)
        for record_id in changed
        for near in near_to(context, record_id, target, least)
    }
    return sorted(found, key=lambda pair: (-pair.similarity, pair))


def _findings(context: Context, check: Check, judge: Judge, pairs: list[_Pair]) -> Iterator[Finding]:
    """Each later record of a pair once, with the nearest earlier one of which there is something to say."""
    said = _said(context, {record_id for pair in pairs for record_id in pair[:2]})
    done: set[int] = set()
    for pair in pairs:
        if pair.later in done or pair.later not in said or pair.earlier not in said:
            continue
        if words := judge(said[pair.later], said[pair.earlier]):
            done.add(pair.later)
            told = f"{words.format(pair.earlier)} (similarity {pair.similarity:.2f})"
            yield check.finding(pair.later, told, related=pair.earlier, score=round(pair.similarity, 4))


def _said(context: Context, record_ids: Collection[int]) -> dict[int, _Said]:
    found: dict[int, _Said] = {}
    rest = iter(sorted(record_ids))
    while some := list(islice(rest, _AT_ONCE)):
        for item in context.picked(some):
            asked, given = item.key
            label = visible_line(item.label, _SHOWN)
            found[item.id] = _Said(digest(asked), digest(given) if given else "", label)
    return found


def _check(check_id: str, title: str, harm: str, kinds: tuple[Kind, ...], judge: Judge) -> Check:
    def find(context: Context) -> Iterable[Finding]:
        return _findings(context, check, judge, _all_pairs(context, _with_target(context)))

    def update(context: Context, changed: Collection[int]) -> Update:
        pairs = _pairs_of(context, changed, _with_target(context))
        return Update(changed, list(_findings(context, check, judge, pairs)))

    check = Check(
        check_id,
        title,
        harm,
        "warning",
        find=find,
        update=update,
        kinds=kinds,
        settings=("checks.near_duplicates",),
    )
    return check


def _with_target(context: Context) -> bool:
    """A label is no part of what makes two texts alike; an answer is."""
    return context.kind == "instruction"


def _same(later: _Said, earlier: _Said) -> str:
    both = later[:2] == earlier[:2]
    labelled_otherwise = bool(later.label) and later.given != earlier.given
    return "" if both or labelled_otherwise else "nearly the same as record {}"


def _otherwise(later: _Said, earlier: _Said) -> str:
    if not later.given or not earlier.given or later.given == earlier.given or later.asked == earlier.asked:
        return ""
    label = repr(earlier.label).replace("{", "{{").replace("}", "}}")
    return f"nearly the same text as record {{}}, which is labelled {label}"


NEAR_DUPLICATE = _check(
    "near-duplicate",
    "Nearly the same as an earlier record",
    "Counts twice in training; a set full of variations looks larger than it is.",
    KINDS,
    _same,
)
NEAR_CONFLICT = _check(
    "conflicting-near-duplicate",
    "Nearly the same text, different label",
    "One of the two labels is likely wrong, or the difference is too fine for a model.",
    ("classification",),
    _otherwise,
)

CHECKS = (NEAR_CONFLICT, NEAR_DUPLICATE)
