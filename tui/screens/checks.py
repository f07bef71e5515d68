"""What the checks found, ranked; one of them leads to its records, another key repairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from curator.checking import CheckReport
from curator.errors import CuratorError

from ..display import line
from ..page import Page
from ..session import Session

_MARKS = {"error": "✗", "warning": "!", "info": "i"}
_PREVIEWED = 8


class Progressed(Message):
    """The run has come so far."""

    def __init__(self, what: str, done: int, total: int) -> None:
        self.what, self.done, self.total = what, done, total
        super().__init__()

    def can_replace(self, message: Message) -> bool:
        """Only the newest counts."""
        return isinstance(message, Progressed)


class Checked(Message):
    """The run is over."""

    def __init__(self, reports: Sequence[CheckReport]) -> None:
        self.reports = reports
        super().__init__()


class _Cancelled(Exception):
    """Ends a run that nobody waits for."""


class ChecksScreen(Page[None]):
    """The findings of all checks."""

    NAME = "checks"
    HELP = """\
# Checks

What would harm a fine-tune, the worst first. `enter` shows the records, `r` shows what a repair would change,
and a second `r` makes it. `u` takes it back.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "open",
            "Records",
            id="checks.open",
            tooltip="The records in which it was found.",
            priority=True,
        ),
        Binding("r", "repair", "Repair", id="checks.repair", tooltip="Show the repair, then make it."),
        Binding("u", "undo", "Undo", id="checks.undo", tooltip="Take the newest step back."),
        Binding("c", "run", "Run again", id="checks.run", tooltip="Look at what has changed."),
        Binding("escape", "leave", "Leave", id="checks.leave", tooltip="Back to the list."),
    ]
    state = getters.query_one("#state", Static)
    listed = getters.query_one("#checks", OptionList)
    detail = getters.query_one("#detail", Static)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._reports: dict[str, CheckReport] = {}
        self._previewed = ""

    def compose(self) -> ComposeResult:
        """The ranked list, and what the check under the cursor is about."""
        yield Static(id="state")
        with Horizontal():
            yield OptionList(id="checks")
            with VerticalScroll(id="side", can_focus=False):
                yield Static(id="detail")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Run what has to run."""
        self.listed.focus()
        self.action_run()

    def action_run(self) -> None:
        """Look at what has changed."""
        self.state.update(Content("looking …"))
        self._run()

    @work(thread=True, exclusive=True, group="checks", exit_on_error=False)
    def _run(self) -> None:
        worker = get_current_worker()

        def progress(what: str, done: int, total: int) -> None:
            if worker.is_cancelled:
                raise _Cancelled
            self.post_message(Progressed(what, done, total))

        try:
            reports = self._session.check(progress)
        except _Cancelled:
            return
        except CuratorError as error:
            self.app.call_from_thread(self.notify, error.problem, severity="error", markup=False)
            return
        self.post_message(Checked(reports))

    @on(Progressed)
    def show_progress(self, message: Progressed) -> None:
        """Say what is being looked at."""
        message.stop()
        place = f"  {message.done:,} of {message.total:,}" if message.total else ""
        self.state.update(line(f"{message.what}{place}", 200))

    @on(Checked)
    def show_reports(self, message: Checked) -> None:
        """Fill the list with the checks that found something."""
        message.stop()
        found = [report for report in message.reports if report.count]
        self._reports = {report.id: report for report in found}
        quiet = len(message.reports) - len(found)
        self.state.update(line(f"{len(found)} checks found something, {quiet} nothing", 200))
        self.listed.clear_options()
        self.listed.add_options(Option(_listed(report), id=report.id) for report in found)
        self.listed.highlighted = 0 if found else None
        if not found:
            self.detail.update(Content("Nothing was found. The data are fit for training."))

    @on(OptionList.OptionHighlighted)
    def show_check(self, event: OptionList.OptionHighlighted) -> None:
        """What the check is about, with examples."""
        report = self._reports.get(event.option.id or "")
        if report is None:
            return
        self._previewed = ""
        parts: list[Content | tuple[str, str]] = [(report.title + "\n", "bold"), (report.harm + "\n\n", "")]
        for finding in self._session.project.found([report.id], 20):
            where = f"record {finding.record_id}: " if finding.record_id is not None else ""
            parts += [line(where + finding.message, 300), ("\n", "")]
        if report.fix:
            parts += [("\nr: ", "bold"), (report.fix, "")]
        self.detail.update(Content.assemble(*parts))

    def _current(self) -> CheckReport | None:
        place = self.listed.highlighted
        return None if place is None else self._reports.get(self.listed.get_option_at_index(place).id or "")

    def action_open(self) -> None:
        """Go to the records of the check."""
        report = self._current()
        if report is not None:
            self.host.show_records(f"issue:{report.id}")

    def action_leave(self) -> None:
        """Back to the list; a run that is under way ends."""
        self.workers.cancel_group(self, "checks")
        self.dismiss()

    def action_repair(self) -> None:
        """Show what the repair would change; the second time, change it."""
        report = self._current()
        if report is None or not report.fix:
            self.notify("There is no safe repair for this; open the records instead.", markup=False)
            return
        if self._previewed != report.id:
            self._preview(report)
            return
        changed = self._session.repair(report.id)
        self.notify(f"{changed:,} records changed. u takes it back.", markup=False)
        self.action_run()

    def _preview(self, report: CheckReport) -> None:
        shown, total = self._session.preview(report.id, _PREVIEWED)
        parts: list[Content | tuple[str, str]] = [
            (f"{total:,} records would change; r again makes it so\n\n", "bold")
        ]
        for record_id, removed, added, before, after in shown:
            parts += [
                (f"record {record_id}\n", "dim"),
                line(before, 60),
                ("[-", ""),
                line(removed, 200).stylize("red strike"),
            ]
            parts += [
                ("-]{+", ""),
                line(added, 200).stylize("green"),
                ("+}", ""),
                line(after, 60),
                ("\n", ""),
            ]
        self.detail.update(Content.assemble(*parts))
        self._previewed = report.id

    def action_undo(self) -> None:
        """Take the newest step back, and look again."""
        step = self._session.undo()
        self.notify(f"undone: {step.summary}" if step else "nothing to be undone", markup=False)
        self.action_run()


def _listed(report: CheckReport) -> Content:
    """Mark, number and name; a hammer where there is a repair."""
    return Content(f"{_MARKS[report.severity]} {report.count:>7,}  {report.id}{'  ⚒' if report.fix else ''}")
