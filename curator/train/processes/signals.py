"""Requests to end (Ctrl-C, SIGTERM) answered in another way for a while."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_REQUESTS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def answered(answer: Callable[[], None]) -> Iterator[None]:
    """Inside the block `answer` is called for each request to end; only the main thread of a process can be asked."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        answer()

    former = {number: signal.signal(number, handle) for number in _REQUESTS}
    try:
        yield
    finally:
        for number, action in former.items():
            signal.signal(number, action)
