"""Runs the app without a terminal and presses keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from curator.tui.app import CuratorApp
from curator.tui.links.session import Session
from curator.tui.screens.checks import ChecksScreen

from curator.project import Project

Story = Callable[[CuratorApp, Any], Awaitable[None]]


def drive(project: Project, story: Story, size: tuple[int, int] = (120, 40)) -> None:
    """Open the app on a project and tell a story: `await press(pilot, "x")`."""

    async def run() -> None:
        session = Session(project.root)
        app = CuratorApp(session)
        try:
            async with app.run_test(size=size) as pilot:
                await settled(pilot)
                await story(app, pilot)
        finally:
            session.close()

    asyncio.run(run())


async def settled(pilot: Any) -> None:
    """Wait until nothing is being looked for."""
    await pilot.pause()
    session = pilot.app.session
    while session is not None and session.checking.is_going:
        await pilot.pause(0.02)
    while any(not worker.is_finished for worker in pilot.app.workers):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
    if isinstance(pilot.app.screen, ChecksScreen):
        pilot.app.screen.look()
        await pilot.pause()


async def press(pilot: Any, *keys: str) -> None:
    """Press keys, and wait for what they start."""
    await pilot.press(*keys)
    await settled(pilot)


def shown(app: CuratorApp, selector: str) -> str:
    """What a part of the screen says."""
    return str(app.screen.query_one(selector).render())
