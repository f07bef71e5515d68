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

from curator.checking import CheckReport
from curator.errors import CuratorError

from ..dialogs.asking import AskDialog
from ..display import line
from ..language import N_, _, counted
from ..links.repairing import Previewed, preview
from ..links.session import Session
from ..marks import sign
from ..page import Page
from ..widgets.diff_view import changes_of

_EXAMPLES = 20
_BEAT = 0.1
"""Seconds between two looks at the run."""


class Prepared(Message):
    """What a repair would change is known."""

    def __init__(self, check_id: str, previewed: Previewed) -> None:
        self.check_id, self.previewed = check_id, previewed
        super().__init__()


class Repaired(Message):
    """A repair has been made."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__()


class ChecksScreen(Page[None]):
    """The findings of all checks."""

    NAME = "checks"
    HELP = N_("""\
# Checks

What would harm a fine-tune, the worst first. The checks look only at what has changed since they last ran, and you can
leave this page while they do.

- `enter` shows the records in which something was found
- `r` shows what a repair would change, a second `r` makes it; `u` takes it back
- `s` says with a reason that a check does not count in this project; an empty reason lets it count again
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "open", N_("Records"), id="checks.open", tooltip=N_("Where it was found."), priority=True
        ),
        Binding(
            "r", "repair", N_("Repair"), id="checks.repair", tooltip=N_("Show the repair, then make it.")
        ),
        Binding("s", "suppress", N_("No fault"), id="checks.suppress", tooltip=N_("It does not count here.")),
        Binding("u", "undo", N_("Undo"), id="checks.undo", tooltip=N_("Take the newest step back.")),
        Binding("c", "run", N_("Run again"), id="checks.run", tooltip=N_("Look at what has changed.")),
        Binding("x", "cancel", N_("Stop"), id="checks.cancel", tooltip=N_("Stop the run."), show=False),
        Binding("escape", "leave", N_("Leave"), id="checks.leave", tooltip=N_("Back to the list.")),
    ]
    state = getters.query_one("#state", Static)
    listed = getters.query_one("#checks", OptionList)
    detail = getters.query_one("#detail", Static)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._reports: dict[str, CheckReport] = {}
        self._previewed = ""
        self._seen = -1

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
        earlier = self._session.earlier_reports()
        if any(report.count for report in earlier):
            self.show_reports(earlier)
        if not self._session.checking.is_going:
            self.action_run()
        self.set_interval(_BEAT, self.look)

    def action_run(self) -> None:
        """Look at what has changed."""
        self._seen = self._session.checking.runs
        self._session.checking.start()
        self.look()

    def action_cancel(self) -> None:
        """Stop the run; what earlier runs found stays."""
        self._session.checking.stop()

    def look(self) -> None:
        """Say how far the run is, and show what it came to."""
        checking = self._session.checking
        if checking.is_going:
            what, done, total = checking.step
            place = f"  {done:,} / {total:,}" if total else ""
            self.state.update(line(f"{_(what) or _('looking …')}{place}", 200))
        elif self._seen != checking.runs:
            self._seen = checking.runs
            if checking.error is not None:
                self.complain(checking.error)
                self.state.update(Content(_("stopped")))
            elif checking.reports is not None:
                self.show_reports(checking.reports)
            else:
                self.state.update(Content(_("stopped")))

    def show_reports(self, reports: Sequence[CheckReport]) -> None:
        """Fill the list with the checks that found something."""
        here = self._current()
        told = [report for report in reports if report.count or report.suppressed or report.skipped]
        self._reports = {report.id: report for report in told}
        self._tell_state(reports)
        self.listed.clear_options()
        self.listed.add_options(Option(_listed(report), id=report.id) for report in told)
        places = [report.id for report in told]
        self.listed.highlighted = (
            (places.index(here.id) if here and here.id in places else 0) if told else None
        )
        if not told:
            self.detail.update(Content(_("Nothing was found. The data are fit for training.")))

    def _tell_state(self, reports: Sequence[CheckReport]) -> None:
        found = sum(report.count > 0 for report in reports)
        loud = counted("{n} check found something", "{n} checks found something", found)
        quiet = counted("{n} found nothing", "{n} found nothing", len(reports) - found)
        told = (f"{loud}, {quiet}", _("F5 goes on: it holds a test set out"))
        self.state.update(line(f"  {sign('between')}  ".join(told), 200))

    @on(OptionList.OptionHighlighted)
    def show_check(self, event: OptionList.OptionHighlighted) -> None:
        """What the check is about, with examples."""
        event.stop()
        report = self._reports.get(event.option.id or "")
        if report is None:
            return
        self._previewed = ""
        parts: list[Content | str | tuple[str, str]] = [
            (_(report.title) + "\n", "bold"),
            _(report.harm),
            "\n\n",
        ]
        if report.skipped:
            parts += [line(_("It could not run: {why}").format(why=report.skipped), 400), "\n"]
        if report.reason:
            parts += [line(_("It does not count here: {why}").format(why=report.reason), 400), "\n\n"]
        if report.fix:
            parts += [("r: ", "bold $accent"), _(report.fix), "\n\n"]
        for finding in self._session.found(report.id, _EXAMPLES):
            where = f"{finding.record_id}  " if finding.record_id is not None else ""
            parts += [Content.styled(where, "dim"), line(finding.message, 300), "\n"]
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
        """Back to the list; a run goes on."""
        self.dismiss()

    def action_repair(self) -> None:
        """Show what the repair would change; the second time, change it."""
        report = self._current()
        if report is None or not report.fix:
            self.tell(_("There is no safe repair for this; open the records instead."))
        elif self._previewed == report.id:
            self._previewed = ""
            self._repair(report.id)
        else:
            self.detail.update(Content(_("working out what would change …")))
            self._prepare(report.id)

    @work(thread=True, exclusive=True, group="repair", exit_on_error=False)
    def _prepare(self, check_id: str) -> None:
        try:
            found = self._session.elsewhere(lambda project: preview(project, check_id))
        except CuratorError as error:
            self.app.call_from_thread(self.complain, error)
            return
        self.post_message(Prepared(check_id, found))

    @on(Prepared)
    def show_preview(self, message: Prepared) -> None:
        """The first changes of the repair."""
        message.stop()
        current = self._current()
        if current is None or current.id != message.check_id:
            return
        total = message.previewed.total
        head = counted(
            "{n} record would change; r again makes it so",
            "{n} records would change; r again makes it so",
            total,
        )
        parts: list[Content | str | tuple[str, str]] = [(head + "\n\n", "bold")]
        for repair in message.previewed.first:
            for name in {**repair.before, **repair.after}:
                change = changes_of(repair.before.get(name), repair.after.get(name))
                parts += [Content.styled(f"{repair.record_id}  ", "dim"), change, "\n"]
        self.detail.update(Content.assemble(*parts))
        self._previewed = message.check_id if total else ""

    @work(thread=True, exclusive=True, group="repair", exit_on_error=False)
    def _repair(self, check_id: str) -> None:
        try:
            count = self._session.elsewhere(
                lambda project: project.fixer([check_id]).apply(project.editor, None)
            )
        except CuratorError as error:
            self.app.call_from_thread(self.complain, error)
            return
        self.post_message(Repaired(count))

    @on(Repaired)
    def show_repaired(self, message: Repaired) -> None:
        """Say what was done, and look again."""
        message.stop()
        self.tell(
            counted(
                "{n} record changed. u takes it back.", "{n} records changed. u takes it back.", message.count
            )
        )
        self.action_run()

    def action_suppress(self) -> None:
        """Say that the check does not count in this project, or that it counts again."""
        report = self._current()
        if report is not None:
            question = _("Why does {check} not count in this project? (empty: it counts)").format(
                check=report.id
            )
            dialog = AskDialog(question, report.reason)
            self.app.push_screen(dialog, lambda reason: self._suppress(report.id, reason))

    def _suppress(self, check_id: str, reason: str | None) -> None:
        if reason is not None:
            self._session.suppress_check(check_id, reason.strip())
            self.action_run()

    def action_undo(self) -> None:
        """Take the newest step back, and look again."""
        step = self._session.undo()
        self.tell(line(f"{_('undone')}: {step.summary}", 200).plain if step else _("nothing to be undone"))
        self.action_run()


def _listed(report: CheckReport) -> Content:
    """Mark, number and name; whether there is a repair, and how many do not count."""
    repair = f"  {sign('repair')}" if report.fix and report.count else ""
    suppressed = f"  ({_('no fault')}: {report.suppressed:,})" if report.suppressed else ""
    skipped = f"  ({_('not run')})" if report.skipped else ""
    return Content(f"{sign(report.severity)} {report.count:>7,}  {report.id}{repair}{suppressed}{skipped}")
