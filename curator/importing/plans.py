"""What an import is told, and what it tells: before the first row is written, and afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from curator.formats.base import Layout
from curator.records import Frozen

Progress = Callable[[int, float], None]
"""Called with the rows read so far, and the share of all bytes that are behind (0 where that cannot be told)."""


class Options(Frozen):
    """What the user said about the files."""

    format: str = ""
    """Overrules detection."""
    encoding: str = ""
    """Overrules detection."""
    mapping: dict[str, str] = {}
    """Field to column; overrules the usual names."""


class SourcePlan(Frozen):
    """How one source is going to be read: told before anything is written."""

    name: str
    layout: Layout
    columns: tuple[str, ...]
    mapping: dict[str, str]
    """Field to column."""
    preview: tuple[dict[str, Any], ...]
    """The fields of its first records."""


class SourceReport(SourcePlan):
    """How one source was read."""

    read: int
    added: int
    duplicates: int
    rejected: int
    notes: dict[str, int]
    """What was left aside in how many records."""


class ImportReport(Frozen):
    """What an import did; `read` is always `added + duplicates + rejected`."""

    read: int
    """Rows; a row that holds several examples counts as so many."""
    added: int
    """Rows that became records."""
    duplicates: int
    """Rows that an earlier import had already brought."""
    rejected: int
    """Rows kept aside with the reason why they are no records."""
    unsound: int
    """Records added that something is wrong with: they are held back until it is mended."""
    seconds: float
    sources: tuple[SourceReport, ...]
    left_out: tuple[str, ...] = ()
    """Files of a folder that were passed over (readme, licence)."""
