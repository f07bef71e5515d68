"""What this machine has for Curator, and what is missing."""

from __future__ import annotations

import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

from curator import __version__
from curator.records import Frozen

_CORE = ("click", "pydantic", "textual", "pandas", "datasets", "scikit-learn")
_TRAIN = ("torch", "transformers", "peft", "bitsandbytes", "accelerate")
_LITTLE_DISK = 2.0
_INSTALL = "pip install 'curator-sft[train]'"


class Item(Frozen):
    """One thing that was looked at."""

    name: str
    found: str
    good: bool
    remedy: str = ""
    """What to do when it is not good."""


class Report(Frozen):
    """Everything that was looked at."""

    curator: str = __version__
    items: tuple[Item, ...]


def examine() -> Report:
    """Look at the interpreter, the libraries, the device, memory, disk and the bundled model."""
    items = [Item(name="python", found=platform.python_version(), good=True)]
    items += [_library(name, "pip install curator-sft") for name in _CORE]
    items += [_library(name, _INSTALL) for name in _TRAIN]
    items += [_device(), _memory(), _disk(), _bundled_model()]
    return Report(items=tuple(items))


def _library(name: str, remedy: str) -> Item:
    try:
        return Item(name=name, found=version(name), good=True)
    except PackageNotFoundError:
        return Item(name=name, found="not installed", good=False, remedy=remedy)


def _device() -> Item:
    try:
        import torch
    except ImportError:
        return Item(name="device", found="unknown without torch", good=False, remedy=_INSTALL)
    if not torch.cuda.is_available():
        return Item(name="device", found=f"CPU, {torch.get_num_threads()} threads", good=True)
    free, total = torch.cuda.mem_get_info()
    name = torch.cuda.get_device_name()
    return Item(name="device", found=f"{name}, {free / 2**30:.1f} of {total / 2**30:.1f} GiB free", good=True)


def _memory() -> Item:
    meminfo = Path("/proc/meminfo")
    if not meminfo.exists():
        return Item(name="memory", found="unknown on this system", good=True)
    lines = dict(line.split(":", 1) for line in meminfo.read_text().splitlines() if ":" in line)
    total, free = (int(lines[key].split()[0]) / 2**20 for key in ("MemTotal", "MemAvailable"))
    return Item(name="memory", found=f"{free:.1f} of {total:.1f} GiB free", good=True)


def _disk() -> Item:
    free = shutil.disk_usage(Path.cwd()).free / 2**30
    good = free >= _LITTLE_DISK
    return Item(
        name="disk", found=f"{free:.1f} GiB free here", good=good, remedy="" if good else "Free some space."
    )


def _bundled_model() -> Item:
    folder = files("curator.samples").joinpath("base-model")
    good = folder.joinpath("model.safetensors").is_file()
    found = "in place" if good else "missing"
    return Item(name="bundled model", found=found, good=good, remedy="" if good else "Install Curator again.")
