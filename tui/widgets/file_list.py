"""One folder after another: what is in it, the way up, and the way down."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, NamedTuple

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from curator.config import FILE_NAME
from curator.project import DATABASE

from ..display import line
from ..language import N_, _

MOST = 2000
"""Names of a folder that are listed; of the others the path can be typed."""
_NAME = 200
_KILO = 1024


class _Entry(NamedTuple):
    path: Path
    is_folder: bool
    size: int


class FileList(OptionList):
    """Picks a file, or a whole folder."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "take", N_("Take"), id="files.take", tooltip=N_("This file, or the whole folder.")),
        Binding("backspace,left", "up", N_("Folder above"), id="files.up", tooltip=N_("Go up."), show=False),
    ]

    class Picked(Message):
        """Somebody wants this file or folder."""

        def __init__(self, path: Path) -> None:
            self.path = path
            super().__init__()

    class Read(Message):
        """What a folder holds."""

        def __init__(self, folder: Path, entries: list[_Entry], more: int, problem: str) -> None:
            self.folder, self.entries, self.more, self.problem = folder, entries, more, problem
            super().__init__()

    def __init__(self, folder: Path, id: str) -> None:  # noqa: A002 - Textual's name
        """Begin in a folder."""
        super().__init__(id=id)
        self.folder = folder
        self._entries: list[_Entry] = []

    def on_mount(self) -> None:
        """Read the folder."""
        self._read(self.folder)

    def go_to(self, folder: Path) -> None:
        """Show another folder."""
        self._read(folder)

    @work(thread=True, exclusive=True, group="files", exit_on_error=False)
    def _read(self, folder: Path) -> None:
        found: list[_Entry] = []
        problem = ""
        try:
            with os.scandir(folder) as entries:
                found = [_entry(entry) for entry in entries if not _is_no_data(entry.name)]
        except OSError as error:
            problem = error.strerror or str(error)
        found.sort(key=lambda entry: (not entry.is_folder, entry.path.name.casefold()))
        self.post_message(self.Read(folder, found[:MOST], max(0, len(found) - MOST), problem))

    @on(Read)
    def show(self, message: Read) -> None:
        """List the folder, the way up first."""
        message.stop()
        came_from = self.folder
        self.folder = message.folder
        above = _Entry(message.folder.parent, True, 0)
        self._entries = [above, *message.entries]
        self.clear_options()
        self.add_option(Option("../"))
        self.add_options(Option(_shown(entry)) for entry in message.entries)
        if message.problem:
            self.add_option(Option(line(message.problem, _NAME), disabled=True))
        elif not message.entries:
            self.add_option(Option(Content.styled(_("(nothing here)"), "dim"), disabled=True))
        if message.more:
            more = _("… and {n} more").format(n=f"{message.more:,}")
            self.add_option(Option(Content(more), disabled=True))
        self.highlighted = self._place(came_from)
        self.border_title = line(str(message.folder), _NAME)

    def _place(self, path: Path) -> int:
        """Where the cursor stands: on the folder that one came out of, else on the first file, if there is one."""
        inside = self._entries[1:]
        place = next((at for at, entry in enumerate(inside) if entry.path == path), None)
        if place is None:
            place = next((at for at, entry in enumerate(inside) if not entry.is_folder), 0)
        return min(place + 1, len(inside))

    @on(OptionList.OptionSelected)
    def open(self, event: OptionList.OptionSelected) -> None:
        """Go into a folder, or pick a file."""
        event.stop()
        entry = self._entries[event.option_index]
        if entry.is_folder:
            self._read(entry.path)
        else:
            self.post_message(self.Picked(entry.path))

    def action_take(self) -> None:
        """Pick what the cursor stands on, a folder as a whole."""
        if self.highlighted:
            self.post_message(self.Picked(self._entries[self.highlighted].path))

    def action_up(self) -> None:
        """Show the folder above."""
        self._read(self.folder.parent)


def _is_no_data(name: str) -> bool:
    """Hidden files, and what a project itself is made of."""
    return name.startswith((".", DATABASE)) or name == FILE_NAME


def _entry(entry: os.DirEntry[str]) -> _Entry:
    is_folder, size = False, 0
    with suppress(OSError):
        is_folder = entry.is_dir()
        size = 0 if is_folder else entry.stat().st_size
    return _Entry(Path(entry.path), is_folder, size)


def _shown(entry: _Entry) -> Content:
    name = line(entry.path.name, _NAME)
    if entry.is_folder:
        return Content.assemble(name.stylize("bold"), ("/", "bold"))
    return Content.assemble(name, (f"  {_size(entry.size)}", "dim"))


def _size(size: float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if size < _KILO or unit == "GB":
            break
        size /= _KILO
    return f"{size:,.0f} {unit}"
