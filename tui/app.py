"""The terminal UI as a program."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from .screens.browse import BrowseScreen
from .session import Session
from .terminal import guard

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


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
        self.set_keymap(self._session.config.keymap)
        self.push_screen(BrowseScreen(self._session))

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
        guard()
        app = CuratorApp(session)
        app.run()
        return app.return_code or 0
    finally:
        session.close()
