"""A list of any number of records: only what is seen is read and drawn."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from curator.store.records import StoredRecord

from ..display import line
from ..session import Session

_PAGE = 128
"""Rows read at once."""
_PAGES = 16
"""Pages held."""
_MARKS = {"accepted": "✓", "rejected": "✗", "flagged": "⚑", "new": " ", "deleted": "–"}
"""Not by colour alone."""
WIDTHS = (9, 2, 11, 18, 4)
"""Cells of the columns before the text: record, decision, side, label, findings."""


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
        Binding("enter", "choose", "Open", show=False, id="grid.open"),
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

    def __init__(self, session: Session, name: str) -> None:
        super().__init__(id=name)
        self._session = session
        self._ids = array("q")
        self._pages: OrderedDict[int, dict[int, StoredRecord]] = OrderedDict()
        self.cursor = 0

    def show(self, ids: array[int]) -> None:
        """Show other records, from the first on."""
        self._ids = ids
        self._pages.clear()
        self.cursor = 0
        self.virtual_size = Size(self.size.width, len(ids))
        self.scroll_to(0, 0, animate=False)
        self.refresh()
        self._tell()

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
        if record is None:
            return f"{self._ids[place]:>8}"
        label = str(record.fields.get("label") or "")
        marks = "!" * min(len(record.findings), 3)
        cells = (str(record.id), _MARKS.get(record.status, "?"), record.split or "", label, marks)
        head = " ".join(
            set_cell_size(line(c, 40).plain, size - 1) for c, size in zip(cells, WIDTHS, strict=True)
        )
        said = record.fields.get("text") or record.fields.get("instruction") or ""
        return f"{head} {line(str(said), 1000).plain}"

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
