"""A form made from a settings model: a line for each setting, checked while it is typed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from textual import events, on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Select, Static

from curator.text import visible

from ..display import line
from ..language import N_, _
from .text_line import TextLine

_PREFIX = "set-"
_SWITCH = (N_("no"), N_("yes"))
_AT_ONCE = 6
"""Lines that are there at once."""


class ModelForm(VerticalScroll, can_focus=False):
    """The settings of a model, and some lines before them that belong to no model."""

    DEFAULT_CSS = """
    ModelForm { height: 1fr; layout: grid; grid-size: 2; grid-columns: 19 1fr; grid-rows: 1; }
    ModelForm > Input { height: 1; border: none; padding: 0 1; }
    ModelForm > Static.-bad { color: $text-error; text-style: bold; }
    ModelForm SelectCurrent { padding-left: 1; }
    """

    class Changed(Message):
        """A setting was changed."""

        def can_replace(self, message: Message) -> bool:
            """Many changes at once are checked once."""
            return isinstance(message, ModelForm.Changed)

    class Focused(Message):
        """The cursor stands in another setting."""

        def __init__(self, field: str) -> None:
            self.field = field
            super().__init__()

    def __init__(
        self, model: type[BaseModel], texts: Mapping[str, str], before: Mapping[str, str], name: str
    ) -> None:
        """`before` are further lines, by their names; `texts` what stands in the model's."""
        super().__init__(id=name)
        self._model = model
        self._texts = {name: visible(text) for name, text in {**before, **texts}.items()}
        self._now = dict(self._texts)
        self._problems: Mapping[str, str] = {}

    def compose(self) -> ComposeResult:
        """The first lines; the others follow one after the other, so that no key has to wait for all of them."""
        for name in list(self._texts)[:_AT_ONCE]:
            yield from self._row(name)

    async def on_mount(self) -> None:
        """Put the other lines below."""
        self.run_worker(self._rest(), group="form")

    async def _rest(self) -> None:
        for name in list(self._texts)[_AT_ONCE:]:
            await self.mount_all(self._row(name))
            await asyncio.sleep(0)
        self.show_problems(self._problems)

    def _row(self, name: str) -> Iterator[Widget]:
        yield Static(Content(name.replace("_", " ")), id=f"row-{name}", classes="row")
        yield self._line(name, self._now[name])

    def _line(self, name: str, text: str) -> Widget:
        field = self._model.model_fields.get(name)
        choices = _choices(field.annotation) if field is not None else ()
        if choices:
            options = [(Content(_(choice)), choice) for choice in choices]
            return Select(options, allow_blank=False, value=text, id=_PREFIX + name, compact=True)
        hint = _("by default") if field is not None else ""
        return TextLine(text, placeholder=hint, id=_PREFIX + name, compact=True, select_on_focus=True)

    @property
    def texts(self) -> dict[str, str]:
        """What stands in each line."""
        return dict(self._now)

    @property
    def changed(self) -> dict[str, str]:
        """What was changed in it."""
        return {name: text for name, text in self.texts.items() if text != self._texts[name]}

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Mark the lines that something is wrong with."""
        self._problems = problems
        for label in self.query(".row").results(Static):
            name = str(label.id).removeprefix("row-")
            label.set_class(name in problems, "-bad")
            sign = "! " if name in problems else ""
            label.update(line(sign + name.replace("_", " "), 18))

    def set_text(self, name: str, text: str) -> None:
        """Put a text into a line; it does not count as changed."""
        self._texts[name] = self._now[name] = text
        self.query_one(f"#{_PREFIX}{name}", Input).value = text

    def go_to(self, name: str) -> None:
        """Put the cursor into a line."""
        self.query_one(f"#{_PREFIX}{name}").focus()

    @on(Input.Changed)
    @on(Select.Changed)
    def tell_changed(self, event: Message) -> None:
        """Let the page check it."""
        event.stop()
        if isinstance(event, Input.Changed) and event.value != visible(event.value):
            event.input.value = visible(event.value)
            return
        if isinstance(event, (Input.Changed, Select.Changed)) and event.control.id is not None:
            self._now[event.control.id.removeprefix(_PREFIX)] = str(event.value)
        self.post_message(self.Changed())

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        """Enter goes to the next line."""
        event.stop()
        self.screen.focus_next()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Let the page explain the line."""
        name = str(event.widget.id or "").removeprefix(_PREFIX)
        if name in self._texts:
            self.post_message(self.Focused(name))

    def help_of(self, name: str) -> str:
        """What a setting of the model is, in plain words; empty for the other lines."""
        field = self._model.model_fields.get(name)
        return _(field.description or "") if field is not None else ""

    def default_of(self, name: str) -> Any:
        """What a setting is when nobody sets it."""
        field = self._model.model_fields.get(name)
        return None if field is None else field.default


def _choices(annotation: Any) -> tuple[str, ...]:
    if annotation is bool:
        return _SWITCH
    return tuple(map(str, get_args(annotation))) if get_origin(annotation) is Literal else ()
