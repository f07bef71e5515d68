"""The terminal UI as a program."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from .screens.browse import BrowseScreen
from .session import Session

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)
_WATCH = 1.0
"""Seconds between two looks at whether the terminal is still there."""


class CuratorApp(App[int]):
    """Look at, label and clean the records of one project."""

    TITLE = "Curator"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "question_mark,f1", "show_help_panel", "Help", id="app.help", tooltip="What can be done here."
        ),
        Binding("ctrl+q", "quit", "Quit", id="app.quit", show=False, priority=True),
    ]

    def __init__(self, session: Session) -> None:
        """Work on a project that is open; closing it is left to the caller."""
        super().__init__()
        self._session = session

    def on_mount(self) -> None:
        """Open the list of records, and end in good order when the terminal goes away."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._end, number)
        if os.isatty(0):
            self.set_interval(_WATCH, self._watch)
        self.set_keymap(self._session.config.keymap)
        self.push_screen(BrowseScreen(self._session))

    def _watch(self) -> None:
        """A terminal that is gone does not always say so."""
        if not os.isatty(0):
            self._end(signal.SIGHUP)

    def _end(self, number: signal.Signals) -> None:
        """Every decision was saved when it was made."""
        self.exit(return_code=128 + number)


def run(root: Path) -> int:
    """Open the project in a folder until the user leaves; returns the exit code.

    Raises:
        CuratorError: there is none, or it cannot be read.
    """
    session = Session(root)
    try:
        app = CuratorApp(session)
        app.run()
        return app.return_code or 0
    finally:
        session.close()
