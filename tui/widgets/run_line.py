"""A line that says on every page what goes on in the background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual.content import Content
from textual.widgets import Static

from ..display import line
from ..links.runs import going_on
from ..marks import sign

_BEAT = 2.0
"""Seconds between two looks."""


class RunLine(Static):
    """`training run-1: step 12/90`; nothing while nothing goes on."""

    DEFAULT_CSS = """
    RunLine { height: 1; padding: 0 1; color: $text-accent; display: none; }
    RunLine.-going { display: block; }
    """

    def __init__(self, root: Path, also: Callable[[], str]) -> None:
        """`also` says what else goes on."""
        super().__init__(id="going")
        self._root = root
        self._also = also
        self._words = ""

    def on_mount(self) -> None:
        """Look now and then."""
        self._look()
        self.set_interval(_BEAT, self._look)

    def _look(self) -> None:
        words = f"  {sign('between')}  ".join(filter(None, (going_on(self._root), self._also())))
        if words != self._words:
            self._words = words
            self.update(line(words, 200) if words else Content(""))
            self.set_class(bool(words), "-going")
