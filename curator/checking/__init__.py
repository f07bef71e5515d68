"""Checks on a project: run on what has changed, their findings kept, repaired or suppressed."""

from curator.checking.fixing import Fixer, Repair, require_fixes
from curator.checking.planning import Planner
from curator.checking.run import CheckReport, Progress, Runner
from curator.checking.view import View

__all__ = [
    "CheckReport",
    "Fixer",
    "Planner",
    "Progress",
    "Repair",
    "Runner",
    "View",
    "require_fixes",
]
