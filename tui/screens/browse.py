"""All records in a list, with a filter above and the record under the cursor beside it."""

from __future__ import annotations

from array import array
from typing import ClassVar

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Footer, Input, Static

from curator.errors import CuratorError

from ..display import block, line
from ..page import Page
from ..session import Session
from ..widgets.record_grid import WIDTHS, RecordGrid
from .label import LabelScreen

_WIDE = 100
"""Columns from which the record is shown beside the list."""


class Found(Message):
    """The records that a filter fits."""

    def __init__(self, query: str, ids: array[int]) -> None:
        self.query = query
        self.ids = ids
        super().__init__()


class Refused(Message):
    """A filter that cannot be read."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__()


class BrowseScreen(Page[None]):
    """Look through the records of a project."""

    HELP = """\
# Records

Arrow keys move, `enter` opens the record for a decision, `/` filters.

A filter is a few conditions: `status:new label:refund issue:near-duplicate "free text" -unwanted len>400`.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", id="browse.filter", tooltip="Show some of the records."),
        Binding("l", "label", "Label", id="browse.label", tooltip="Decide about these records one by one."),
        Binding("a", "decide('accepted')", "Accept", id="browse.accept", tooltip="The record is right."),
        Binding("x", "decide('rejected')", "Reject", id="browse.reject", tooltip="Not to be exported."),
        Binding("f", "decide('flagged')", "Flag", id="browse.flag", tooltip="For a second look."),
        Binding("c", "checks", "Checks", id="browse.checks", tooltip="What would harm a fine-tune."),
        Binding("u", "undo", "Undo", id="browse.undo", tooltip="Take the newest step back."),
        Binding("U", "redo", "Redo", id="browse.redo", tooltip="Do it again.", show=False),
        Binding("q", "app.quit", "Quit", id="browse.quit", tooltip="Everything is saved."),
    ]
    filter = getters.query_one("#filter", Input)
    problem = getters.query_one("#problem", Static)
    grid = getters.query_one("#grid", RecordGrid)
    detail = getters.query_one("#detail", Static)

    def __init__(self, session: Session, query: str = "") -> None:
        super().__init__()
        self._session = session
        self._query = query

    def compose(self) -> ComposeResult:
        """Filter, list and detail."""
        yield Input(
            self._query, placeholder='filter: status:new label:refund "free text"', id="filter", compact=True
        )
        yield Static(id="problem")
        yield Static(Content(_HEAD), id="head")
        with Horizontal():
            yield RecordGrid(self._session, "grid")
            with VerticalScroll(id="side", can_focus=False):
                yield Static(id="detail")
        yield Footer()

    def on_mount(self) -> None:
        """Show everything."""
        self.grid.focus()
        self._find(self._query)

    def on_resize(self, event: events.Resize) -> None:
        """Beside a narrow list there is no room for the record."""
        self.set_class(event.size.width < _WIDE, "-narrow")

    @work(thread=True, exclusive=True, group="filter", exit_on_error=False)
    def _find(self, query: str) -> None:
        try:
            ids = self._session.queue(query, "file")
        except CuratorError as error:
            self.post_message(Refused(f"{error.problem} {error.remedy}".strip()))
            return
        self.post_message(Found(query, ids))

    @on(Found)
    def show_found(self, message: Found) -> None:
        """Fill the list."""
        message.stop()
        self._query = message.query
        total = len(message.ids)
        self.problem.update(line(f"{total:,} record{'' if total == 1 else 's'}", 80))
        self.problem.remove_class("-bad")
        self.grid.show(message.ids)
        if not total:
            empty = (
                "No record fits."
                if message.query
                else "The project is empty. Leave, and run: curator import FILE"
            )
            self.detail.update(Content.styled(empty, "dim"))

    @on(Refused)
    def show_refusal(self, message: Refused) -> None:
        """Say under the filter what is wrong with it; the list stays as it is."""
        message.stop()
        self.problem.update(line(message.problem, 200))
        self.problem.add_class("-bad")

    @on(Input.Changed, "#filter")
    def search(self, event: Input.Changed) -> None:
        """Search while somebody types."""
        self._find(event.value)

    @on(Input.Submitted, "#filter")
    def leave_filter(self) -> None:
        """Back to the list."""
        self.grid.focus()

    @on(RecordGrid.Moved)
    def show_detail(self, message: RecordGrid.Moved) -> None:
        """What the record under the cursor says, and what was found in it."""
        message.stop()
        record = self._session.record(message.record_id)
        parts: list[Content | tuple[str, str]] = [(f"record {record.id}  {record.status}\n", "bold")]
        parts += [line(f"{record.source}:{record.line}", 100), ("\n\n", "")]
        for name, value in record.fields.items():
            parts += [(f"{name}\n", "dim"), block(str(value)[:20_000]), ("\n\n", "")]
        for finding in self._session.findings(record.id):
            parts += [("! ", "bold"), line(f"{finding.check_id}: {finding.message}", 300), ("\n", "")]
        self.detail.update(Content.assemble(*parts))

    @on(RecordGrid.Chosen)
    def open_record(self, message: RecordGrid.Chosen) -> None:
        """Decide about the records from here on."""
        message.stop()
        self._label(message.record_id)

    def action_filter(self) -> None:
        """Type a filter."""
        self.filter.focus()

    def key_escape(self) -> None:
        """Out of the filter."""
        self.grid.focus()

    def action_label(self) -> None:
        """Decide about these records, the undecided first."""
        self.app.push_screen(LabelScreen(self._session, self._query, "open"), self._back)

    def _label(self, record_id: int) -> None:
        self.app.push_screen(LabelScreen(self._session, self._query, "file", record_id), self._back)

    def _back(self, _: None = None) -> None:
        self.grid.renew()

    def action_decide(self, status: str) -> None:
        """Decide about the record under the cursor, and go to the next."""
        record_id = self.grid.record_id
        if record_id is None:
            return
        self._session.decide(record_id, status)
        self.grid.renew()
        self.grid.action_move(1)

    def action_checks(self) -> None:
        """See what the checks found."""
        from .checks import ChecksScreen

        self.app.push_screen(ChecksScreen(self._session), self._back)

    def show_query(self, query: str) -> None:
        """Show the records that a query fits."""
        self.filter.value = query
        self.grid.renew()
        self.grid.focus()

    def action_undo(self) -> None:
        """Take the newest step back."""
        self._turned(self._session.undo(), "undone")

    def action_redo(self) -> None:
        """Do the newest undone step again."""
        self._turned(self._session.redo(), "redone")

    def _turned(self, step: object, word: str) -> None:
        from curator.store.journal import Step

        said = (
            f"{word}: {step.summary} ({step.count:,})" if isinstance(step, Step) else f"nothing to be {word}"
        )
        self.problem.update(line(said, 200))
        self.grid.renew()


_HEAD = (
    " ".join(
        name.ljust(size - 1) for name, size in zip(("record", "", "split", "label", "!"), WIDTHS, strict=True)
    )
    + " text"
)
