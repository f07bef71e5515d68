"""What a program does while nobody types, so that it need not be done when somebody does.

Modules are loaded that the next page would wait for. The collector of cyclic garbage, which looks through everything
that is alive and lets nothing else happen meanwhile, is kept from what was loaded, and runs in pauses.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import Callable, Iterable
from importlib import import_module

_THRESHOLDS = (2_000, 20, 1_000)
"""Young objects are looked at as often as they come, old ones only where nobody paused for very long."""
_SHORT, _LONG = 0.7, 3.0
"""Seconds without a key before something is loaded, and before garbage is collected."""


class Pauses:
    """Knows when the last key was pressed, and what waits for a pause."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` tells seconds."""
        self._clock = clock
        self._typed = clock()
        self._modules = 0
        self._collected = True

    def begin(self) -> None:
        """From now on collect when it is said, hardly ever by itself."""
        gc.set_threshold(*_THRESHOLDS)
        self._hide_loaded()

    def typed(self) -> None:
        """A key was pressed: now is no time for anything else."""
        self._typed = self._clock()
        self._collected = False

    def look(self) -> None:
        """Hide what was loaded from the collector; collect once in each pause."""
        self._hide_loaded()
        if not self._collected and self._lasts(_LONG):
            self._collected = True
            gc.collect()

    async def load(self, modules: Iterable[str]) -> None:
        """Load modules one after the other, each in a pause and beside the keys."""
        for name in modules:
            while not self._lasts(_SHORT):
                await asyncio.sleep(_SHORT / 2)
            if name not in sys.modules:
                await asyncio.to_thread(import_module, name)

    def _lasts(self, seconds: float) -> bool:
        return self._clock() - self._typed >= seconds

    def _hide_loaded(self) -> None:
        if len(sys.modules) != self._modules:
            self._modules = len(sys.modules)
            gc.freeze()
