"""Which rows an export holds, and which records it holds back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from curator import windows
from curator.config import SplitSettings, WindowSettings
from curator.records import ROWS, Frozen, Kind, Row
from curator.store.records import StoredRecord, group_of
from curator.text import storable
from curator.validation import problems

HELD_STATUSES = ("rejected", "flagged", "deleted")


class Placed(NamedTuple):
    """A row and the file it goes into."""

    split: str
    row: Row


class Plan(Frozen):
    """What decides about the rows of an export."""

    kind: Kind
    labels: tuple[str, ...] = ()
    split: SplitSettings = SplitSettings()
    windows: WindowSettings = WindowSettings()


def usable(record: StoredRecord, plan: Plan) -> str:
    """Why a record is held back (its status, or the check that it fails); empty when it can be used."""
    if record.status in HELD_STATUSES:
        return record.status
    return next((problem.check_id for problem in problems(plan.kind, plan.labels, record.fields)), "")


def collect(
    records: Iterable[StoredRecord], plan: Plan, units: windows.UnitsOf, held: Counter[str]
) -> Iterator[Placed]:
    """The rows of every usable, split record; `held` counts the others by reason."""
    for record in records:
        reason = usable(record, plan) or ("no split" if record.split is None else "")
        if reason:
            held[reason] += 1
        elif plan.kind == "text":
            yield from _windows(record, plan, units, held)
        else:
            values = {"id": str(record.id), "group": _group(record, plan), **record.fields}
            yield Placed(str(record.split), ROWS[plan.kind].model_validate(values))


def shares(settings: SplitSettings) -> dict[str, float]:
    """Share of each side, train taking what the others leave."""
    return {
        "train": 1.0 - settings.validation - settings.test,
        "validation": settings.validation,
        "test": settings.test,
    }


def _windows(
    record: StoredRecord, plan: Plan, units: windows.UnitsOf, held: Counter[str]
) -> Iterator[Placed]:
    group, windows_cut = _group(record, plan), 0
    if _overlapping(plan.windows):
        # Such windows say the same thing several times: the statistics resample their document whole.
        group = group or str(record.id)
    cut = windows.cut(record.fields["text"], units, plan.windows, str(record.split), shares(plan.split))
    for window in cut:
        windows_cut += 1
        if window.text.strip():
            values = {"group": group, "text": window.text, "target": window.target}
            row = ROWS["text"].model_validate({"id": f"{record.id}:{window.number}", **values})
            yield Placed(window.split, row)
        else:
            held["blank window"] += 1
    if not windows_cut:
        held["too short for a window"] += 1


def _overlapping(settings: WindowSettings) -> bool:
    return (settings.stride or settings.size) < settings.size or settings.target == "last"


def _group(record: StoredRecord, plan: Plan) -> str:
    return storable(group_of(record, plan.split.group))
