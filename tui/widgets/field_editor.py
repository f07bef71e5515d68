"""One text of a record, to be changed; what is not touched comes out exactly as it went in."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TextArea

from curator.text import visible

from ..language import N_, _
from ..marks import sign

_LONGEST_LINE = 20_000
"""Characters of a line from which on typing would lag."""
_LINE_SHOWN = 2000
"""Characters of such a line that are shown: an area takes seconds to paint more."""


class _Area(TextArea):
    """A text area that lets no control character in."""

    async def _on_paste(self, event: events.Paste) -> None:
        event.text = visible(event.text.replace("\r\n", "\n").replace("\r", "\n"))
        await super()._on_paste(event)


class FieldEditor(Vertical):
    """A title and a text area; says why where the text can only be changed elsewhere."""

    DEFAULT_CSS = """
    FieldEditor { height: auto; }
    FieldEditor > .title { height: 1; color: $text-muted; }
    FieldEditor > .note { height: auto; color: $text-warning; display: none; }
    FieldEditor > .note.-shown { display: block; }
    FieldEditor > TextArea { height: auto; min-height: 1; max-height: 14; border: none; padding: 0 1; }
    FieldEditor > TextArea:focus { border: none; background: $boost; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", N_("Next field"), show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", N_("Field before"), show=False, priority=True),
    ]

    class Changed(Message):
        """The text is another one now."""

    def __init__(self, field: str, title: str, value: str, missing: bool = False) -> None:
        """`field` is its name within the record (`answer`, `history.2`); `missing`: the record has no such field."""
        super().__init__()
        self.field = field
        self._title = title
        self._missing = missing
        self._load(value)

    def _load(self, value: str) -> None:
        self._original = value
        self._replaced: str | None = None
        lines = value.split("\n")
        too_long = max(map(len, lines)) > _LONGEST_LINE
        self._area_text = visible("\n".join(map(_beginning, lines)) if too_long else value)
        hidden = not too_long and self._area_text != value
        self._locked = hidden or too_long
        self._note = ""
        if hidden:
            self._note = _("Holds control characters, shown here as signs. Ctrl+O edits it as it is.")
        elif too_long:
            self._note = _("Has very long lines, of which only the beginning is shown. Ctrl+O edits it.")

    def compose(self) -> ComposeResult:
        """Title, note, text."""
        yield Static(Content(self._title), classes="title")
        yield Static(Content(self._note), classes="note -shown" if self._note else "note")
        yield _Area(self._area_text, soft_wrap=True, read_only=self._locked, show_line_numbers=False)

    def on_mount(self) -> None:
        """Remember what the area made of the text: it knows one kind of line end only."""
        self._baseline = self.area.text

    @property
    def area(self) -> TextArea:
        """What is typed into."""
        return self.query_one(TextArea)

    @property
    def value(self) -> str | None:
        """The text as it is to be saved; None when there was no such field, and still is none."""
        if self._replaced is not None:
            return self._replaced
        if self._locked or self.area.text == self._baseline:
            return None if self._missing else self._original
        return self.area.text

    @property
    def title(self) -> str:
        """What stands above the text."""
        return self._title

    @title.setter
    def title(self, title: str) -> None:
        self._title = title
        self.query_one(".title", Static).update(Content(title))

    def replace(self, text: str) -> None:
        """Put another text in, as it is."""
        self._load(text)
        self._replaced = text
        note = self.query_one(".note", Static)
        note.update(Content(self._note))
        note.set_class(bool(self._note), "-shown")
        self.area.read_only = self._locked
        with self.prevent(TextArea.Changed):
            self.area.text = self._area_text
        self._baseline = self.area.text
        self.post_message(self.Changed())

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Tell the page; what is typed after a replacement counts."""
        event.stop()
        if self.area.text != self._baseline:
            self._replaced = None
        self.post_message(self.Changed())


def _beginning(text: str) -> str:
    return text if len(text) <= _LINE_SHOWN else text[:_LINE_SHOWN] + sign("cut")
