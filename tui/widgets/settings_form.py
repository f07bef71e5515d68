"""Some settings of the project, a line each: what they are called, their value, and what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Label, Select, Static

from curator.config import Config, setting
from curator.errors import CuratorError

from ..display import block
from ..language import _
from ..links.dividing import problem
from .text_line import TextLine


class Setting(NamedTuple):
    """A setting that can be changed on a page."""

    key: str
    """Dotted, as in curator.toml."""
    title: str
    help: str
    form: Literal["share", "number", "text"] = "text"
    choices: tuple[str, ...] = ()
    """All values that it may have; empty where it is typed."""

    @property
    def id(self) -> str:
        """The id of its widget."""
        return self.key.replace(".", "-")


class SettingsForm(Vertical):
    """Shows settings and takes others; nothing is kept before the page does so."""

    DEFAULT_CSS = """
    SettingsForm { height: auto; }
    SettingsForm Horizontal { height: 1; }
    SettingsForm Label { width: 17; color: $text-muted; }
    SettingsForm Input, SettingsForm Select { width: 1fr; }
    SettingsForm .help { height: auto; margin-top: 1; color: $text-muted; }
    SettingsForm .problem { height: auto; color: $text-error; text-style: bold; }
    """

    class Changed(Message):
        """Somebody changed a value; it may be wrong."""

    def __init__(self, config: Config, settings: Sequence[Setting], id: str) -> None:  # noqa: A002 - Textual's name
        """With the values that the project has."""
        super().__init__(id=id)
        self._config = config
        self._settings = tuple(settings)

    def compose(self) -> ComposeResult:
        """A line for each, the meaning of the one that has the focus, and what is wrong."""
        for one in self._settings:
            value = _written(setting(self._config, one.key))
            with Horizontal():
                yield Label(Content(_(one.title)))
                if one.choices:
                    options = [(Content(choice), choice) for choice in one.choices]
                    yield Select(options, value=value, id=one.id, compact=True, allow_blank=False)
                else:
                    yield TextLine(value, id=one.id, compact=True)
        yield Static(classes="help")
        yield Static(classes="problem")

    @property
    def values(self) -> dict[str, Any]:
        """What stands there now, by dotted key.

        Raises:
            CuratorError: a number is none.
        """
        return {one.key: self._value(one) for one in self._settings}

    @property
    def problem(self) -> str:
        """What is wrong with it; nothing if it can be used."""
        try:
            return problem(self._config, self.values)
        except CuratorError as error:
            return error.problem

    def renew(self, config: Config) -> None:
        """Show the values that the project has now."""
        self._config = config
        with self.prevent(Input.Changed, Select.Changed):
            for one in self._settings:
                self._widget(one).value = _written(setting(config, one.key))
        self._judge()

    def _widget(self, one: Setting) -> Any:
        return self.query_one(f"#{one.id}")

    def _value(self, one: Setting) -> Any:
        text = str(self._widget(one).value).strip()
        if one.form == "text":
            return text
        if not text:
            return None
        try:
            return float(text.replace(",", ".")) if one.form == "share" else int(text)
        except ValueError as error:
            raise CuratorError(_("{title}: this is no number.").format(title=_(one.title))) from error

    @on(Input.Changed)
    @on(Select.Changed)
    def judge(self, event: Input.Changed | Select.Changed) -> None:
        """Say at once what is wrong."""
        event.stop()
        self._judge()
        self.post_message(self.Changed())

    def _judge(self) -> None:
        self.query_one(".problem", Static).update(block(self.problem))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Say what the setting means."""
        for one in self._settings:
            if one.id == event.widget.id:
                self.query_one(".help", Static).update(Content(_(one.help)))


def _written(value: Any) -> str:
    return "" if value is None else str(value)
