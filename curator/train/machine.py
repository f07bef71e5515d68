"""Where a run goes, and what is free for it there."""

from __future__ import annotations

from pathlib import Path

import torch

from curator.train.processes.process import resident_bytes


def device_words() -> str:
    """The GPU by its name, or the CPU with its threads."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return f"CPU, {torch.get_num_threads()} threads"


def free_memory_bytes() -> int | None:
    """What this process can have, with what it holds already; None where that cannot be told."""
    if torch.cuda.is_available():
        return int(torch.cuda.mem_get_info()[0])
    available = _available_bytes()
    return None if available is None else available + resident_bytes()


def _available_bytes() -> int | None:
    """What Linux says that programs can have; other systems tell nothing as good."""
    path = Path("/proc/meminfo")
    lines = path.read_text().splitlines() if path.is_file() else []
    found = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return int(found[0]) * 1024 if found else None
