"""The memory of this process, as the system counts it."""

from __future__ import annotations

import platform
import resource
from pathlib import Path

_STATUS = Path("/proc/self/status")


def resident_bytes() -> int:
    """What is resident now; where the system does not tell, the most that ever was."""
    return _told("VmRSS") or peak_bytes()


def peak_bytes() -> int:
    """The most that was ever resident.

    `getrusage` of Linux goes on from what the process was started by, so that is asked last.
    """
    told = _told("VmHWM")
    if told:
        return told
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if platform.system() == "Darwin" else peak * 1024


def _told(name: str) -> int:
    lines = _STATUS.read_text().splitlines() if _STATUS.is_file() else []
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), 0)
