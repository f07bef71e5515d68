"""Hold a test set out: what is divided how, and the settings that divide it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Footer, Static

from curator.errors import CuratorError

from ..dialogs.asking import ConfirmDialog
from ..handing import hand_over
from ..language import N_, _, counted
from ..links import bringing, dividing
from ..links.session import Session
from ..widgets.settings_form import Setting, SettingsForm
from ..words.sides import divided, result
from ..working import Refused, WorkingPage

if TYPE_CHECKING:
    from curator.dividing.overview import Overview
    from curator.dividing.report import SplitReport

_SETTINGS = (
    Setting(
        "split.test", N_("test share"), N_("Share held out for the verdict: 0.2 is a fifth."), form="share"
    ),
    Setting(
        "split.validation",
        N_("validation share"),
        N_("Share that chooses the best checkpoint while a model is tuned."),
        form="share",
    ),
    Setting("split.seed", N_("seed"), N_("Another number draws another split."), form="number"),
    Setting(
        "split.group",
        N_("group column"),
        N_("Rows with the same value in this column stay together: a customer, a document. May be empty."),
    ),
    Setting(
        "split.near_duplicates",
        N_("near duplicates"),
        N_("Texts at least this alike stay together, 0.5 to 1; 0 lets them be parted."),
        form="share",
    ),
    Setting(
        "split.date",
        N_("date column"),
        N_("Divide by date: the oldest to train, the newest to test. May be empty."),
    ),
)


class Looked(Message):
    """How the project is divided."""

    def __init__(self, found: Overview) -> None:
        self.found = found
        super().__init__()


class Divided(Message):
    """The records have been divided."""

    def __init__(self, report: SplitReport, froze: bool) -> None:
        self.report, self.froze = report, froze
        super().__init__()


class SplitScreen(WorkingPage):
    """Divide the records into train, validation and test."""

    NAME = "split"
    CSS_PATH = "split.tcss"
    STATE = "#split-state"
    HELP = N_("""\
# Split & export

A model must be judged on records that it has never seen. `s` deals the records out: **train** teaches,
**validation** chooses the best moment of the training, **test** is held out for the verdict.

Equal inputs, near duplicates and rows of one group never stand on two sides. A record that has a side keeps it
when others come in; `n` forgets all sides and draws a new split. `f` freezes the test set: from then on nothing
comes into it or leaves it.

