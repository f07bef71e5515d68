"""Every check there is; a new one is a file in this folder and a name in this list."""

from __future__ import annotations

from curator.checks import duplicates, leaks, structure
from curator.checks.base import Check

ALL: tuple[Check, ...] = (*structure.CHECKS, *leaks.CHECKS, *duplicates.CHECKS)
