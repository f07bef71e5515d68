"""Write the sides of the split as files: what to call them, where to, in which format, which records."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Footer, Input, Label, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from curator.errors import CuratorError
from curator.text import visible

from .. import marks
from ..display import block, line
from ..handing import hand_over
from ..language import N_, _, counted
from ..links import dividing
from ..links.dividing import Order
from ..links.session import Session
from ..widgets.text_line import TextLine
from ..working import Refused, WorkingPage

if TYPE_CHECKING:
    from curator.export.folder import Export

Part = Content | tuple[str, str] | str


class Listed(Message):
    """The formats that there are."""

    def __init__(self, formats: dict[str, str]) -> None:
        self.formats = formats
        super().__init__()


class Judged(Message):
    """Whether the form can be fulfilled."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__()


class Progressed(Message):
    """So many rows are written."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        super().__init__()

    def can_replace(self, message: Message) -> bool:
        """Only the newest counts."""
        return isinstance(message, Progressed)


class Exported(Message):
    """The export is over; without one it was stopped."""

    def __init__(self, export: Export | None, leaks: int) -> None:
        self.export, self.leaks = export, leaks
        super().__init__()


class _Stopped(Exception):
    """Ends an export that somebody stopped."""


class ExportScreen(WorkingPage):
    """A form that becomes files."""

    CSS_PATH = "export.tcss"
    STATE = "#export-state"
    HELP = N_("""\
# Export

Writes train, validation and test as files, with a manifest that says how they came about and a dataset card.
Runs read the format `jsonl`; the others are for other programs. Rejected, flagged and broken records are held
back, and so are those without a side.