`e` writes the sides as files. Projects of documents: `w` shows how they are cut into windows.
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "split", N_("Split"), id="split.split", tooltip=N_("Give every record a side.")),
        Binding(
            "n",
            "fresh",
            N_("New split"),
            id="split.fresh",
            tooltip=N_("Forget the sides, and draw a new split."),
        ),
        Binding(
            "f", "freeze", N_("Freeze"), id="split.freeze", tooltip=N_("Close the test set from now on.")
        ),
        Binding("w", "windows", N_("Windows"), id="split.windows", tooltip=N_("How documents are cut.")),
        Binding("e", "export", N_("Export"), id="split.export", tooltip=N_("Write the sides as files.")),
        Binding("u", "undo", N_("Undo"), id="split.undo", tooltip=N_("Take the newest step back.")),
        Binding("escape", "leave", N_("Leave"), id="split.leave", tooltip=N_("Back to the records.")),
    ]
    form = getters.query_one("#split-form", SettingsForm)
    sides = getters.query_one("#sides", Static)
    side = getters.query_one("#split-side", VerticalScroll)

    def __init__(self, session: Session) -> None:
        """The split of a project."""
        super().__init__(session)
        self._found: Overview | None = None
        self._told = Content("")

    def compose(self) -> ComposeResult:
        """What is to be done next, the settings, and the sides."""
        yield Static(id="split-state")
        with Horizontal():
            with VerticalScroll(id="split-settings", can_focus=False):
                yield SettingsForm(self._session.config, _SETTINGS, "split-form")
            with VerticalScroll(id="split-side"):
                yield Static(id="sides")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Look at the split that there is."""
        self.side.focus()
        self._say(_("Looking at the records …"))
        # Once it is painted: two that work at once would hold a key for twice as long.
        self.call_after_refresh(self._look)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Windows are for documents alone."""
        return action != "windows" or self._session.config.kind == "text"

    @work(thread=True, exclusive=True, group="look", exit_on_error=False)
    def _look(self) -> None:
        try:
            self.post_message(Looked(dividing.look(self._session)))
        except CuratorError as error:
            self.post_message(Refused(error))

    @on(Looked)
    def show_sides(self, message: Looked) -> None:
        """Show the sides, and say what comes next."""
        message.stop()
        self._found = message.found
        self._show()
        if not self._busy:
            self._say(_next(message.found))

    def on_resize(self, event: events.Resize) -> None:
        """Bars have the width that there is."""
        self._show()

    def _show(self) -> None:
        if self._found is not None:
            shown = divided(self._found, self.side.scrollable_content_region.width)
            self.sides.update(Content.assemble(shown, "\n", self._told))

    def action_split(self) -> None:
        """Give every record a side."""
        self._start(fresh=False, freeze=False)

    def action_fresh(self) -> None:
        """Draw a new split, if that is really wanted."""
        details = _("Every record may get another side. A frozen test set stays as it is. u takes it back.")
        question = ConfirmDialog(_("Forget the split and draw a new one?"), Content(details))
        self.app.push_screen(question, lambda yes: self._start(fresh=True, freeze=False) if yes else None)

    def action_freeze(self) -> None:
        """Close the test set, if that is really wanted."""
        if self._found and self._found.frozen_at:
            self.tell(_("The test set is frozen already."))
            return
        details = _(
            "From now on no record comes into the test set or leaves it, and checks report edits of it: "
            "so scores of today and of later can be compared. There is no way to open it again but to undo the split."
        )
        question = ConfirmDialog(_("Freeze the test set?"), Content(details))
        self.app.push_screen(question, lambda yes: self._start(fresh=False, freeze=True) if yes else None)

    def _start(self, fresh: bool, freeze: bool) -> None:
        if self._busy:
            return
        if problem := self.form.problem:
            self._say(problem, bad=True)
            return
        self._busy = True
        self._say(_("Dividing: looking for texts that belong together …"))
        self._divide(fresh, freeze, self.form.values)

    @work(thread=True, exclusive=True, group="split", exit_on_error=False)
    def _divide(self, fresh: bool, freeze: bool, settings: dividing.Values) -> None:
        app = self.app
        try:
            done: Divided | Refused = Divided(dividing.split(self._session, fresh, freeze, settings), freeze)
        except CuratorError as error:
            done = Refused(error)
        hand_over(app, self, done, lambda: self._end_elsewhere(done))

    def _end_elsewhere(self, done: Divided | Refused) -> None:
        """The split went on while somebody looked at another page."""
        if isinstance(done, Refused):
            self.complain(done.error)
        else:
            bringing.caught_up(self._session)
            self.tell(_told(done))

    @on(Divided)
    def show_result(self, message: Divided) -> None:
        """Say what came of it."""
        message.stop()
        self._busy = False
        bringing.caught_up(self._session)
        self.form.renew(self._session.config)
        self._told = result(message.report, self._session.config.split)
        self.tell(_told(message))
        self._look()

    @on(SettingsForm.Changed)
    def show_settings(self, message: SettingsForm.Changed) -> None:
        """Settings count with the next split."""
        message.stop()
        if self._busy:
            return
        if self.form.problem:
            self._say(_("Set a value that can be used."), bad=True)
        elif dividing.changed(self._session.config, self.form.values):
            self._say(_("s divides what has no side like this; n divides everything anew."))
        elif self._found is not None:
            self._say(_next(self._found))

    def action_windows(self) -> None:
        """See how documents are cut."""
        from .windows import WindowsScreen

        self.app.push_screen(WindowsScreen(self._session))

    def action_export(self) -> None:
        """Write the sides as files."""
        from .export import ExportScreen

        self.app.push_screen(ExportScreen(self._session))

    def _undone(self, told: str) -> None:
        """Look at the sides again."""
        self._told = Content("")
        self.tell(told)
        self._look()

    def action_leave(self) -> None:
        """Out of the settings, or back to the records."""
        if self.side.has_focus:
            self.dismiss()
        else:
            self.side.focus()


def _told(done: Divided) -> str:
    """What was done, in a sentence."""
    if done.froze:
        return _("The test set is frozen.")
    return counted("{n} record got another side.", "{n} records got another side.", done.report.changed)


def _next(found: Overview) -> str:
    """What to do now."""
    if not found.counts and not found.undivided:
        return _("There are no records yet: f10 brings some in.")
    if not found.counts:
        return _("No record has a side yet. s deals them out into train, validation and test.")
    if found.undivided:
        words = counted("{n} record has no side", "{n} records have no side", found.undivided)
        return _("{records}: s deals out what is usable. f6 trains, e exports.").format(records=words)
    return _("Every record has its side. f6 trains on them, e writes them as files.")
