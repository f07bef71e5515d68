"""How a file is read: its format, its encoding, and which column fills which field; each can be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Label, Select

from ..display import line
from ..language import _
from ..links.bringing import ENCODINGS, Said, formats

_DETECTED = ""
_NOTHING = ""
"""No column holds the field."""
_NAME = 60
_FIELD = "field-"

Choice = tuple[Content, str]


class Reading(Vertical):
    """A line for each thing that can be said about a file; what nobody said is found out by looking into it."""

    class Changed(Message):
        """Somebody said something else."""

        def __init__(self, said: Said) -> None:
            self.said = said
            super().__init__()

    def __init__(self, fields: Sequence[str], id: str) -> None:  # noqa: A002 - Textual's name
        """With the fields of the project's kind, the required one first."""
        super().__init__(id=id)
        self._fields = tuple(fields)
        self._said = Said()
        self._shown: dict[str, str] = {}
        """Id of a select to the value that it has."""

    def compose(self) -> ComposeResult:
        """Format, encoding and fields."""
        for name, words in (("format", _("format")), ("encoding", _("encoding"))):
            with Horizontal(classes="said"):
                yield Label(Content(words))
                known = () if name == "format" else ENCODINGS
                yield Select(_choices(known), id=name, compact=True, allow_blank=False, value=_DETECTED)
        for field in self._fields:
            with Horizontal(classes="said"):
                yield Label(Content(f"{field} ←"))
                yield Select(
                    _columns((), self._is_main(field)),
                    id=_FIELD + field,
                    compact=True,
                    allow_blank=False,
                    value=_NOTHING,
                )

    def begin(self) -> None:
        """Another file: forget what was said about the one before."""
        self._said = Said()

    def show(self, columns: Sequence[str], mapping: Mapping[str, str]) -> None:
        """Say which column fills which field as things stand."""
        with self.prevent(Select.Changed):
            self.query_one("#format", Select).set_options(_choices(formats()))
            self._set("format", self._said.format)
            self._set("encoding", self._said.encoding)
            for field in self._fields:
                options = _columns(columns, self._is_main(field))
                self.query_one(f"#{_FIELD}{field}", Select).set_options(options)
                found = mapping.get(field, _NOTHING)
                self._set(_FIELD + field, found if found in [known for _, known in options] else _NOTHING)

    def _set(self, name: str, value: str) -> None:
        self.query_one(f"#{name}", Select).value = value
        self._shown[name] = value

    def _is_main(self, field: str) -> bool:
        return field == self._fields[0]

    @on(Select.Changed)
    def take(self, event: Select.Changed) -> None:
        """What somebody says counts from now on."""
        event.stop()
        name, value = event.select.id or "", str(event.value)
        # A select tells of its first value too, which nobody said.
        if value == self._shown.get(name, _DETECTED):
            return
        self._shown[name] = value
        if name.startswith(_FIELD):
            mapping = {**self._said.mapping, name.removeprefix(_FIELD): value}
            self._said = self._said._replace(mapping=mapping)
        elif name == "format":
            self._said = self._said._replace(format=value)
        else:
            self._said = self._said._replace(encoding=value)
        self.post_message(self.Changed(self._said))


def _choices(known: Sequence[str]) -> list[Choice]:
    """What can be chosen, first of all to leave it to detection."""
    return [(Content(_("(found out)")), _DETECTED), *((Content(name), name) for name in known)]


def _columns(columns: Sequence[str], is_main: bool) -> list[Choice]:
    nothing = _("(choose a column)") if is_main else _("(none)")
    return [(Content(nothing), _NOTHING), *((line(name, _NAME), name) for name in columns if name)]
