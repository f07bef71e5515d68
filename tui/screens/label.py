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
from curator.store.findings import Finding
from curator.store.journal import Step
from curator.store.queues import ORDERS, Order
from curator.store.records import StoredRecord

from ..dialogs.picking import Choice, PickDialog
from ..display import line
from ..keys import assign
from ..language import N_, _, counted
from ..links.session import Session
from ..links.suggesting import Learner
from ..marks import sign
from ..turning import TurningPage
from ..widgets.record_view import fields_of, text_of
from ..words.orders import NAMES

_CELL = 22
"""Width of a label with its key."""
_ROWS = 6
"""Lines of labels."""
_LOOK = 0.5
"""Seconds between two looks at whether the classifier has learned."""


class QueueMade(Message):
    """The ids of a queue have been found."""

    def __init__(self, ids: array[int], order: Order) -> None:
        self.ids = ids
        self.order = order
        super().__init__()


class LabelScreen(TurningPage):
    """Decide about the records of a queue, one after the other."""

    NAME = "label"
    HELP = N_("""\
# Label

One key decides about the record, saves the decision and shows the next one.
Everything can be undone, also tomorrow: `u` takes back, `U` does again.

- the key beside a label puts the record under it and accepts it; `/` finds a label by a part of its name
- `enter` accepts as it is, `x` rejects, `f` flags for a second look, `space` passes over
- `.` takes what is suggested; a classifier learns from your decisions while you label
- `e` edits, `tab` chooses another order; `left` and `right` look without deciding
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        # The line of keys is cut where it is too short: what is pressed most stands first.
        Binding(
            "enter", "decide('accepted')", N_("Accept"), id="label.accept", tooltip=N_("Right as it is.")
        ),
        Binding(
            "x", "decide('rejected')", N_("Reject"), id="label.reject", tooltip=N_("Not to be exported.")
        ),
        Binding("f", "decide('flagged')", N_("Flag"), id="label.flag", tooltip=N_("For a second look.")),
        Binding("t", "trim", N_("Trim"), id="label.trim", tooltip=N_("Cut blanks at the ends, and accept.")),
        Binding("space,right,n", "go(1)", N_("Next"), id="label.next", tooltip=N_("Go on without deciding.")),
        Binding(
            "left,backspace,p", "go(-1)", N_("Back"), id="label.back", tooltip=N_("Go back."), show=False
        ),
        Binding("u", "undo", N_("Undo"), id="label.undo", tooltip=N_("Take the newest step back.")),
        Binding("U", "redo", N_("Redo"), id="label.redo", tooltip=N_("Do it again."), show=False),
        Binding("escape", "app.pop_screen", N_("Leave"), id="label.leave", tooltip=N_("Back to the list.")),
        Binding(
            "slash", "find_label", N_("Find label"), id="label.find", tooltip=N_("By a part of its name.")
        ),
        Binding("full_stop", "take", N_("Take"), id="label.take", tooltip=N_("Take what is suggested.")),
        Binding("e", "edit", N_("Edit"), id="label.edit", tooltip=N_("Change what the record says.")),
        Binding("tab", "order", N_("Order"), id="label.order", tooltip=N_("Another order of the records.")),
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
        self._label_lines = -1
        self._keys = assign(session.config.labels, session.config.keys)
        self._learner = Learner(session.root)

    def compose(self) -> ComposeResult:
        """State above, the text in the middle, labels and keys below: nothing moves when the text changes."""
        yield Static(id="state")
        with VerticalScroll(id="page", can_focus=False):
            yield Static(id="text")
        yield Static(id="found")
        yield Static(id="labels")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Look for the records."""
        self._make_queue()
        if self._labels_exist:
            self.set_interval(_LOOK, self._look)

    def on_unmount(self) -> None:
        """Nobody is labeling any more."""
        self._learner.stop()

    def on_screen_resume(self) -> None:
        """The record may have been edited meanwhile."""
        if len(self._ids):
            self._show()

    @property
    def _labels_exist(self) -> bool:
        return self._session.config.kind == "classification"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Labels are for classification, trimming for texts."""
        if action in ("take", "find_label"):
            return self._labels_exist
        return self._session.config.kind == "text" if action == "trim" else True

    def _look(self) -> None:
        """Show what is suggested once the classifier has learned."""
        if self._learner.finished() and self._record is not None:
            self.labels.update(self._labels())

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
        if label is None or self._record is None or not self._labels_exist:
            return
        event.stop()
        self._label(label)

    def _label(self, label: str | None) -> None:
        """Put the record that is shown under a label, and go on."""
        if label is not None and self._record is not None:
            self._decided(lambda record_id: self._session.label(record_id, label))

    def action_find_label(self) -> None:
        """Pick a label by a part of its name."""
        choices = [Choice(label, label) for label in self._session.config.labels]
        self.app.push_screen(PickDialog(_("Put under a label"), choices), self._label)

    def action_take(self) -> None:
        """Take the label that is suggested."""
        told = None if self._record is None else self._session.suggestion(self._record.id)
        if told is not None:
            self._label(told.label)

    def action_trim(self) -> None:
        """Cut blank ends of the text and of its lines, and accept it; one step."""
        if self._record is not None:
            self._decided(self._session.trim)

    def action_edit(self) -> None:
        """Change what the record says."""
        from .edit import EditScreen

        if self._record is not None:
            self.app.push_screen(EditScreen(self._session, self._record.id))

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
        self._said = _("saved ✓")
        if self._labels_exist:
            self._learner.decided()
        self._move(1)

    def action_go(self, step: int) -> None:
        """Look at another record without deciding."""
        self._said = ""
        self._move(step)

    def _turned(self, step: Step | None, told: str) -> None:
        """Show the record that the step was about."""
        self._said = told
        if step is not None:
            changed = self._session.records_of(step)
            self._at = next((self._ids.index(i) for i in changed if i in self._ids), self._at)
        self._show()

    def on_resize(self) -> None:
        """The labels fill the width."""
        if self._record is not None:
            self.labels.update(self._labels())
            self._show_text()

    def action_order(self) -> None:
        """The next order of the records."""
        self._order = ORDERS[(ORDERS.index(self._order) + 1) % len(ORDERS)]
        self._first = self._record.id if self._record else 0
        if self._order == "uncertain":
            self._learner.start()
        self._make_queue()

    def _move(self, step: int) -> None:
        self._at = max(0, min(self._at + step, len(self._ids)))
        self._show()

    def _show(self) -> None:
        """Paint the record at the place in the queue."""
        inside = self._at < len(self._ids)
        self._record = next(iter(self._session.rows([self._ids[self._at]])), None) if inside else None
        if inside and self._record is None:
            # It went with an import that was taken back.
            self._make_queue()
            return
        self.state.update(self._state(), layout=False)
        self.found.update(self._found(), layout=False)
        labels = self._labels()
        lines = labels.plain.count("\n")
        self.labels.update(labels, layout=lines != self._label_lines)
        self._label_lines = lines
        self._show_text()

    def _show_text(self) -> None:
        """Lay the page out anew only where a text does not fit, or did not: that takes longer than all else."""
        text, page = self._text(), self.query_one("#page", VerticalScroll)
        width = self.text.size.width
        tall = (
            not width
            or text.get_height(self.text.styles.get_rules(), width) > self.text.size.height
            or page.max_scroll_y > 0
        )
        self.text.update(text, layout=tall)
        if page.scroll_y:
            page.scroll_home(animate=False)

    def _state(self) -> Content:
        place = f"{min(self._at + 1, len(self._ids)):,}/{len(self._ids):,}"
        left = len(self._ids) - self._at
        pace = self._session.pace
        speed = _("{n}/min").format(n=pace) if pace else ""
        time_left = counted("{n} min left", "{n} min left", max(1, round(left / pace))) if pace else ""
        shown = f"  {sign('between')}  ".join(
            part for part in (place, _(NAMES[self._order]), speed, time_left) if part
        )
        return Content.assemble((f"{self._said:<12}  ", "bold"), shown)

    def _text(self) -> Content:
        if self._record is None:
            told = (
                _("This was the last one. F4 checks what there is.")
                if len(self._ids)
                else _("There is no record in this order.")
            )
            return Content.styled(told, "dim")
        fields = self._record.fields
        if self._session.config.kind == "instruction":
            return Content.assemble(*fields_of("instruction", fields))
        return Content.assemble(*text_of(fields.get("text", "")))

    def _found(self) -> Content:
        if self._record is None:
            return Content("")
        findings: list[Finding] = self._session.findings(self._record.id)
        told = [f"{sign(finding.severity)} {finding.check_id}: {finding.message}" for finding in findings[:3]]
        return Content("\n").join(line(words, 200) for words in told)

    def _labels(self) -> Content:
        record = self._record
        if record is None:
            return Content("")
        status = f"{_('record')} {record.id}  {sign(record.status)} {_(record.status)}"
        if not self._labels_exist:
            return line(status, 100)
        now = record.fields.get("label")
        across = max(1, (self.size.width - 4) // _CELL)
        pieces: list[Content | str | tuple[str, str]] = [(status, "dim"), *self._suggested(record), "\n"]
        shown = list(self._keys.items())[: across * _ROWS]
        for place, (key, label) in enumerate(shown):
            name = set_cell_size(line(label, _CELL).plain, _CELL - 4)
            style = "bold reverse" if label == now else ""
            pieces += [(key, "bold $accent"), " ", Content.styled(name, style)]
            pieces.append("\n" if (place + 1) % across == 0 else "  ")
        more = len(self._session.config.labels) - len(shown)
        if more > 0:
            pieces.append(Content.styled(counted("/ finds {n} more", "/ finds {n} more", more), "dim"))
        return Content.assemble(*pieces)

    def _suggested(self, record: StoredRecord) -> list[Content | str | tuple[str, str]]:
        """What the record's label is now, and what the classifier would say."""
        parts: list[Content | str | tuple[str, str]] = []
        if now := record.fields.get("label"):
            parts += [("   " + _("label: "), "dim"), Content.styled(line(str(now), 40).plain, "bold")]
        told = self._session.suggestion(record.id) if record.status == "new" else None
        if told is not None:
            parts += [("   " + _(". takes: "), "dim"), Content.styled(line(told.label, 40).plain, "bold")]
            parts.append(f" {told.confidence:.0%}")
        elif self._learner.busy:
            parts.append(Content.styled("   " + _("learning …"), "dim"))
        return parts
