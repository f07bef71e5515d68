"""The terminal that may be gone at any moment: a dropped connection, a closed window."""

from __future__ import annotations

import os
import signal
import threading
import time

_LOOK = 1.0
"""Seconds between two looks at whether the terminal is still there."""
_GRACE = 2.0
"""Seconds in which the app may end by itself."""
STDIN = 0


def guard() -> None:
    """End the process when its terminal is gone, even if the app is stuck writing to it.

    Nothing is lost by that: every decision was durable before the screen said so.
    """
    if os.isatty(STDIN):
        threading.Thread(target=_watch, daemon=True, name="terminal guard").start()


def _watch() -> None:
    while os.isatty(STDIN):
        time.sleep(_LOOK)
    time.sleep(_GRACE)
    os._exit(128 + signal.SIGHUP)
