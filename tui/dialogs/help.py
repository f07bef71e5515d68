"""What can be done on a page: its own words, then its keys."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Markdown, Static

from ..language import N_, _

_KEY = 16
"""Cells of the column of keys."""


class HelpDialog(ModalScreen[None]):
    """The help of the page below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1,q,enter", "dismiss", N_("Close"), id="help.close"),
    ]

    def __init__(self, page: Screen[Any]) -> None:
        super().__init__()
        self._words = _(str(getattr(page, "HELP", None) or ""))
        self._keys = _keys_of(page)

    def compose(self) -> ComposeResult:
        """The page's words, its keys, and how to close this."""
        with VerticalScroll(classes="dialog"):
            yield Markdown(self._words)
            yield Static(self._keys)
            yield Static(Content.styled(_("Escape closes this. Ctrl+P lists every command."), "dim"))


def _keys_of(page: Screen[Any]) -> Content:
    """One line for each thing that a key does, with all keys that do it."""
    rows: dict[tuple[str, str], list[str]] = {}
    for active in page.active_bindings.values():
        binding = active.binding
        if binding.description and not binding.system:
            told = (binding.description, active.tooltip)
            rows.setdefault(told, []).append(page.app.get_key_display(binding))
    parts: list[Content | str | tuple[str, str]] = []
    for (name, tooltip), keys in rows.items():
        shown = " ".join(dict.fromkeys(keys))
        parts += [(f"{shown:>{_KEY}}  ", "bold $accent"), Content(name)]
        parts += [Content.styled(f"  {tooltip}" if tooltip else "", "dim"), "\n"]
    return Content.assemble(*parts)
