"""Find and replace, with what would change while it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Checkbox, Input, Static
from textual.worker import get_current_worker

from curator.errors import CuratorError
from curator.project import Project
from curator.replacing import Replacement
from curator.store.journal import Change

from ..display import line
from ..language import N_, _, counted
from ..links.session import Session
from ..widgets.diff_view import changes_of
from ..widgets.text_line import TextLine
from ..widgets.toggles import Check

_SHOWN = 6
_AT_ONCE = 200


class Previewed(Message):
    """What would change."""

    def __init__(self, shown: list[Change], total: int, problem: str = "") -> None:
        self.shown, self.total, self.problem = shown, total, problem
        super().__init__()


class ReplaceDialog(ModalScreen[Replacement | None]):
    """Asks what to find and what to put; nothing is changed by the dialog itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", N_("Cancel"), id="replace.cancel")
    ]

    def __init__(self, session: Session, record_ids: Sequence[int]) -> None:
        super().__init__()
        self._session = session
        self._ids = record_ids
        self._total = 0

    def compose(self) -> ComposeResult:
        """Two lines, two switches, and the preview."""
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static(
                Content.styled(
                    counted(
                        "Find and replace in {n} record", "Find and replace in {n} records", len(self._ids)
                    ),
                    "bold",
                )
            )
            yield TextLine(placeholder=_("find"), id="find")
            yield TextLine(placeholder=_("replace by"), id="put")
            with Horizontal(id="switches"):
                yield Check(Content(_("regular expression")), id="regex", compact=True)
                yield Check(Content(_("ignore case")), id="ignore", compact=True)
            yield Static(id="preview")
            yield Static(Content.styled(_("Enter replaces, Escape goes back."), "dim"))

    @property
    def wanted(self) -> Replacement:
        """What is in the lines now."""
        return Replacement(
            find=self.query_one("#find", Input).value,
            put=self.query_one("#put", Input).value,
            regex=self.query_one("#regex", Checkbox).value,
            ignore_case=self.query_one("#ignore", Checkbox).value,
        )

    @on(Input.Changed)
    @on(Checkbox.Changed)
    def preview(self) -> None:
        """Show what would change."""
        if self.wanted.find:
            self._preview(self.wanted)
        else:
            self.query_one("#preview", Static).update(Content(""))
            self._total = 0

    @work(thread=True, exclusive=True, group="preview", exit_on_error=False)
    def _preview(self, wanted: Replacement) -> None:
        worker = get_current_worker()

        def count(project: Project) -> None:
            shown: list[Change] = []
            total = 0
            swaps = project.replacer(wanted).preview(self._ids)
            while some := list(islice(swaps, _AT_ONCE)):
                if worker.is_cancelled:
                    return
                shown += some[: _SHOWN - len(shown)]
                total += len(some)
            self.post_message(Previewed(shown, total))

        try:
            self._session.elsewhere(count)
        except CuratorError as error:
            self.post_message(Previewed([], 0, f"{error.problem} {error.remedy}".strip()))

    @on(Previewed)
    def show_preview(self, message: Previewed) -> None:
        """How many records would change, and the first of them."""
        message.stop()
        self._total = message.total
        told = message.problem or counted(
            "{n} record would change", "{n} records would change", message.total
        )
        parts: list[Content | str] = [Content.styled(line(told, 200).plain, "bold"), "\n"]
        for swap in message.shown:
            for name, new in swap.after.items():
                parts += [
                    Content.styled(f"{swap.record_id}  ", "dim"),
                    changes_of(swap.before[name], new),
                    "\n",
                ]
        self.query_one("#preview", Static).update(Content.assemble(*parts))

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        """From the first line to the second, then done."""
        event.stop()
        if event.input.id == "find" and not self.query_one("#put", Input).value:
            self.query_one("#put", Input).focus()
        elif self._total:
            self.dismiss(self.wanted)
