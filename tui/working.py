"""What pages have in common that do something lengthy: one line that says how it stands, refusals, and undo."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.message import Message
from textual.widgets import Static

from curator.errors import CuratorError

from .display import line
from .language import _
from .links import bringing
from .links.session import Session
from .page import Page


class Refused(Message):
    """What was asked for cannot be done."""

    def __init__(self, error: CuratorError) -> None:
        self.error = error
        super().__init__()


class Undone(Message):
    """A step was taken back; without a summary there was none."""

    def __init__(self, summary: str) -> None:
        self.summary = summary
        super().__init__()


class WorkingPage(Page[None]):
    """A page with a line of state, in which threads do what takes long."""

    STATE: ClassVar[str]
    """The selector of the line of state."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._busy = False

    def _say(self, words: str, bad: bool = False) -> None:
        """Say how it stands."""
        state = self.query_one(self.STATE, Static)
        state.set_class(bad, "-bad")
        state.update(line(words, 400))

    @on(Refused)
    def show_refusal(self, message: Refused) -> None:
        """Say why it cannot be done."""
        message.stop()
        self._busy = False
        self._refused()
        self._say(f"{message.error.problem} {message.error.remedy}".strip(), bad=True)

    def _refused(self) -> None:
        """Take off the page what no longer holds."""

    def action_undo(self) -> None:
        """Take the newest step back."""
        if not self._busy:
            self._undo()

    @work(thread=True, exclusive=True, group="undo", exit_on_error=False)
    def _undo(self) -> None:
        try:
            step = bringing.undo(self._session)
        except CuratorError as error:
            self.post_message(Refused(error))
            return
        self.post_message(Undone(step.summary if step else ""))

    @on(Undone)
    def show_undone(self, message: Undone) -> None:
        """Say what was taken back."""
        message.stop()
        told = _("undone: {step}").format(step=message.summary)
        self._undone(told if message.summary else _("There is nothing to be undone."))

    def _undone(self, told: str) -> None:
        """Show what there is now."""
        self._say(told)
