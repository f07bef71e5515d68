"""Pictures of the screen as text: what each cell shows, then how it is painted; kept beside the tests.

`CURATOR_SNAPSHOTS=write` writes the pictures anew; without it a picture that differs from the one kept is a failure.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Iterator
from difflib import unified_diff
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from curator.tui import language, marks
from curator.tui.app import CuratorApp
from curator.tui.links.session import Session
from rich.segment import Segment
from rich.style import Style
from textual.widgets import Input, TextArea

from tests.tui.driving import settled

FOLDER = Path(__file__).parent / "snapshots"
PLACE = "/home/curator"
"""Stands for the folder that the projects lie in; as long as the name of that folder, so that nothing moves."""
_WRITES = os.environ.get("CURATOR_SNAPSHOTS") == "write"
_LOOKS = 50
"""How often a screen is looked at until it is as it was kept."""
_NAMES = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_FROZEN = (
    (
        re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?"),
        lambda found: "2026-01-02 03:04:05"[: len(found[0])],
    ),
    (re.compile(r"\d{4}-\d\d-\d\d"), lambda _: "2026-01-02"),
)


class Look(NamedTuple):
    """How large a terminal is, and how the interface is set."""

    name: str
    size: tuple[int, int]
    language: str
    theme: str
    ascii: bool = False


LOOKS = (
    Look("80x24-en-dark", (80, 24), "en", "textual-dark"),
    Look("120x40-en-light", (120, 40), "en", "textual-light"),
    Look("80x24-ru-light", (80, 24), "ru", "textual-light"),
    Look("120x40-ru-dark", (120, 40), "ru", "textual-dark"),
)


class Camera:
    """Takes pictures of an app, and compares them with those that are kept."""

    def __init__(self, app: CuratorApp, pilot: Any, look: Look, place: Path) -> None:
        """`place` is the folder that the projects lie in."""
        self.app, self.pilot = app, pilot
        self._look, self._place = look, str(place)
        self.problems: list[str] = []

    async def take(self, name: str) -> None:
        """A picture of the screen as it is now."""
        await settled(self.pilot)
        for widget in self.app.screen.query(Input):
            widget.cursor_blink = False
        for area in self.app.screen.query(TextArea):
            area.cursor_blink = False
        await self.pilot.pause()
        path = FOLDER / f"{name}.{self._look.name}.txt"
        kept = path.read_text(encoding="utf-8") if path.is_file() and not _WRITES else ""
        told = self._told()
        for _ in range(_LOOKS):
            if told == kept:
                return
            # Keys that have changed are laid out a moment later, on a busy machine some moments.
            await self.pilot.pause(0.02)
            told = self._told()
        self._differ(path, kept, told)

    def _told(self) -> str:
        lines = [list(strip) for strip in self.app.screen._compositor.render_strips()]
        words = ["".join(segment.text for segment in line) for line in lines]
        return "\n".join([*map(self._frozen, words), "", *_painted(lines), ""])

    def _frozen(self, words: str) -> str:
        words = words.replace(self._place, PLACE)
        for pattern, stand_in in _FROZEN:
            words = pattern.sub(stand_in, words)
        return words.rstrip()

    def _differ(self, path: Path, kept: str, told: str) -> None:
        if _WRITES:
            path.parent.mkdir(exist_ok=True)
            path.write_text(told, encoding="utf-8")
            return
        difference = unified_diff(
            kept.split("\n"), told.split("\n"), f"{path.name} (kept)", "now", lineterm=""
        )
        self.problems.append("\n".join(difference))


Story = Callable[[Camera], Awaitable[None]]


def shoot(root: Path | None, start: Path, look: Look, story: Story) -> None:
    """Open the app on a project, or on a folder where there is none, and let a story take pictures."""

    async def run() -> list[str]:
        session = Session(root) if root is not None else None
        if session is not None:
            session.project.change_settings(
                {
                    "interface.language": look.language,
                    "interface.theme": look.theme,
                    "interface.ascii": look.ascii,
                }
            )
        app = CuratorApp(session, start)
        if session is None:
            app.theme = look.theme
        try:
            async with app.run_test(size=look.size) as pilot:
                camera = Camera(app, pilot, look, start)
                await settled(pilot)
                await story(camera)
                return camera.problems
        finally:
            if app.session is not None:
                app.session.close()
            language.use("en")
            marks.use_ascii(False)

    problems = asyncio.run(run())
    assert not problems, "\n\n".join(problems)


def _painted(lines: list[list[Segment]]) -> Iterator[str]:
    """The colours and styles that there are, a letter each; then each line as letters with the cells they go on for."""
    names: dict[str, str] = {}
    told: list[str] = []
    for line in lines:
        runs = groupby(line, lambda segment: _style(segment.style))
        parts = [(_name(names, style), sum(map(len_of, segments))) for style, segments in runs]
        told.append(" ".join(f"{name}{cells}" for name, cells in parts))
    yield from (f"{name}  {style}" for style, name in names.items())
    yield ""
    for row, group in groupby(told):
        number = len(list(group))
        yield f"{row}  ×{number}" if number > 1 else row


def len_of(segment: Segment) -> int:
    """Cells that a segment takes."""
    return segment.cell_length


def _name(names: dict[str, str], style: str) -> str:
    if style not in names:
        place = len(names)
        names[style] = _NAMES[place % len(_NAMES)] * (1 + place // len(_NAMES))
    return names[style]


def _style(style: Style | None) -> str:
    if style is None:
        return "plain"
    colours = [colour.name if colour is not None else "-" for colour in (style.color, style.bgcolor)]
    kinds = ("bold", "dim", "italic", "underline", "reverse", "strike")
    return " on ".join(colours) + "".join(f" {kind}" for kind in kinds if getattr(style, kind))
