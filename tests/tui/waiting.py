"""Waits for what other processes do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

_PATIENCE = 180.0


async def until(pilot: Any, condition: Callable[[], object], seconds: float = _PATIENCE) -> None:
    """Let the app live until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, str(condition)
        await pilot.pause(0.05)
