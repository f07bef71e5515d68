"""Waiting for an endpoint: between tries, between requests, and only until somebody wants to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from urllib3.util.retry import Retry

TRIES = 6
"""Tries after the first one."""
FIRST_WAIT = 1.0
"""Seconds that the waiting begins with."""
LONGEST_WAIT = 120
"""Seconds between two tries, whatever the server asks for."""
_CONNECTS = 2
"""Tries after the first one where nobody listens: mostly a mistyped address."""
_PASSING = (408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529)
"""What servers say when the same request may succeed later."""


class Stopped(Exception):
    """Somebody wants to stop."""


class Pace:
    """Lets requests go one by one, so many a minute."""

    def __init__(
        self,
        per_minute: float | None,
        stop: threading.Event,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Without a number nobody waits."""
        self._gap = 60 / per_minute if per_minute else 0.0
        self._stop = stop
        self._clock = clock
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Until it is this request's turn.

        Raises:
            Stopped: somebody wants to stop.
        """
        with self._lock:
            now = self._clock()
            turn = max(self._next, now)
            self._next = turn + self._gap
        pause(turn - now, self._stop)


def pause(seconds: float, stop: threading.Event) -> None:
    """Sleep, unless somebody wants to stop.

    Raises:
        Stopped: somebody wants to.
    """
    if stop.is_set() or (seconds > 0 and stop.wait(seconds)):
        raise Stopped


def retries(pace: Pace, stop: threading.Event) -> Retry:
    """Tries again what may succeed later: after what Retry-After says, or else after twice as long each time."""

    class Patience(Retry):
        """The library's own rule, except that waiting can be broken off and a retry keeps to the pace."""

        def sleep(self, response: Any = None) -> None:
            asked = self.get_retry_after(response) if response is not None else None
            pause(min(self.get_backoff_time() if asked is None else asked, LONGEST_WAIT), stop)
            pace.wait()

    return Patience(
        total=TRIES,
        connect=_CONNECTS,
        status_forcelist=_PASSING,
        allowed_methods=None,
        backoff_factor=FIRST_WAIT,
        backoff_jitter=FIRST_WAIT,
        backoff_max=LONGEST_WAIT,
        raise_on_status=False,
        redirect=0,
        raise_on_redirect=False,
    )
