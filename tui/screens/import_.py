"""Bring examples in: pick a file, see how it will be read, take it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Footer, Input, Static
from textual.worker import get_current_worker

from curator.errors import CuratorError

from .. import marks
from ..handing import hand_over
from ..language import N_, _, counted
from ..links import bringing
from ..links.bringing import Said
from ..links.session import Session
from ..widgets.file_list import FileList
from ..widgets.reading import Reading
from ..widgets.text_line import TextLine
from ..words.telling import imported, previewed
from ..working import Refused, WorkingPage

if TYPE_CHECKING:
    from curator.importing import ImportReport
    from curator.importing.sampling import Sample


class Previewed(Message):
    """The beginning of a file has been read."""

    def __init__(self, path: str, sample: Sample) -> None:
        self.path, self.sample = path, sample
        super().__init__()


class Progressed(Message):
    """The import has come so far."""

    def __init__(self, rows: int, share: float) -> None:
        self.rows, self.share = rows, share
        super().__init__()

    def can_replace(self, message: Message) -> bool:
        """Only the newest counts."""
        return isinstance(message, Progressed)


class Imported(Message):
    """The import is over; without a report it was stopped."""

    def __init__(self, report: ImportReport | None) -> None:
        self.report = report
        super().__init__()


class _Stopped(Exception):
    """Takes back an import that somebody stopped."""


class ImportScreen(WorkingPage):
    """From files to records."""

    NAME = "import"
    CSS_PATH = "import_.tcss"
    STATE = "#import-state"
    HELP = N_("""\
# Bring examples in

Pick a file on the left (`enter`), or type its path above. On the right stands how it will be read: format,
encoding, and which column fills which field. Change what is wrong; nothing is written before you press `i`.

`space` takes a whole folder. CSV, JSON, Parquet, spreadsheets, text, HTML and archives of them are read.

