"""How documents are cut into windows: context and target marked, while the settings change."""

from __future__ import annotations

from array import array
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Footer, Static
from textual.worker import get_current_worker

from curator.errors import CuratorError
from curator.windows import Window

from .. import marks
from ..display import block
from ..language import N_, _, counted
from ..links import dividing
from ..links.session import Session
from ..widgets.settings_form import Setting, SettingsForm
from ..working import Refused, WorkingPage

_SETTINGS = (
    Setting(
        "windows.unit",
        N_("unit"),
        N_("What is counted: words, or tokens of the model."),
        choices=("word", "token"),
    ),
    Setting("windows.size", N_("size"), N_("Units in a window."), form="number"),
    Setting(
        "windows.stride",
        N_("stride"),
        N_("Units from one window's start to the next. Empty: windows follow each other without overlap."),
        form="number",
    ),
    Setting(
        "windows.target",
        N_("target"),
        N_("all: every next unit is learned. last: only the last unit of a window, from all before it."),
        choices=("all", "last"),
    ),
)
_MOST = 20
_TEXT = 5000
"""Characters of a window that are shown."""

Part = Content | tuple[str, str] | str


class Listed(Message):
    """The documents that there are."""

    def __init__(self, ids: array[int]) -> None:
        self.ids = ids
        super().__init__()


class Cut(Message):
    """A document was cut."""

    def __init__(self, found: dividing.Cut) -> None:
        self.found = found
        super().__init__()


class WindowsScreen(WorkingPage):
    """See what a model will read, before anything is exported."""

    CSS_PATH = "windows.tcss"
    STATE = "#windows-state"
    HELP = N_("""\
# Windows

A model reads documents in pieces. Here you see the pieces of one document, and change how all are cut:
the change shows at once, and `s` keeps it in the project. Exports and runs use what is kept.

With the target `last` a model sees the context and learns only the last unit, marked with an arrow.
`right` and `left` go to other documents.
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "keep", N_("Keep"), id="windows.keep", tooltip=N_("Cut all documents like this.")),
        Binding("right", "move(1)", N_("Next document"), id="windows.next", tooltip=N_("The next one.")),
        Binding("left", "move(-1)", N_("Previous"), id="windows.previous", tooltip=N_("The one before.")),
        Binding("escape", "leave", N_("Leave"), id="windows.leave", tooltip=N_("Back to the split.")),
    ]
    form = getters.query_one("#windows-form", SettingsForm)
    pieces = getters.query_one("#pieces", Static)
    side = getters.query_one("#windows-side", VerticalScroll)

    def __init__(self, session: Session) -> None:
        """The documents of a project."""
        super().__init__(session)
        self._ids: array[int] = array("q")
        self._at = 0

    def compose(self) -> ComposeResult:
        """Which document, the settings, and its windows."""
        yield Static(id="windows-state")
        with Horizontal():
            with VerticalScroll(id="windows-settings", can_focus=False):
                yield SettingsForm(self._session.config, _SETTINGS, "windows-form")
                yield Static(
                    Content.styled(_("tab goes to the settings, left and right to documents."), "dim")
                )
            with VerticalScroll(id="windows-side"):
                yield Static(id="pieces")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin with the first document."""
        self.side.focus()
        self._list()

    @work(thread=True, exclusive=True, group="list", exit_on_error=False)
    def _list(self) -> None:
        self.post_message(Listed(self._session.queue("", "file")))

    @on(Listed)
    def show_first(self, message: Listed) -> None:
        """Cut the first document."""
        message.stop()
        self._ids = message.ids
        if self._ids:
            self._show()
        else:
            self._say(_("There are no documents yet: f10 brings some in."))

    def _show(self) -> None:
        if not self._ids:
            return
        if problem := self.form.problem:
            self._say(problem, bad=True)
        else:
            self._cut(self._ids[self._at], self.form.values)

    @work(thread=True, exclusive=True, group="cut", exit_on_error=False)
    def _cut(self, record_id: int, settings: dividing.Values) -> None:
        worker = get_current_worker()
        try:
            found: Message = Cut(dividing.windows_of(self._session, record_id, settings, _MOST))
        except CuratorError as error:
            found = Refused(error)
        if not worker.is_cancelled:
            self.post_message(found)

    @on(Cut)
    def show_windows(self, message: Cut) -> None:
        """Show the windows of the document."""
        message.stop()
        found = message.found
        at = _("document {at} of {all}").format(at=f"{self._at + 1:,}", all=f"{len(self._ids):,}")
        many = counted("{n} window", "{n} windows", len(found.windows))
        more = _("{windows} or more").format(windows=many) if found.more else many
        told = f"{at}, {found.place}: {more}"
        unsaved = dividing.changed(self._session.config, self.form.values)
        self._say(f"{told}. {_('s keeps this way of cutting.')}" if unsaved else told)
        self.pieces.update(_pieces(found))

    @on(SettingsForm.Changed)
    def show_changed(self, message: SettingsForm.Changed) -> None:
        """Cut the document as the settings say now."""
        message.stop()
        self._show()

    def action_move(self, step: int) -> None:
        """Go to another document."""
        if self._ids:
            self._at = max(0, min(len(self._ids) - 1, self._at + step))
            self.side.scroll_home(animate=False)
            self._show()

    def action_keep(self) -> None:
        """Cut all documents like this from now on."""
        if problem := self.form.problem:
            self._say(problem, bad=True)
            return
        try:
            dividing.keep(self._session, self.form.values)
        except CuratorError as error:
            self.complain(error)
            return
        self.form.renew(self._session.config)
        self.tell(_("Kept: exports and runs cut like this from now on."))
        self._show()

    def action_leave(self) -> None:
        """Out of the settings, or back to the split."""
        if self.side.has_focus:
            self.dismiss()
        else:
            self.side.focus()


def _pieces(found: dividing.Cut) -> Content:
    if not found.windows:
        return Content(_("The document is too short for a window."))
    parts: list[Part] = []
    for window in found.windows:
        parts += [(f"{window.number + 1} {marks.sign('between')} {window.split}", "bold"), "\n"]
        parts += [*_window(window), "\n\n"]
    if found.more:
        parts.append((_("… and more"), "dim"))
    return Content.assemble(*parts)


def _window(window: Window) -> list[Part]:
    """Context as it stands; the target after an arrow, in bold and underlined."""
    if window.target is None:
        return [block(window.text[:_TEXT])]
    context = window.text.removesuffix(window.target)
    arrow = (f"{marks.sign('right')} ", "bold $accent")
    return [block(context[-_TEXT:]), arrow, block(window.target).stylize("bold underline")]
