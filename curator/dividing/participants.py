"""The records that take part in a split, as columns: a project may have millions, so none is kept as an object."""

from __future__ import annotations

import math

import numpy as np

from curator import dates
from curator.errors import CuratorError
from curator.export.rows import Plan
from curator.records import input_text, target_text
from curator.splitting.items import BLOCKS, NOWHERE, SIDES, Floats, Ints, Items
from curator.splitting.links import Collector, Links
from curator.store.records import StoredRecord, group_of, input_key
from curator.text import digest, normalised, plural, visible_line

_NAMED = 5
_NUMBER_OF: dict[str | None, int] = {None: NOWHERE, **{side: number for number, side in enumerate(SIDES)}}


class Participants:
    """Takes records in one after the other; texts are held only until the links are made."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._collector = Collector(plan.split.near_duplicates)
        self._same_text: dict[str, int] = {}
        self._side: list[int] = []
        self._rank: list[int] = []
        self._weight: list[int] = []
        self._text: list[int] = []
        self._date: list[str] = []
        self._place: list[str] = []
        self.ids: list[int] = []
        """Record numbers."""
        self.before: list[str | None] = []
        """Where each record stood before the split."""
        self.usable: list[bool] = []
        """Whether it can be trained on; the others only keep their side."""
        self.labels: list[str] = []
        """The label, or nothing where the kind has none."""
        self.ungrouped = 0
        """Records without a value in the group column."""

    def add(self, record: StoredRecord, side: str | None, usable: bool) -> None:
        """One more record, with the side that it keeps."""
        plan, fields = self._plan, record.fields
        asked, given = input_text(plan.kind, fields), target_text(plan.kind, fields)
        key = digest(normalised(asked))
        group = group_of(record, plan.split.group)
        self._collector.add(input_key(plan.kind, fields), group, asked, given)
        self.ids.append(record.id)
        self.before.append(record.split)
        self.usable.append(usable)
        self.labels.append(given if plan.kind == "classification" else "")
        self.ungrouped += not group
        self._side.append(_NUMBER_OF[side])
        # By content, not by number: the same data give the same split whatever order they came in.
        self._rank.append(int(digest(str(plan.split.seed), f"input {key}")[:16], 16))
        self._weight.append(len(asked) if plan.kind == "text" else 1)
        if plan.kind == "text":
            self._text.append(self._same_text.setdefault(digest(asked), len(self._same_text)))
        if plan.split.date:
            self._date.append(group_of(record, plan.split.date))
            self._place.append(f"{record.source}:{record.line}")

    def links(self) -> Links:
        """What ties the records together; forgets their texts."""
        return self._collector.links()

    def items(self) -> Items:
        """The columns that the split works on.

        Raises:
            CuratorError: the split goes by date, and a record that can be used has none.
        """
        numbers = {label: number for number, label in enumerate(sorted(set(self.labels)))}
        return Items(
            rank=np.array(self._rank, np.uint64),
            stratum=np.array([numbers[label] for label in self.labels], np.int64),
            weight=np.array(self._weight, np.int64),
            side=np.array(self._side, np.int64),
            date=self._moments() if self._plan.split.date else None,
        )

    def inside(self) -> Ints:
        """For each document the side of its own that stands for being cut inside; exact copies share one."""
        return BLOCKS + np.array(self._text, np.int64)

    def apart(self, side: Ints) -> Ints:
        """Sides in which the documents that are cut inside have the ones that `inside` gives them."""
        return np.where(side == BLOCKS, self.inside(), side) if self._text else side

    def _moments(self) -> Floats:
        found = dates.read(self._date)
        bad = [i for i, moment in enumerate(found) if math.isnan(moment) and self.usable[i]]
        if bad:
            column = self._plan.split.date
            told = "; ".join(self._told(i) for i in bad[:_NAMED])
            raise CuratorError(
                f"{plural(len(bad), 'record')} without a date in {column!r}: {told}{'; …' * (len(bad) > _NAMED)}.",
                "Nothing was changed. Write dates as 2026-11-21 or 21.11.2026, or reject these records.",
            )
        return np.array(found)

    def _told(self, position: int) -> str:
        value = visible_line(self._date[position], 30)
        place = visible_line(self._place[position], 60)
        return f"record {self.ids[position]} ({place}) has {repr(value) if value else 'none'}"
