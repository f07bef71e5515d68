"""Who changed what in a record, and when."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from curator.store.journal import Change, Step

from ..display import line
from ..language import N_, _
from ..marks import sign
from ..widgets.diff_view import changes_of


class HistoryDialog(ModalScreen[None]):
    """All changes of one record, the newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,h", "dismiss", N_("Close"), id="history.close"),
    ]

    def __init__(self, record_id: int, history: list[tuple[Step, Change]]) -> None:
        super().__init__()
        self._record_id = record_id
        self._history = history

    def compose(self) -> ComposeResult:
        """A head for each step, then what it changed."""
        with VerticalScroll(classes="dialog"):
            yield Static(Content.styled(_("History of record {id}").format(id=self._record_id), "bold"))
            yield Static(self._told())
            yield Static(Content.styled(_("Escape closes this."), "dim"))

    def _told(self) -> Content:
        if not self._history:
            return Content(_("Nobody has changed it since it was imported."))
        parts: list[Content | str | tuple[str, str]] = []
        for step, change in reversed(self._history):
            when = step.at[:19].replace("T", " ")
            parts += ["\n", Content.styled(f"{when}  ", "dim"), line(f"{step.actor}: {step.verb}", 80), "\n"]
            parts += _difference(change.before, change.after)
        return Content.assemble(*parts)


def _difference(before: dict[str, Any], after: dict[str, Any]) -> list[Content | str | tuple[str, str]]:
    parts: list[Content | str | tuple[str, str]] = []
    for name, new in after.items():
        old = before.get(name)
        if name == "fields":
            for field in {**(old or {}), **(new or {})}:
                was, now = (old or {}).get(field), (new or {}).get(field)
                if was != now:
                    parts += [("  " + line(field, 30).plain + "  ", "italic"), changes_of(was, now), "\n"]
        else:
            parts += [f"  {name}  ", line(f"{old} {sign('right')} {new}", 200), "\n"]
    return parts
