"""A list of any number of records: only what is seen is read and drawn."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from typing import ClassVar, NamedTuple

from rich.cells import set_cell_size
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from curator.records import Kind
from curator.store.records import StoredRecord

from ..display import line
from ..language import N_, _
from ..links.session import Session
from ..marks import sign

_PAGE = 128
"""Rows read at once."""
_PAGES = 16
"""Pages held."""
_NEAR = 100_000
"""Where the record under the cursor is looked for when the list changes."""
_NUMBER, _LABEL = 9, 18
_SIDES = {"validation": "valid"}
"""Short names of the sides."""


class Column(NamedTuple):
    """One column before the text."""

    title: str
    width: int


def columns(kind: Kind) -> tuple[Column, ...]:
    """The columns of a kind: picked, record, decision, side, label, findings."""
    label = (Column(N_("label"), _LABEL),) if kind == "classification" else ()
    return (
        Column("", 2),
        Column(N_("record"), _NUMBER),
        Column("", 2),
        Column(N_("split"), 7),
        *label,
        Column("!", 4),
    )


def head(kind: Kind) -> str:
    """The titles above the columns."""
    cells = [set_cell_size(_(column.title), column.width - 1) for column in columns(kind)]
    return " ".join([*cells, _("question and answer") if kind == "instruction" else _("text")])


class RecordGrid(ScrollView, can_focus=True):
    """Records by their ids; the row under the cursor is the one that is spoken of."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"recordgrid--cursor", "recordgrid--head"}
    DEFAULT_CSS = """
    RecordGrid { height: 1fr; }
    RecordGrid > .recordgrid--cursor { background: $primary; color: $text; }
    RecordGrid > .recordgrid--head { text-style: bold; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False, id="grid.down"),
        Binding("up,k", "move(-1)", "Up", show=False, id="grid.up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="grid.pagedown"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="grid.pageup"),
        Binding("home", "move(-1000000000)", "First", show=False, id="grid.first"),
        Binding("end", "move(1000000000)", "Last", show=False, id="grid.last"),
        Binding("enter", "choose", N_("Open"), show=False, id="grid.open"),
        Binding(
            "space", "pick", N_("Pick"), id="grid.pick", tooltip=N_("Pick this record for a bulk change.")
        ),
        Binding("shift+down", "pick_on(1)", N_("Pick downwards"), show=False, id="grid.pickdown"),
        Binding("shift+up", "pick_on(-1)", N_("Pick upwards"), show=False, id="grid.pickup"),
        Binding(
            "asterisk",
            "pick_all",
            N_("Pick all"),
            show=False,
            id="grid.pickall",
            tooltip=N_("All that the filter fits; again to let go."),
        ),
    ]

    class Chosen(Message):
        """A record was opened."""

        def __init__(self, record_id: int) -> None:
            self.record_id = record_id
            super().__init__()

    class Moved(Message):
        """The cursor stands on another record."""

        def __init__(self, record_id: int) -> None:
            self.record_id = record_id
            super().__init__()

    class Picked(Message):
        """Another number of records is picked."""

        def __init__(self, count: int) -> None:
            self.count = count
            super().__init__()

    def __init__(self, session: Session, name: str) -> None:
        super().__init__(id=name)
        self._session = session
        self._ids = array("q")
        self._pages: OrderedDict[int, dict[int, StoredRecord]] = OrderedDict()
        self._picked: set[int] = set()
        self.cursor = 0
        self.whole = True
        """Whether all records of the filter are in the list, not only the first of them."""

    def show(self, ids: array[int], whole: bool) -> None:
        """Show other records, from the first on; the rest of a list that is not whole yet follows."""
        grown, self.whole = (
            not self.whole and ids[: len(self._ids)] == self._ids and len(self._ids) > 0,
            whole,
        )
        if grown:
            self._ids = ids
            self._pages.clear()
            self.virtual_size = Size(self.size.width, len(ids))
            self.refresh()
            return
        here = self.record_id
        self._ids = ids
        self._pages.clear()
        self._picked.clear()
        self.cursor = ids.index(here) if here is not None and here in ids[:_NEAR] else 0
        self.virtual_size = Size(self.size.width, len(ids))
        self.scroll_to(0, 0, animate=False)
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False)
        self.refresh()
        self._tell()

    def __len__(self) -> int:
        """Records in the list."""
        return len(self._ids)

    @property
    def picked(self) -> list[int]:
        """The records that were picked, in the order of the list."""
        if len(self._picked) == len(self._ids):
            return self._ids.tolist()
        return [record_id for record_id in self._ids if record_id in self._picked] if self._picked else []

    def let_go(self) -> None:
        """Pick nothing any more."""
        self._picked.clear()
        self.refresh()
        self.post_message(self.Picked(0))

    def renew(self) -> None:
        """Read the records again: something has changed."""
        self._pages.clear()
        self.refresh()

    @property
    def record_id(self) -> int | None:
        """The record under the cursor."""
        return self._ids[self.cursor] if self.cursor < len(self._ids) else None

    def on_resize(self, event: events.Resize) -> None:
        """The list is as wide as the widget."""
        self.virtual_size = Size(event.size.width, len(self._ids))

    def render_line(self, y: int) -> Strip:
        """One row."""
        place = self.scroll_offset.y + y
        width = self.size.width
        if place >= len(self._ids):
            return Strip.blank(width, self.rich_style)
        style = (
            self.get_component_rich_style("recordgrid--cursor") if place == self.cursor else self.rich_style
        )
        return Strip([Segment(self._row(place), style)]).adjust_cell_length(width, style)

    def _row(self, place: int) -> str:
        record = self._at(place)
        picked = sign("picked") if self._ids[place] in self._picked else " "
        if record is None:
            return f"{picked} {self._ids[place]:>8}"
        label = (
            [str(record.fields.get("label") or "")] if self._session.config.kind == "classification" else []
        )
        marks = "!" * min(len(record.findings), 3)
        cells = (
            picked,
            str(record.id),
            sign(record.status),
            _SIDES.get(record.split or "", record.split or ""),
            *label,
            marks,
        )
        sized = zip(cells, columns(self._session.config.kind), strict=True)
        front = " ".join(set_cell_size(line(cell, 40).plain, column.width - 1) for cell, column in sized)
        return f"{front} {line(_said(record), max(self.size.width, 20)).plain}"

    def _at(self, place: int) -> StoredRecord | None:
        page = place // _PAGE
        if page not in self._pages:
            ids = self._ids[page * _PAGE : (page + 1) * _PAGE].tolist()
            self._pages[page] = {record.id: record for record in self._session.rows(ids)}
            while len(self._pages) > _PAGES:
                self._pages.popitem(last=False)
        self._pages.move_to_end(page)
        return self._pages[page].get(self._ids[place])

    def action_move(self, step: int) -> None:
        """Move the cursor by some rows."""
        if not len(self._ids):
            return
        before, self.cursor = self.cursor, max(0, min(self.cursor + step, len(self._ids) - 1))
        for place in (before, self.cursor):
            self.refresh(Region(0, place - self.scroll_offset.y, self.size.width, 1))
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False)
        self._tell()

    def action_page(self, step: int) -> None:
        """Move the cursor by a screenful."""
        self.action_move(step * max(self.size.height - 1, 1))

    def action_pick(self) -> None:
        """Pick the record under the cursor, or let it go, and go on."""
        record_id = self.record_id
        if record_id is not None:
            self._picked ^= {record_id}
            self._tell_picked()
            self.action_move(1)

    def action_pick_on(self, step: int) -> None:
        """Pick the record under the cursor and the next one."""
        for _turn in range(2):
            if self.record_id is not None:
                self._picked.add(self.record_id)
            if not _turn:
                self.action_move(step)
        self._tell_picked()

    def action_pick_all(self) -> None:
        """Pick every record of the list; let them go when they are picked already."""
        self._picked = set() if len(self._picked) == len(self._ids) else set(self._ids)
        self._tell_picked()
        self.refresh()

    def _tell_picked(self) -> None:
        self.post_message(self.Picked(len(self._picked)))

    def action_choose(self) -> None:
        """Open the record under the cursor."""
        if self.record_id is not None:
            self.post_message(self.Chosen(self.record_id))

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor there."""
        place = self.scroll_offset.y + event.y
        if place < len(self._ids):
            self.action_move(place - self.cursor)

    def _tell(self) -> None:
        if self.record_id is not None:
            self.post_message(self.Moved(self.record_id))


def _said(record: StoredRecord) -> str:
    """What the list shows of a record: the question with its answer, or the text."""
    if "instruction" in record.fields:
        answer = str(record.fields.get("answer") or "")
        return f"{str(record.fields['instruction'])[:200]} {sign('right')} {answer}"
    return str(record.fields.get("text") or "")
