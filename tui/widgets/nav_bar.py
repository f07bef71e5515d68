"""The line on top of every page: where one is, and which keys lead elsewhere."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.widgets import Static

from ..display import line
from ..language import _
from ..pages import PAGES

_NAME = 24
"""Cells for the name of the project."""


class NavBar(Static):
    """The pages of the project with their keys; a click goes there too."""

    DEFAULT_CSS = """
    NavBar { dock: top; height: 1; width: 100%; background: $panel; padding: 0 1; }
    """

    def __init__(self, project: str, current: str) -> None:
        super().__init__(id="nav")
        self._project = project
        self._current = current
        self._places: list[tuple[int, int, str]] = []

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what does not fit: first the name of the project."""
        self.update(self._content(event.size.width))

    def _content(self, width: int) -> Content:
        tabs = [(name, f"{entry.key.upper()} ", _(entry.title)) for name, entry in PAGES.items()]
        room = width - 2 - sum(len(key) + len(title) for _, key, title in tabs)
        gap = "  " if room >= 2 * len(tabs) else " "
        project = line(self._project, _NAME).plain
        shown = room - len(gap) * len(tabs) > len(project) + 2
        parts: list[Content | str | tuple[str, str]] = (
            [Content.styled(f"{project}  ", "bold")] if shown else []
        )
        self._places, at = [], 1 + (len(project) + 2 if shown else 0)
        for name, key, title in tabs:
            style = "bold reverse" if name == self._current else ""
            parts += [(key, "dim"), Content.styled(title, style), gap]
            length = len(key) + len(title) + len(gap)
            self._places.append((at, at + length, name))
            at += length
        return Content.assemble(*parts)

    async def on_click(self, event: events.Click) -> None:
        """Go to the page that was clicked."""
        for start, end, name in self._places:
            if start <= event.x < end:
                await self.run_action(f"app.page('{name}')")
                return
