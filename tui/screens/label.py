"""One record at a time: a key decides, saves and goes on."""

from __future__ import annotations

from array import array
from typing import Any, ClassVar

from rich.cells import set_cell_size
from textual import events, getters, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Footer, Static

from curator.errors import CuratorError
from curator.store.queues import ORDERS, Order
from curator.store.records import StoredRecord

from ..display import block, line
from ..keys import assign
from ..page import Page
from ..session import Session

_CELL = 22
"""Width of a label with its key."""
_NAMES = {
    "open": "undecided first",
    "file": "as they came",
    "random": "drawn by lot",
    "findings": "with findings first",
    "label-errors": "likely label errors first",
}


class QueueMade(Message):
    """The ids of a queue have been found."""

    def __init__(self, ids: array[int], order: Order) -> None:
        self.ids = ids
        self.order = order
        super().__init__()


class LabelScreen(Page[None]):
    """Decide about the records of a queue, one after the other."""

    HELP = """\
# Label

One key decides about the record, saves the decision and shows the next one.
Everything can be undone, also tomorrow: `u` takes back, `U` does again.

- a key beside a label puts the record under it and accepts it
- `enter` accepts as it is, `x` rejects, `f` flags for a second look, `space` passes over
- `left` and `right` look without deciding, `tab` chooses another order
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "decide('accepted')", "Accept", id="label.accept", tooltip="Right as it is."),
        Binding("x", "decide('rejected')", "Reject", id="label.reject", tooltip="Not to be exported."),
        Binding("f", "decide('flagged')", "Flag", id="label.flag", tooltip="For a second look."),
        Binding("space,right", "go(1)", "Next", id="label.next", tooltip="Go on without deciding."),
        Binding("left,backspace", "go(-1)", "Back", id="label.back", tooltip="Go back."),
        Binding("u", "undo", "Undo", id="label.undo", tooltip="Take the newest step back."),
        Binding("U", "redo", "Redo", id="label.redo", tooltip="Do it again.", show=False),
        Binding("tab", "order", "Order", id="label.order", tooltip="Another order of the records."),
        Binding("escape", "app.pop_screen", "Leave", id="label.leave", tooltip="Back to the list."),
    ]
    text = getters.query_one("#text", Static)
    state = getters.query_one("#state", Static)
    labels = getters.query_one("#labels", Static)
    found = getters.query_one("#found", Static)

    def __init__(self, session: Session, query: str = "", order: Order = "open", first: int = 0) -> None:
        """Begin with a queue, at the record `first` if it is in it."""
        super().__init__()
        self._session = session
        self._query = query
        self._order: Order = order
        self._first = first
        self._ids = array("q")
        self._at = 0
        self._record: StoredRecord | None = None
        self._said = ""
        self._keys = assign(session.config.labels, session.config.keys)

    def compose(self) -> ComposeResult:
        """State above, the text in the middle, labels and keys below: nothing moves when the text changes."""
        yield Static(id="state")
        with VerticalScroll(id="page", can_focus=False):
            yield Static(id="text")
        yield Static(id="found")
        yield Static(id="labels")
        yield Footer()

    def on_mount(self) -> None:
        """Look for the records."""
        self._make_queue()

    @work(thread=True, exclusive=True, group="queue", exit_on_error=False)
    def _make_queue(self) -> None:
        try:
            ids = self._session.queue(self._query, self._order)
        except CuratorError as error:
            self.app.call_from_thread(self.notify, error.problem, severity="error", markup=False)
            return
        self.post_message(QueueMade(ids, self._order))

    def on_queue_made(self, message: QueueMade) -> None:
        """Show the first record of the queue."""
        message.stop()
        self._ids = message.ids
        self._at = self._ids.index(self._first) if self._first in self._ids else 0
        self._said = ""
        self._show()

    def on_key(self, event: events.Key) -> None:
        """A key of a label puts the record that is shown under it."""
        label = self._keys.get(event.character or "")
        if label is None or self._record is None or self._session.config.kind != "classification":
            return
        event.stop()
        self._decided(lambda record_id: self._session.label(record_id, label))

    def action_decide(self, status: str) -> None:
        """Decide about the record that is shown, and go on."""
        if self._record is not None:
            self._decided(lambda record_id: self._session.decide(record_id, status))

    def _decided(self, decide: Any) -> None:
        """Save, and only then show the next record; keys wait in line meanwhile and find that one."""
        assert self._record is not None
        try:
            decide(self._record.id)
        except CuratorError as error:
            self.notify(f"{error.problem} {error.remedy}", severity="error", markup=False)
            return
        self._said = "saved ✓"
        self._move(1)

    def action_go(self, step: int) -> None:
        """Look at another record without deciding."""
        self._said = ""
        self._move(step)

    def action_undo(self) -> None:
        """Take the newest step back and show what it was about."""
        self._turned(self._session.undo(), "undone")

    def action_redo(self) -> None:
        """Do the newest undone step again."""
        self._turned(self._session.redo(), "redone")

    def _turned(self, step: Any, word: str) -> None:
        if step is None:
            self._said = f"nothing to be {word}"
        else:
            self._said = line(f"{word}: {step.summary} ({step.count:,})", 80).plain
            changed = self._session.records_of(step)
            self._at = next((self._ids.index(i) for i in changed if i in self._ids), self._at)
        self._show()

    def on_resize(self) -> None:
        """The labels fill the width."""
        if self._record is not None:
            self.labels.update(self._labels())

    def action_order(self) -> None:
        """The next order of the records."""
        self._order = ORDERS[(ORDERS.index(self._order) + 1) % len(ORDERS)]
        self._first = self._record.id if self._record else 0
        self._make_queue()

    def _move(self, step: int) -> None:
        self._at = max(0, min(self._at + step, len(self._ids)))
        self._show()

    def _show(self) -> None:
        """Paint the record at the place in the queue."""
        inside = self._at < len(self._ids)
        self._record = self._session.record(self._ids[self._at]) if inside else None
        self.state.update(self._state())
        self.text.update(self._text())
        self.found.update(self._found())
        self.labels.update(self._labels())
        self.query_one("#page", VerticalScroll).scroll_home(animate=False)

    def _state(self) -> Content:
        place = f"{min(self._at + 1, len(self._ids)):,}/{len(self._ids):,}"
        left = len(self._ids) - self._at
        pace = self._session.pace
        time_left = f"{max(1, round(left / pace)):,} min left" if pace else ""
        parts = [place, _NAMES[self._order], f"{pace}/min" if pace else "", time_left]
        shown = "  ·  ".join(part for part in parts if part)
        return Content.assemble((f"{self._said:<12}  ", "bold"), shown)

    def _text(self) -> Content:
        if self._record is None:
            told = "This was the last one." if len(self._ids) else "There is no record in this order."
            return Content.styled(told, "dim")
        fields = self._record.fields
        if self._session.config.kind != "instruction":
            return block(str(fields.get("text", "")))
        parts: list[Content | tuple[str, str]] = []
        for name in ("system", "instruction", "input", "answer"):
            if fields.get(name):
                parts += [(f"{name}\n", "dim"), block(str(fields[name])), ("\n\n", "")]
        return Content.assemble(*parts)

    def _found(self) -> Content:
        if self._record is None:
            return Content("")
        findings = self._session.findings(self._record.id)
        told = [f"! {finding.check_id}: {finding.message}" for finding in findings[:3]]
        return Content("\n").join(line(words, 200) for words in told)

    def _labels(self) -> Content:
        record = self._record
        if record is None:
            return Content("")
        status = f"record {record.id}  {record.status}"
        if self._session.config.kind != "classification":
            return line(status, 100)
        now = record.fields.get("label")
        across = max(1, (self.size.width - 4) // _CELL)
        pieces: list[Content | str | tuple[str, str]] = [(f"{status}\n", "dim")]
        for place, (key, label) in enumerate(self._keys.items()):
            name = set_cell_size(line(label, _CELL).plain, _CELL - 4)
            style = "bold reverse" if label == now else ""
            pieces += [(key, "bold $accent"), " ", Content.styled(name, style)]
            pieces.append("\n" if (place + 1) % across == 0 else "  ")
        return Content.assemble(*pieces)