A repeated import adds nothing twice. Rows that cannot become records are kept aside: `r` lists them with the
reason. `u` takes an import back.
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "bring", N_("Import"), id="import.bring", tooltip=N_("Bring all of it in.")),
        Binding(
            "slash", "path", N_("Type a path"), id="import.path", tooltip=N_("A file or folder by its path.")
        ),
        Binding(
            "r", "rejects", N_("Rejects"), id="import.rejects", tooltip=N_("Rows that could not be read.")
        ),
        Binding("u", "undo", N_("Undo"), id="import.undo", tooltip=N_("Take the newest step back.")),
        Binding("escape", "leave", N_("Leave"), id="import.leave", tooltip=N_("Stop, or back.")),
    ]
    path = getters.query_one("#path", Input)
    files = getters.query_one("#files", FileList)
    reading = getters.query_one("#reading", Reading)
    preview = getters.query_one("#preview", Static)

    def __init__(self, session: Session) -> None:
        """Begin in the folder that the project lies in."""
        super().__init__(session)
        self._path = ""
        self._said = Said()
        self._ready = False

    def compose(self) -> ComposeResult:
        """Path, files, and how the one under the cursor is read."""
        yield TextLine(placeholder=_("a file or folder: ~/data/tickets.csv"), id="path", compact=True)
        yield Static(id="import-state")
        with Horizontal(id="import-parts"):
            yield FileList(self._session.root.resolve().parent, "files")
            with VerticalScroll(id="import-side"):
                yield Reading(bringing.fields(self._session), "reading")
                yield Static(id="preview")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin with the files."""
        self.files.focus()
        self._say(_("Pick a file of examples: enter opens it here, nothing is written yet."))

    @on(FileList.Picked)
    def look_at_picked(self, message: FileList.Picked) -> None:
        """Look into a file of the list."""
        message.stop()
        self.path.value = bringing.shown_path(message.path)
        self._begin(str(message.path))

    @on(Input.Submitted, "#path")
    def look_at_typed(self, event: Input.Submitted) -> None:
        """Look into a file whose path was typed."""
        event.stop()
        if event.value.strip():
            self.files.focus()
            self._begin(bringing.path_of(event.value, self.files.folder))

    @on(Reading.Changed)
    def read_otherwise(self, message: Reading.Changed) -> None:
        """Read the same file in another way."""
        message.stop()
        self._said = message.said
        self._look(self._path, self._said)

    def _begin(self, path: str) -> None:
        if self._busy:
            return
        self._path, self._said = path, Said()
        self.reading.begin()
        self._say(_("Looking into it …"))
        self._look(path, self._said)

    @work(thread=True, exclusive=True, group="preview", exit_on_error=False)
    def _look(self, path: str, said: Said) -> None:
        worker = get_current_worker()
        try:
            found: Message = Previewed(path, bringing.preview(self._session, path, said))
        except CuratorError as error:
            found = Refused(error)
        if not worker.is_cancelled:
            self.post_message(found)

    @on(Previewed)
    def show_preview(self, message: Previewed) -> None:
        """Show how the file will be read."""
        message.stop()
        first = message.sample.sources[0]
        self._ready = not first.problem
        self.set_class(True, "-looked")
        self.reading.show(first.choices, first.mapping)
        self.preview.update(previewed(message.sample, bringing.shapes(self._session)))
        if first.problem:
            self._say(_("Say which column holds the field {field}.").format(field=self._main), bad=True)
        else:
            self._say(_("This is how it will be read. i brings all of it in."))

    @property
    def _main(self) -> str:
        return bringing.fields(self._session)[0]

    def _refused(self) -> None:
        """No preview holds any more."""
        self._ready = False
        self.preview.update(Content(""))

    def action_path(self) -> None:
        """Type a path."""
        self.path.focus()

    def action_bring(self) -> None:
        """Bring all of it in."""
        if self._busy:
            return
        if not self._ready:
            self._say(_("There is nothing to import yet: pick a file first."), bad=True)
            return
        self._busy = True
        self._say(_("Reading … Escape stops it, and nothing of it stays."))
        self._import(self._path, self._said)

    @work(thread=True, exclusive=True, group="import", exit_on_error=False)
    def _import(self, path: str, said: Said) -> None:
        app, worker = self.app, get_current_worker()

        def progress(rows: int, share: float) -> None:
            if worker.is_cancelled:
                raise _Stopped
            self.post_message(Progressed(rows, share))

        try:
            done: Imported | Refused = Imported(bringing.bring(self._session, path, said, progress))
        except _Stopped:
            done = Imported(None)
        except CuratorError as error:
            done = Refused(error)
        hand_over(app, self, done, lambda: self._end_elsewhere(done))

    def _end_elsewhere(self, done: Imported | Refused) -> None:
        """Whoever went to another page has stopped the import, unless it was over already."""
        if isinstance(done, Refused):
            self.complain(done.error)
        elif done.report is None:
            self.tell(_("The import was stopped: nothing of it was brought in."))
        else:
            bringing.caught_up(self._session)
            self.tell(counted("{n} record added", "{n} records added", done.report.added))

    @on(Progressed)
    def show_progress(self, message: Progressed) -> None:
        """Say how far it is."""
        message.stop()
        rows = _("{n} rows").format(n=f"{message.rows:,}")
        self._say(f"{marks.bar(message.share, 20)} {rows}  {_('Escape stops it')}")

    @on(Imported)
    def show_result(self, message: Imported) -> None:
        """Say what came of it, and what comes next."""
        message.stop()
        self._busy = False
        if message.report is None:
            self._say(_("Stopped: nothing of it was brought in."))
            return
        had_labels = self._session.config.labels
        bringing.caught_up(self._session)
        new_labels = () if had_labels else self._session.config.labels
        self._ready = False
        self._say(_("Done. f2 shows the records, f3 begins to label."))
        self.preview.update(imported(message.report, new_labels))

    def _undone(self, told: str) -> None:
        """Nothing of what was shown holds any more."""
        self._say(told)
        self.preview.update(Content(""))

    def action_rejects(self) -> None:
        """Look at the rows that could not become records."""
        from .rejects import RejectsScreen

        self.app.push_screen(RejectsScreen(self._session))

    def action_leave(self) -> None:
        """Out of the path, out of an import, or back."""
        if self._busy:
            self.workers.cancel_group(self, "import")
        elif self.path.has_focus:
            self.files.focus()
        else:
            self.dismiss()
