"""Every check there is; a new one is a file in this folder and a name in this list."""

from __future__ import annotations

from curator.checks import contaminated, duplicates, frozen, leaks, structure
from curator.checks.base import Check

ALL: tuple[Check, ...] = (
    *structure.CHECKS,
    *leaks.CHECKS,
    *frozen.CHECKS,
    *contaminated.CHECKS,
    *duplicates.CHECKS,
)
