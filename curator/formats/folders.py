"""The files below a folder, and which of them are data."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from curator.errors import explained, from_os_error
from curator.formats import saved_datasets
from curator.formats.names import reason_to_pass_over
from curator.text import storable


class Found(NamedTuple):
    """A file below a folder."""

    path: Path
    inside: str
    """Its path below that folder, with slashes."""
    reason: str = ""
    """Why it is passed over; empty for data."""
    name: str = ""
    """What it is called, where its own name says nothing."""
    split: str = ""
    """The split that a saved data set names."""


class _Place(NamedTuple):
    """A folder on the way down."""

    path: Path
    inside: str
    """Its path below the first one, with a slash at the end."""
    name: str
    """Its path from the first one, that one's name included."""
    above: frozenset[tuple[int, int]]
    """Device and inode of all folders that it is in."""
    split: str = ""


def walk(folder: Path) -> Iterator[Found]:
    """Every file below a folder, in order of names; links are followed, though in no circle.

    Raises:
        CuratorError: a folder or file cannot be read, or a saved data set lacks a file.
    """
    full = folder.resolve()
    with explained("read", folder):
        above = frozenset(_identity(parent.stat()) for parent in full.parents)
    yield from _walk(_Place(folder, "", storable(full.name), above))


def _walk(place: _Place) -> Iterator[Found]:
    with explained("list the folder", place.path):
        status = place.path.stat()
        names = sorted(os.listdir(place.path))
    above = place.above | {_identity(status)}
    splits = saved_datasets.splits(place.path)
    saved = saved_datasets.saved(place.path)
    done: set[str] = set()
    if saved or splits:
        done.update(saved_datasets.BOOKKEEPING)
    if saved:
        done.update(shard.name for shard in saved.shards)
        for shard in saved.shards:
            name = place.name if len(saved.shards) == 1 else f"{place.name}/{storable(shard.name)}"
            yield Found(shard, place.inside + shard.name, name=name, split=saved.split or place.split)
    for name in (name for name in names if name not in done):
        shown = storable(name)
        split = name if name in splits else place.split
        inner = _Place(place.path / name, f"{place.inside}{shown}/", f"{place.name}/{shown}", above, split)
        yield from _entry(inner)


def _entry(place: _Place) -> Iterator[Found]:
    """A file, or all files of a folder."""
    inside = place.inside.removesuffix("/")
    reason = reason_to_pass_over(inside)
    try:
        status = place.path.stat()
    except OSError as error:
        if not reason and not place.path.is_symlink():
            raise from_os_error(error, "read", place.path) from error
        yield Found(place.path, inside, reason or "a broken link")
        return
    if not stat.S_ISDIR(status.st_mode):
        yield Found(place.path, inside, reason or ("" if stat.S_ISREG(status.st_mode) else "no plain file"))
    elif _identity(status) in place.above:
        yield Found(place.path, inside, "a link in a circle")
    elif reason:
        yield Found(place.path, place.inside, reason)
    else:
        yield from _walk(place)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
