"""Which rows an export holds, and which records it holds back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from curator import windows
from curator.config import SplitSettings, WindowSettings
from curator.records import ROWS, Frozen, Kind, Row
from curator.store.records import StoredRecord, group_of
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
            windows_of_record = list(_windows(record, plan, units))
            held["too short for a window"] += not windows_of_record
            yield from windows_of_record
        else:
            values = {"id": str(record.id), "group": group_of(record, plan.split.group), **record.fields}
            yield Placed(str(record.split), ROWS[plan.kind].model_validate(values))


def shares(settings: SplitSettings) -> dict[str, float]:
    """Share of each side, train taking what the others leave."""
    return {
        "train": 1.0 - settings.validation - settings.test,
        "validation": settings.validation,
        "test": settings.test,
    }


def _windows(record: StoredRecord, plan: Plan, units: windows.UnitsOf) -> Iterator[Placed]:
    text = record.fields["text"]
    overlapping = (
        plan.windows.stride or plan.windows.size
    ) < plan.windows.size or plan.windows.target == "last"
    for window in windows.cut(text, units, plan.windows, str(record.split), shares(plan.split)):
        values = {
            "id": f"{record.id}:{window.number}",
            # Overlapping windows say the same thing several times: the statistics resample their document whole.
            "group": group_of(record, plan.split.group) or (str(record.id) if overlapping else ""),
            "text": window.text,
            "target": window.target,
        }
        yield Placed(window.split, ROWS["text"].model_validate(values))
