"""Letters over the parts of a page that take keys; typing one goes there."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from ..language import N_

_LETTERS = "asdfghjklqwertyuiopzxcvbnm"


class JumpDialog(ModalScreen[None]):
    """A letter on each part of the page below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f9", "dismiss", N_("Close"), id="jump.close"),
    ]

    def __init__(self, page: Screen[Any]) -> None:
        super().__init__()
        parts = [widget for widget in page.focus_chain if widget.region]
        self._targets: dict[str, Widget] = dict(zip(_LETTERS, parts, strict=False))

    def compose(self) -> ComposeResult:
        """The letters, each at the corner of its part."""
        for letter, widget in self._targets.items():
            mark = Static(f" {letter} ", classes="jump", markup=False)
            mark.absolute_offset = Offset(widget.region.x, widget.region.y)
            yield mark

    def on_key(self, event: events.Key) -> None:
        """Go to the part with this letter."""
        widget = self._targets.get(event.character or "")
        if widget is not None:
            event.stop()
            self.dismiss()
            widget.focus()
