"""Draws the pictures of the terminal UI in docs/pictures: `python -m tests.pictures` walks from a file to a verdict."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from curator.tui.app import CuratorApp
from curator.tui.screens.checks import ChecksScreen
from curator.tui.screens.results import ResultsScreen
from curator.tui.screens.split import SplitScreen
from curator.tui.screens.train import TrainScreen
from textual.widgets import OptionList

from curator.config import new
from curator.project import Project
from tests.tui.driving import press
from tests.tui.waiting import until

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
SAMPLE = ROOT / "samples" / "tickets" / "english.csv"
SIZE = (100, 30)
ROWS = 400
NOW = 1_764_583_200.0
"""The first of December 2025, ten o'clock."""
_FONTS = re.compile(r"@font-face \{.*?\}", re.DOTALL)
_CLIPS = re.compile(r'<clipPath id="t-line-\d+">.*?</clipPath>| clip-path="url\(#t-line-\d+\)"', re.DOTALL)
_ID = re.compile(r"terminal-\d+")
MOST = 60_000
"""Bytes of a picture."""


def main() -> None:
    """Draw all of them."""
    PICTURES.mkdir(exist_ok=True)
    here = Path(tempfile.gettempdir()) / "examples"
    shutil.rmtree(here, ignore_errors=True)
    here.mkdir()
    os.environ.update(XDG_STATE_HOME=str(here / ".state"), CURATOR_LANGUAGE="en", TZ="UTC")
    with SAMPLE.open(encoding="utf-8") as lines:
        rows = "".join(islice(lines, ROWS + 1))
    (here / "tickets.csv").write_text(rows.replace("we've", "weâ€™ve"), encoding="utf-8")
    Project.create(here / "answers", new("instruction", "", "")).close()
    try:
        with patch("curator.tui.links.recent.time", SimpleNamespace(time=lambda: NOW)):
            asyncio.run(_walk(here))
    finally:
        shutil.rmtree(here)


async def _walk(here: Path) -> None:
    app = CuratorApp(None, here)
    async with app.run_test(size=SIZE) as pilot:
        await _begin(app, pilot)
        await _label(app, pilot)
        await _check(app, pilot)
        await _train(app, pilot)
    for path in here.glob("*/*"):
        os.utime(path, (NOW, NOW))
    app = CuratorApp(None, here)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot)
        draw(app, "home")


async def _begin(app: CuratorApp, pilot: Any) -> None:
    await press(pilot, "n", *["backspace"] * 10, *"tickets")
    draw(app, "new-project")
    await press(pilot, "ctrl+s")
    await press(pilot, "end", "enter")
    draw(app, "import")
    await press(pilot, "i")


async def _label(app: CuratorApp, pilot: Any) -> None:
    await press(pilot, "f2", "a", "a", "x", "f", "down", "down")
    draw(app, "records")
    await press(pilot, "l", *"57")
    draw(app, "label")
    await press(pilot, "e")
    await pilot.press(*["down"] * 5, "end", *" Thank you!")
    await until(pilot, lambda: "tokens" in str(app.screen.query_one("#laid").render()))
    draw(app, "edit")
    await press(pilot, "escape", "y")


async def _check(app: CuratorApp, pilot: Any) -> None:
    await press(pilot, "f4")
    await _seen(pilot, app, ChecksScreen, lambda page: page.query_one("#checks", OptionList).option_count)
    await press(pilot, "r")
    draw(app, "checks")
    await press(pilot, "r")
    await press(pilot, "f5", "s")
    await _seen(pilot, app, SplitScreen, lambda page: "teaches" in str(page.query_one("#sides").render()))
    draw(app, "split")


async def _train(app: CuratorApp, pilot: Any) -> None:
    await press(pilot, "f6", "ctrl+s")
    await _seen(pilot, app, TrainScreen, lambda page: _steps(page) >= 30)
    draw(app, "train")
    await _seen(pilot, app, TrainScreen, lambda page: page._run.overview.state == "scored")
    await press(pilot, "f7")
    await _seen(pilot, app, ResultsScreen, lambda page: page._scored is not None)
    draw(app, "results")
    await press(pilot, "q")


def _steps(page: Any) -> int:
    run = page._run
    return 0 if run is None or run.last is None else int(run.last.step)


async def _seen(pilot: Any, app: CuratorApp, page: type[Any], fact: Callable[[Any], object]) -> None:
    await until(pilot, lambda: isinstance(app.screen, page) and fact(app.screen))
    await press(pilot)


def draw(app: CuratorApp, name: str) -> None:
    """Keep the screen as it is, without the fonts that a browser would fetch from elsewhere."""
    app.clear_notifications()
    picture = _FONTS.sub("", app.export_screenshot(title="curator"))
    picture = _CLIPS.sub("", _ID.sub("t", picture)).replace("&#160;", "\u00a0")
    picture = picture.replace("<svg ", '<svg xml:space="preserve" ', 1)
    assert len(picture.encode()) < MOST, name
    (PICTURES / f"{name}.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