Everything may stay empty. `tab` goes to the next part, `ctrl+s` writes, `escape` stops or leaves.
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "write", N_("Write the files"), id="export.write", tooltip=N_("As the form says.")),
        Binding(
            "tab", "app.focus_next", N_("Next part"), id="export.next", tooltip=N_("Go to the next part.")
        ),
        Binding("escape", "leave", N_("Leave"), id="export.leave", tooltip=N_("Stop, or back.")),
    ]
    name_input = getters.query_one("#export-name", Input)
    out_input = getters.query_one("#export-out", Input)
    query_input = getters.query_one("#export-query", Input)
    listed = getters.query_one("#formats", OptionList)
    form = getters.query_one("#export-form", VerticalScroll)
    told = getters.query_one("#exported", Static)

    def __init__(self, session: Session) -> None:
        """The export of a project."""
        super().__init__(session)
        self._problem = ""

    def compose(self) -> ComposeResult:
        """The questions, then what came of it."""
        yield Static(id="export-state")
        with VerticalScroll(id="export-form", can_focus=False):
            yield from _asked("export-name", _("name"), _("empty: called after its content"))
            yield from _asked("export-out", _("folder"), _("empty: exports/NAME in the project"))
            yield from _asked("export-query", _("only records"), _("empty: all; or status:accepted …"))
            yield Label(Content(_("format")))
            yield OptionList(id="formats", compact=True)
            yield Button(Content(_("Write the files")), id="write", compact=True)
            yield Static(id="exported")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin with the format, which is the question that matters."""
        self._say(_("Press ctrl+s to write the files as they are asked for here."))
        self._list()

    @work(thread=True, exclusive=True, group="formats", exit_on_error=False)
    def _list(self) -> None:
        self.post_message(Listed(dividing.formats(self._session)))

    @on(Listed)
    def show_formats(self, message: Listed) -> None:
        """List the formats that can hold this project's records."""
        message.stop()
        self.listed.add_options(
            Option(Content.assemble((f"{name:23} ", "bold"), _(about)), id=name)
            for name, about in message.formats.items()
        )
        self.listed.highlighted = 0
        self.listed.focus()

    @property
    def _order(self) -> Order:
        place = self.listed.highlighted
        chosen = "" if place is None else self.listed.get_option_at_index(place).id or ""
        return Order(self.name_input.value, self.out_input.value, chosen, self.query_input.value)

    @on(Input.Changed)
    def judge(self, event: Input.Changed) -> None:
        """Say at once what is wrong."""
        event.stop()
        self._judge(self._order)

    @work(thread=True, exclusive=True, group="judge", exit_on_error=False)
    def _judge(self, order: Order) -> None:
        worker = get_current_worker()
        problem = dividing.refusal(self._session, order)
        if not worker.is_cancelled:
            self.post_message(Judged(problem))

    @on(Judged)
    def show_problem(self, message: Judged) -> None:
        """Say what is wrong."""
        message.stop()
        self._problem = message.problem
        if not self._busy:
            self._say(self._problem or _("Press ctrl+s to write the files."), bool(self._problem))

    @on(Input.Submitted)
    @on(OptionList.OptionSelected)
    def go_on(self) -> None:
        """Enter goes to the next part."""
        self.focus_next()

    @on(Button.Pressed, "#write")
    def write(self) -> None:
        """Write the files."""
        self.action_write()

    def action_write(self) -> None:
        """Write the files."""
        if self._busy:
            return
        if self._problem:
            self._say(self._problem, bad=True)
            return
        self._busy = True
        self._say(_("Writing … Escape stops it, and nothing of it stays."))
        self._write(self._order)

    @work(thread=True, exclusive=True, group="export", exit_on_error=False)
    def _write(self, order: Order) -> None:
        app, worker = self.app, get_current_worker()

        def progress(rows: int) -> None:
            if worker.is_cancelled:
                raise _Stopped
            self.post_message(Progressed(rows))

        try:
            done: Exported | Refused = Exported(*dividing.export(self._session, order, progress))
        except _Stopped:
            done = Exported(None, 0)
        except CuratorError as error:
            done = Refused(error)
        hand_over(app, self, done, lambda: self._end_elsewhere(done))

    def _end_elsewhere(self, done: Exported | Refused) -> None:
        """Whoever went to another page has stopped the export, unless it was over already."""
        if isinstance(done, Refused):
            self.complain(done.error)
        elif done.export is None:
            self.tell(_("The export was stopped: nothing was written."))
        else:
            self.tell(visible(_("Written: {path}").format(path=done.export.path)))

    @on(Progressed)
    def show_progress(self, message: Progressed) -> None:
        """Say how far it is."""
        message.stop()
        if self._busy:
            rows = counted("{n} row written", "{n} rows written", message.rows)
            self._say(f"{rows}  {_('Escape stops it')}")

    @on(Exported)
    def show_files(self, message: Exported) -> None:
        """Say which files there are now."""
        message.stop()
        self._busy = False
        if message.export is None:
            self._say(_("Stopped: nothing was written."))
            return
        self._say(_("Written. f6 goes on to the training."))
        self.told.update(written(message.export, message.leaks))
        self.call_after_refresh(self.form.scroll_end, animate=False)

    def action_leave(self) -> None:
        """Stop, or back to the split."""
        if self._busy:
            self.workers.cancel_group(self, "export")
        else:
            self.dismiss()


def _asked(id_: str, title: str, hint: str) -> ComposeResult:
    with Horizontal(classes="asked"):
        yield Label(Content(title))
        yield TextLine(placeholder=hint, id=id_, compact=True)


def written(export: Export, leaks: int) -> Content:
    """The files of an export, what is not in it, and what is not as it was."""
    manifest = export.manifest
    parts: list[Part] = [(f"{marks.sign('accepted')} ", "bold"), block(str(export.path)), "\n"]
    for name, entry in manifest.files.items():
        rows = counted("{n} row", "{n} rows", entry.rows)
        parts += ["  ", line(f"{name:28} {rows:>14}", 80), "\n"]
    others = ", ".join(["manifest.json", "README.md", *manifest.others])
    parts += ["  ", line(others, 300).stylize("dim"), "\n"]
    for title, counts in ((_("held back:"), manifest.held_back), (_("adapted:"), manifest.adapted)):
        if counts:
            told = ", ".join(f"{number:,} {_(reason)}" for reason, number in counts.items())
            parts += [f"{title} ", line(told, 400), "\n"]
    if leaks:
        words = counted("{n} input stands on two sides", "{n} inputs stand on two sides", leaks)
        parts += [(f"{marks.sign('error')} {words}", "bold $text-error"), _(": f4 names them"), "\n"]
    return Content.assemble(*parts)
