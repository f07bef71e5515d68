"""The rows that could not become records: where they stand, why, and what they hold."""

from __future__ import annotations

from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from curator.errors import CuratorError
from curator.store.sources import StoredReject

from ..dialogs.asking import AskDialog
from ..display import block, line
from ..language import N_, _, counted
from ..links import bringing
from ..links.session import Session
from ..page import Page

_MOST = 1000
"""Rows that are listed; all of them are read again."""
_RAW = 20_000


class Listed(Message):
    """The rejects that there are."""

    def __init__(self, found: list[StoredReject], total: int, told: str) -> None:
        self.found, self.total, self.told = found, total, told
        super().__init__()


class Refused(Message):
    """They cannot be read again like that."""

    def __init__(self, error: CuratorError) -> None:
        self.error = error
        super().__init__()


class RejectsScreen(Page[None]):
    """Rows that wait to be readable."""

    CSS_PATH = "rejects.tcss"
    HELP = N_("""\
# Rejects

Nothing of a file is lost: a row that cannot become a record is kept here with its place and the reason.

`t` tries all of them again, `m` does so with another column for a field. To mend them in an editor:
`curator rejects --out FILE`, then import that file.
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "retry", N_("Try again"), id="rejects.retry", tooltip=N_("Read all of them again.")),
        Binding(
            "m",
            "retry_mapped",
            N_("Try with a column"),
            id="rejects.map",
            tooltip=N_("Read all of them again, with another column for a field."),
        ),
        Binding("escape", "leave", N_("Leave"), id="rejects.leave", tooltip=N_("Back.")),
    ]
    state = getters.query_one("#rejects-state", Static)
    listed = getters.query_one("#rejects", OptionList)
    detail = getters.query_one("#reject", Static)

    def __init__(self, session: Session) -> None:
        """The rejects of a project."""
        super().__init__()
        self._session = session
        self._found: list[StoredReject] = []

    def compose(self) -> ComposeResult:
        """The list, and what the row under the cursor holds."""
        yield Static(id="rejects-state")
        with Horizontal():
            yield OptionList(id="rejects")
            with VerticalScroll(id="reject-side"):
                yield Static(id="reject")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """List them."""
        self.listed.focus()
        self._read("")

    @work(thread=True, exclusive=True, group="rejects", exit_on_error=False)
    def _read(self, told: str) -> None:
        self.post_message(Listed(*bringing.rejects(self._session, _MOST), told))

    @work(thread=True, exclusive=True, group="retry", exit_on_error=False)
    def _retry(self, mapping: dict[str, str]) -> None:
        try:
            added, _left = bringing.retry(self._session, mapping)
        except CuratorError as error:
            self.post_message(Refused(error))
            return
        told = counted("{n} record could be read now.", "{n} records could be read now.", added)
        self.post_message(Listed(*bringing.rejects(self._session, _MOST), told))

    @on(Listed)
    def show_list(self, message: Listed) -> None:
        """Fill the list."""
        message.stop()
        self._found = message.found
        number = counted("{n} row could not be read", "{n} rows could not be read", message.total)
        first = _("; the first {n} are listed").format(n=f"{_MOST:,}") if message.total > _MOST else ""
        none = _("There are no rejects: everything could be read.")
        self.state.update(Content(f"{message.told} {number + first if message.total else none}".strip()))
        self.listed.clear_options()
        self.listed.add_options(Option(_row(reject)) for reject in self._found)
        self.listed.highlighted = 0 if self._found else None
        if not self._found:
            self.detail.update(Content(""))

    @on(Refused)
    def show_refusal(self, message: Refused) -> None:
        """Say what is wrong with the mapping."""
        message.stop()
        self.complain(message.error)

    @on(OptionList.OptionHighlighted)
    def show_reject(self, event: OptionList.OptionHighlighted) -> None:
        """What a row holds, byte for byte as far as it can be shown."""
        reject = self._found[event.option_index]
        raw = reject.raw[:_RAW].decode("utf-8", "backslashreplace")
        place = line(reject.place, 200).stylize("bold")
        self.detail.update(Content.assemble(place, "\n", block(reject.reason), "\n\n", block(raw)))

    def action_retry(self) -> None:
        """Read all of them again."""
        self._retry({})

    def action_retry_mapped(self) -> None:
        """Read all of them again, with another column for a field."""
        question = AskDialog(_("Which column holds which field?"), "", "text=body", _unreadable)
        self.app.push_screen(question, self._retry_with)

    def _retry_with(self, answer: str | None) -> None:
        if answer:
            self._retry(bringing.assignments(answer))

    def action_leave(self) -> None:
        """Back."""
        self.dismiss()


def _unreadable(answer: str) -> str:
    try:
        bringing.assignments(answer)
    except CuratorError:
        return _("Write FIELD=COLUMN, such as text=body.")
    return ""


def _row(reject: StoredReject) -> Content:
    return Content.assemble(line(reject.place, 60).stylize("bold"), "  ", line(reject.reason, 200))
