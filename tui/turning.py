"""Undo and redo on pages that show what they turned back."""

from __future__ import annotations

from curator.store.journal import Step

from .display import line
from .language import _
from .links.session import Session
from .page import Page


class TurningPage(Page[None]):
    """A page on which the newest step can be taken back, and done again."""

    _session: Session

    def action_undo(self) -> None:
        """Take the newest step back."""
        step = self._session.undo()
        self._turned(step, _told(step, _("undone")) or _("nothing to be undone"))

    def action_redo(self) -> None:
        """Do the newest undone step again."""
        step = self._session.redo()
        self._turned(step, _told(step, _("redone")) or _("nothing to be redone"))

    def _turned(self, step: Step | None, told: str) -> None:
        """Show what there is now, and say what was done."""
        self.tell(told)


def _told(step: Step | None, word: str) -> str:
    return "" if step is None else line(f"{word}: {step.summary} ({step.count:,})", 80).plain
