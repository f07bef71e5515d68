"""Test records that share a long run of words with what the model learns from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from curator.checks.base import Check, Context, Profile, Update
from curator.records import FIELD_ORDER
from curator.store.findings import Finding

if TYPE_CHECKING:
    from curator.similarity.pack import Ints, Marks

COMMON = 10
"""An instruction that more records than this give word for word is a form, and no answer given away."""
_FORMS = ("system", "instruction")
"""The fields in which a form can stand."""
_OTHER = {"test": "train", "train": "test"}


def _find(context: Context) -> Iterator[Finding]:
    sides = context.sides()
    if "blocks" in sides.values():
        return _in_documents(context)
    held_out, train = (sorted(i for i, side in sides.items() if side == name) for name in ("test", "train"))
    return _shared(context, held_out, train)


def _shared(context: Context, held_out: Sequence[int], train: Sequence[int]) -> Iterator[Finding]:
    """The held-out records whose input shares a run of words with what the others teach."""
    import numpy as np

    from curator.contamination import overlaps_among

    pack, width = context.pack(), context.settings.shared_words
    asked, taught = (pack.places(np.array(ids, np.int64)) for ids in (held_out, train))
    own = _without_forms(context, asked)
    own[:, -1] = False
    runs = pack.runs(asked, width, own), pack.runs(taught, width, _without_forms(context, taught))
    for overlap in overlaps_among(*runs, len(pack.ids)):
        other = int(pack.ids[overlap.train])
        told = f"shares {width} words in a row with record {other} in train"
        yield CONTAMINATED.finding(int(pack.ids[overlap.held_out]), told, related=other)


def _without_forms(context: Context, places: Ints) -> Marks:
    """Which parts (record, part) of some records are read: all that are no forms."""
    import numpy as np

    fields = FIELD_ORDER[context.kind]
    kept = np.ones((len(places), len(fields)), bool)
    for name in _FORMS:
        if name in fields:
            kept[:, fields.index(name)] = ~_forms(context, name)[places]
    return kept


def _forms(context: Context, name: str) -> Marks:
    """For each record of the pack whether a field of it is a form; worked out once in a run."""
    import numpy as np

    if (key := f"forms {name}") not in context.shared:
        pack = context.pack()
        active = np.flatnonzero(~np.isin(pack.ids, np.array(context.idle(), np.int64)))
        found = np.zeros(len(pack.ids), bool)
        found[active] = pack.common(active, FIELD_ORDER[context.kind].index(name), COMMON)
        context.shared[key] = found
    forms: Marks = context.shared[key]
    return forms


def _profile(context: Context) -> Profile:
    """Which instructions are forms: where that changes, other records give answers away."""
    if context.kind != "instruction":
        return None
    import xxhash

    marks = (_forms(context, name).tobytes() for name in _FORMS)
    return [xxhash.xxh3_64_hexdigest(mark.rstrip(b"\0")) for mark in marks]


def _in_documents(context: Context) -> Iterator[Finding]:
    """Documents that are cut inside bring something to each side; they are compared as texts."""
    from curator.contamination import overlaps

    width = context.settings.shared_words
    placed = [(item.id, context.parts(item.asked)) for item in context.items() if item.split == "blocks"]
    placed += [(item.id, {str(item.split): item.asked}) for item in context.items() if item.split != "blocks"]
    train = [(record_id, parts["train"]) for record_id, parts in placed if parts.get("train")]
    test = [(record_id, parts["test"]) for record_id, parts in placed if parts.get("test")]
    for overlap in overlaps([text for _, text in test], (text for _, text in train), width):
        other = train[overlap.train][0]
        told = f"shares {width} words in a row with record {other} in train"
        yield CONTAMINATED.finding(test[overlap.held_out][0], told, related=other)


def _update(context: Context, changed: Collection[int]) -> Update | None:
    """The words of all records tell which of them can share a run with a changed one."""
    if context.kind == "text" and "blocks" in context.sides().values():
        return None
    found: dict[int, Finding] = {}
    for record_id, side in context.sides_of(changed).items():
        if side not in _OTHER:
            continue
        near = context.pack().may_share(record_id, context.settings.shared_words)
        others = sorted(other for other, there in context.sides_of(near).items() if there == _OTHER[side])
        if others:
            both = ([record_id], others) if side == "test" else (others, [record_id])
            for finding in _shared(context, *both):
                found.setdefault(int(finding.record_id or 0), finding)
    return Update(changed, list(found.values()))


CONTAMINATED = Check(
    id="contaminated",
    title="Test input with many words in a row that train has too",
    harm="Part of the test was learned by heart; a citation both sides share does less harm than a copied answer.",
    severity="warning",
    find=_find,
    update=_update,
    reads=("fields", "status", "hidden", "split"),
    settings=("checks.shared_words", "split.test", "split.validation", "windows", "model"),
    profile=_profile,
)

CHECKS = (CONTAMINATED,)
