"""Keys are handled one after the other, in the order in which they were pressed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from textual.app import App
from textual.dom import DOMNode
from textual.events import Event, Key, Paste

_PATIENCE = 0.5
"""Seconds after which a key is taken for handled when its way was cut short, by a part that is gone."""


class KeysInOrder:
    """Lets a key go its way only when the one before it has gone the whole of it.

    A key that a widget takes is handled sooner than one that travels up to the app to find its binding. Without this,
    a label that was typed right behind a rejection would be given first: to the wrong record.
    """

    def __init__(self, app: App[int], handle: Callable[[Event], Awaitable[None]]) -> None:
        """`handle` is what the app does with an event."""
        self._app = app
        self._handle = handle
        self._waiting: deque[Key | Paste] = deque()
        self._under_way: object | None = None

    async def take(self, event: Key | Paste) -> None:
        """Handle a key now, or when those before it have been handled."""
        self._waiting.append(event)
        if self._under_way is None:
            await self._next()

    async def _next(self) -> None:
        if not self._waiting:
            return
        event = self._waiting.popleft()
        turn = self._under_way = object()
        asyncio.get_running_loop().call_later(_PATIENCE, self._give_up, turn)
        start = self._app.focused or self._app.screen
        await self._handle(event)
        self._follow(start, turn)

    def _follow(self, place: DOMNode, turn: object) -> None:
        """Go behind the key from one queue to the next, up to the app."""
        if place is self._app:
            self._app.call_later(self._end, turn)
            return
        above = place.parent or self._app
        if not place.call_later(self._follow, above, turn):
            self._follow(above, turn)

    async def _end(self, turn: object) -> None:
        if turn is self._under_way:
            self._under_way = None
            await self._next()

    def _give_up(self, turn: object) -> None:
        if turn is self._under_way:
            self._app.call_later(self._end, turn)
