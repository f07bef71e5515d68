"""Questions: a line of text, or yes and no."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from ..language import N_, _
from ..widgets.text_line import TextLine


class AskDialog(ModalScreen[str | None]):
    """Asks for a line of text; None when the user thinks better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", N_("Cancel"), id="ask.cancel")
    ]

    def __init__(
        self,
        question: str | Content,
        value: str = "",
        placeholder: str = "",
        refuse: Callable[[str], str] = lambda _: "",
    ) -> None:
        """`refuse` says what is wrong with an answer; nothing lets it pass."""
        super().__init__()
        self._question = Content(question) if isinstance(question, str) else question
        self._value = value
        self._placeholder = placeholder
        self._refuse = refuse

    def compose(self) -> ComposeResult:
        """The question, the line, and what is wrong with it."""
        with Vertical(classes="dialog"):
            yield Static(self._question)
            yield TextLine(self._value, placeholder=self._placeholder, id="answer")
            yield Static(id="refusal")
            yield Static(Content.styled(_("Enter takes it, Escape goes back."), "dim"))

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        """Take the answer, if nothing is wrong with it."""
        event.stop()
        problem = self._refuse(event.value)
        if problem:
            self.query_one("#refusal", Static).update(Content.styled(problem, "bold $text-error"))
        else:
            self.dismiss(event.value)


class ConfirmDialog(ModalScreen[bool]):
    """Shows what is about to happen; `y` or `enter` lets it happen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "dismiss(True)", N_("Yes"), id="confirm.yes"),
        Binding("n,escape", "dismiss(False)", N_("No"), id="confirm.no"),
    ]

    def __init__(self, question: str | Content, details: Content | None = None) -> None:
        super().__init__()
        self._question = Content(question) if isinstance(question, str) else question
        self._details = details or Content("")

    def compose(self) -> ComposeResult:
        """The question, the details, and the keys."""
        with Vertical(classes="dialog"):
            yield Static(self._question)
            yield Static(self._details, id="details")
            yield Static(Content.styled(_("y: yes    n: no"), "dim"))
