"""A list to pick from by typing a part of a name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.fuzzy import Matcher
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from ..display import line
from ..language import N_, _
from ..widgets.text_line import TextLine

_SHOWN = 200
"""Names that are listed at once; typing narrows them."""


class Choice(NamedTuple):
    """One thing to pick."""

    value: str
    title: str
    """What it is called; may come from data."""
    note: str = ""
    """What else is to be known of it."""


class PickDialog(ModalScreen[str | None]):
    """Picks one of some names; None when the user thinks better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", N_("Cancel"), id="pick.cancel"),
        Binding("down", "move(1)", N_("Down"), show=False, priority=True),
        Binding("up", "move(-1)", N_("Up"), show=False, priority=True),
    ]

    def __init__(self, question: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._question = question
        self._choices = choices
        self._found: list[Choice] = []

    def compose(self) -> ComposeResult:
        """The question, the line to type into, and the names that fit."""
        with Vertical(classes="dialog"):
            yield Static(Content(self._question))
            yield TextLine(placeholder=_("type a part of the name"), id="part")
            yield OptionList(id="choices")
            yield Static(Content.styled(_("Enter takes it, Escape goes back."), "dim"))

    def on_mount(self) -> None:
        """List everything."""
        self.query_one("#choices", OptionList).can_focus = False
        self._list("")

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        """List what fits, the best first."""
        event.stop()
        self._list(event.value)

    def _list(self, part: str) -> None:
        self._found = fitting(self._choices, part)[:_SHOWN]
        listed = self.query_one("#choices", OptionList)
        listed.clear_options()
        listed.add_options(Option(_shown(choice)) for choice in self._found)
        listed.highlighted = 0 if self._found else None

    def action_move(self, step: int) -> None:
        """Another name."""
        listed = self.query_one("#choices", OptionList)
        if self._found:
            listed.highlighted = ((listed.highlighted or 0) + step) % len(self._found)

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        """Take the name that is highlighted."""
        event.stop()
        place = self.query_one("#choices", OptionList).highlighted
        if place is not None and self._found:
            self.dismiss(self._found[place].value)

    @on(OptionList.OptionSelected)
    def take_clicked(self, event: OptionList.OptionSelected) -> None:
        """Take the name that was clicked."""
        event.stop()
        self.dismiss(self._found[event.option_index].value)


def fitting(choices: Sequence[Choice], part: str) -> list[Choice]:
    """The choices whose names have these characters in this order, the best fit first."""
    if not part.strip():
        return list(choices)
    matcher = Matcher(part.strip())
    scored = [(matcher.match(choice.title), place, choice) for place, choice in enumerate(choices)]
    return [choice for score, _, choice in sorted(scored, key=lambda told: (-told[0], told[1])) if score > 0]


def _shown(choice: Choice) -> Content:
    note = [Content.styled(f"  {line(choice.note, 100).plain}", "dim")] if choice.note else []
    return Content.assemble(line(choice.title, 60), *note)
