"""What a thread has done, given to the page that started it, or to the app when that page is closed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from textual.app import App
from textual.message import Message
from textual.screen import Screen


def hand_over(app: App[Any], page: Screen[Any], message: Message, otherwise: Callable[[], None]) -> None:
    """Post a message to a page; once that is closed, call something on the app's own thread instead.

    A page that is closed knows its app no more: a thread asks for it when it begins.

    When the app itself has ended there is nobody to tell.
    """
    if not page.post_message(message):
        with suppress(RuntimeError):
            app.call_from_thread(otherwise)
