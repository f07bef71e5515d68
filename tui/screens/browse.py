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
from textual.worker import get_current_worker

from curator.errors import CuratorError
from curator.store.grams import Part
from curator.store.journal import Step
from curator.store.queues import SORTED, Order

from ..dialogs.asking import AskDialog
from ..dialogs.history import HistoryDialog
from ..dialogs.picking import Choice, PickDialog
from ..display import line
from ..language import N_, _, counted
from ..links.session import Session
from ..widgets.filter_bar import FilterBar
from ..widgets.record_grid import RecordGrid, head
from ..widgets.record_view import described
from ..words.orders import NAMES
from .browse_bulk import BulkChanges

_SETTLED = 1.0
"""Seconds after which the first screen is painted, and a process in the background takes nothing from it."""
_WIDE = 100
"""Columns from which the record is shown beside the list."""
_EMPTY = N_("The project is empty. F10 imports files.")
_NEXT = N_("l decides about them one by one, F4 checks them all")


class Found(Message):
    """The records that a filter fits: the first of them, or all."""

    def __init__(self, query: str, ids: array[int], whole: bool) -> None:
        self.query = query
        self.whole = whole
        self.ids = ids
        super().__init__()


class BrowseScreen(BulkChanges):
    """Look through the records of a project, and change many at once."""

    NAME = "records"
    HELP = N_("""\
# Records

All records of the project. Arrow keys move, `/` filters, `enter` decides about the records from here on, one by one.
`space` picks records; what you press then (accept, label, tag, delete …) happens to all that are picked, in one step,
after a look at what it will do. `b` lists everything that can be done with them. `u` takes any step back.

A filter is a few conditions, and a record must fit them all:

- `status:new,flagged` (accepted, rejected, deleted), `label:refund`, `split:test`, `tag:NAME`, `source:FILE`
- `issue:near-duplicate` or `issue:any`, `len>400`, `id:17`
- `"some words"` in the text, `-word` for its absence; the right arrow key takes the completion
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", N_("Filter"), id="browse.filter", tooltip=N_("Show some of the records.")),
        Binding("l", "label", N_("Label"), id="browse.label", tooltip=N_("Decide about these one by one.")),
        Binding(
            "a", "decide('accepted')", N_("Accept"), id="browse.accept", tooltip=N_("The record is right.")
        ),
        Binding(
            "x", "decide('rejected')", N_("Reject"), id="browse.reject", tooltip=N_("Not to be exported.")
        ),
        Binding(
            "f",
            "decide('flagged')",
            N_("Flag"),
            id="browse.flag",
            tooltip=N_("For a second look."),
            show=False,
        ),
        Binding("b", "menu", N_("More"), id="browse.menu", tooltip=N_("All that can be done with these.")),
        Binding("u", "undo", N_("Undo"), id="browse.undo", tooltip=N_("Take the newest step back.")),
        Binding("q", "app.quit", N_("Quit"), id="browse.quit", tooltip=N_("Everything is saved.")),
        Binding("e", "edit", N_("Edit"), id="browse.edit", tooltip=N_("Change what the record says.")),
        Binding("m", "put_label", N_("Put under a label"), id="browse.put", show=False),
        Binding("t", "tag", N_("Tag"), id="browse.tag", show=False, tooltip=N_("Put a mark on these.")),
        Binding(
            "R", "replace", N_("Replace"), id="browse.replace", show=False, tooltip=N_("Find and replace.")
        ),
        Binding(
            "delete", "delete", N_("Delete"), id="browse.delete", show=False, tooltip=N_("Out of sight.")
        ),
        Binding(
            "h", "history", N_("History"), id="browse.history", show=False, tooltip=N_("Who changed it.")
        ),
        Binding(
            "s", "sort", N_("Sort"), id="browse.sort", show=False, tooltip=N_("Another order of the list.")
        ),
        Binding("F", "filters", N_("Saved filters"), id="browse.filters", show=False),
        Binding(
            "ctrl+s", "save_filter", N_("Save filter"), id="browse.save", show=False, tooltip=N_("Name it.")
        ),
        Binding("c", "app.page('checks')", N_("Checks"), id="browse.checks", show=False),
        Binding("U", "redo", N_("Redo"), id="browse.redo", tooltip=N_("Do it again."), show=False),
        Binding("escape", "escape", N_("Back to the list"), show=False, id="browse.escape"),
    ]
    filter = getters.query_one("#filter", FilterBar)
    problem = getters.query_one("#problem", Static)
    grid = getters.query_one("#grid", RecordGrid)
    detail = getters.query_one("#detail", Static)

    def __init__(self, session: Session, query: str = "") -> None:
        super().__init__()
        self._session = session
        self._query = query
        self._order: Order = "file"
        self._said = ""
        self._left = session.moment

    def compose(self) -> ComposeResult:
        """Filter, list and detail."""
        placeholder = _('type to search, or: status:new label:refund "two words"')
        yield FilterBar(self._query, placeholder, self._session.values)
        yield Static(id="problem")
        yield Static(Content(head(self._session.config.kind)), id="head")
        with Horizontal():
            yield RecordGrid(self._session, "grid")
            with VerticalScroll(id="side", can_focus=False):
                yield Static(id="detail")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Show everything."""
        self.grid.focus()
        self._find(self._query)
        self.set_timer(_SETTLED, self._session.speed_up_searches)

    def on_screen_suspend(self) -> None:
        """Remember what there was."""
        self._left = self._session.moment

    def on_screen_resume(self) -> None:
        """Something may have changed on another page."""
        self.grid.renew()
        self._session.speed_up_searches()
        self._session.forget_values()
        if self._session.moment != self._left:
            self.renewed()

    def on_resize(self, event: events.Resize) -> None:
        """Beside a narrow list there is no room for the record."""
        self.set_class(event.size.width < _WIDE, "-narrow")

    def _find(self, query: str) -> None:
        """Look for the records that a query fits, if it can be read."""
        try:
            parts = self._session.parts(query, self._order)
        except CuratorError as error:
            self.workers.cancel_group(self, "filter")
            self.show_refusal(f"{error.problem} {error.remedy}".strip())
            return
        self._search(query, parts)

    @work(thread=True, exclusive=True, group="filter", exit_on_error=False)
    def _search(self, query: str, parts: list[Part]) -> None:
        worker = get_current_worker()

        def tell(ids: array[int], whole: bool) -> None:
            if not worker.is_cancelled:
                self.post_message(Found(query, ids, whole))

        self._session.search(query, self._order, parts, tell, lambda: worker.is_cancelled)

    @on(Found)
    def show_found(self, message: Found) -> None:
        """Fill the list."""
        message.stop()
        self._said = self._said if message.query == self._query else ""
        self._query = message.query
        self.grid.show(message.ids, message.whole)
        self.tell_state()
        if not len(message.ids):
            empty = _("No record fits.") if message.query else _(_EMPTY)
            self.detail.update(Content.styled(empty, "dim"))

    def say(self, words: str) -> None:
        """Say something in the line under the filter, until the next thing happens."""
        self._said = words
        self.tell_state()

    def tell_state(self) -> None:
        """How many records are shown and picked, and in which order."""
        picked = len(self.grid.picked)
        parts = [
            self._said,
            counted("{n} picked", "{n} picked", picked) if picked else "",
            self._number(),
            _(NAMES[self._order]) if self._order != "file" else "",
            _(_NEXT) if not (picked or self._said or self._query) and len(self.grid) else "",
        ]
        self.problem.update(line("  ·  ".join(part for part in parts if part), 200))
        self.problem.remove_class("-bad")

    def _number(self) -> str:
        if not self.grid.whole:
            return _("searching …")
        if not len(self.grid) and not self._query:
            return _(_EMPTY)
        return counted("{n} record", "{n} records", len(self.grid))

    def show_refusal(self, problem: str) -> None:
        """Say under the filter what is wrong with it; the list stays as it is."""
        self.problem.update(line(problem, 200))
        self.problem.add_class("-bad")

    @on(Input.Changed, "#filter")
    def search(self, event: Input.Changed) -> None:
        """Search while somebody types."""
        self._find(event.value)

    @on(Input.Submitted, "#filter")
    def leave_filter(self) -> None:
        """Back to the list."""
        self.grid.focus()

    @on(RecordGrid.Picked)
    def show_picked(self, message: RecordGrid.Picked) -> None:
        """Say how many are picked."""
        message.stop()
        self._said = "" if message.count else self._said
        self.tell_state()

    @on(RecordGrid.Moved)
    def show_detail(self, message: RecordGrid.Moved) -> None:
        """What the record under the cursor says, and what was found in it."""
        message.stop()
        if self.has_class("-narrow"):
            return
        found = next(iter(self._session.rows([message.record_id])), None)
        if found is not None:
            kind = self._session.config.kind
            self.detail.update(described(kind, found, self._session.findings(found.id)))

    @on(RecordGrid.Chosen)
    def open_record(self, message: RecordGrid.Chosen) -> None:
        """Decide about the records from here on."""
        message.stop()
        from .label import LabelScreen

        self.app.push_screen(LabelScreen(self._session, self._query, self._order, message.record_id))

    def show_query(self, query: str) -> None:
        """Show the records that a query fits."""
        self.filter.value = query
        self.grid.focus()

    def renewed(self) -> None:
        """Look again: records may have changed so that the filter fits others."""
        self._find(self._query)

    def action_filter(self) -> None:
        """Type a filter."""
        self.filter.focus()

    def action_escape(self) -> None:
        """Out of the filter; in the list, let go of what is picked, then show everything again."""
        if self.focused is not self.grid:
            self.grid.focus()
        elif self.grid.picked:
            self.grid.let_go()
        elif self.filter.value:
            self.filter.value = ""

    def action_label(self) -> None:
        """Decide about these records, the undecided first."""
        from .label import LabelScreen

        self.app.push_screen(LabelScreen(self._session, self._query, "open"))

    def action_edit(self) -> None:
        """Change what the record says."""
        from .edit import EditScreen

        if self.grid.record_id is not None:
            self.app.push_screen(EditScreen(self._session, self.grid.record_id))

    def action_history(self) -> None:
        """Who changed what in the record under the cursor."""
        record_id = self.grid.record_id
        if record_id is not None:
            self.app.push_screen(HistoryDialog(record_id, self._session.history(record_id)))

    def action_sort(self) -> None:
        """Another order of the list."""
        choices = [Choice(order, _(NAMES[order])) for order in SORTED]
        self.app.push_screen(PickDialog(_("Sort the list"), choices), self._sorted)

    def _sorted(self, order: str | None) -> None:
        found = next((known for known in SORTED if known == order), None)
        if found is not None:
            self._order = found
            self.renewed()

    def action_filters(self) -> None:
        """Pick a filter that was saved."""
        saved = [Choice(query, name, query) for name, query in self._session.filters.items()]
        if saved:
            self.app.push_screen(PickDialog(_("Saved filters"), saved), self._picked_filter)
        else:
            self.say(_("No filter is saved yet. Ctrl+S saves the one above under a name."))

    def _picked_filter(self, query: str | None) -> None:
        if query is not None:
            self.show_query(query)

    def action_save_filter(self) -> None:
        """Give the filter a name."""
        if self._query:
            self.app.push_screen(
                AskDialog(_("Save this filter as"), placeholder=_("name")), self._save_filter
            )

    def _save_filter(self, name: str | None) -> None:
        if name and name.strip():
            try:
                self._session.save_filter(name.strip(), self._query)
            except CuratorError as error:
                self.complain(error)
                return
            self.say(_("Saved. F lists the saved filters."))

    def _turned(self, step: Step | None, told: str) -> None:
        self.say(told)
        self.renewed()
