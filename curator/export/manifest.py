"""manifest.json: what is in an export and where it came from, the same bytes for the same data."""

from __future__ import annotations

from curator import __version__
from curator.config import SplitSettings, WindowSettings
from curator.records import Frozen, Kind


class FileEntry(Frozen):
    """One file of an export."""

    rows: int
    """Lines of the file."""
    bytes: int
    """Its size."""
    sha256: str
    """Its SHA-256, hexadecimal."""
    labels: dict[str, int] = {}
    """Rows per label, for classification."""


class Manifest(Frozen):
    """What manifest.json holds."""

    schema_version: int = 1
    """Changes when a key changes its meaning."""
    tool: str = f"curator {__version__}"
    """What wrote the export."""
    name: str
    """Name of the export."""
    kind: Kind
    """Kind of the rows."""
    labels: tuple[str, ...] = ()
    """The closed list of labels."""
    system: str = ""
    """The project's system prompt."""
    files: dict[str, FileEntry]
    """File name to its content."""
    query: str = ""
    """The query that chose the records; empty for all."""
    split: SplitSettings
    """How the records were divided."""
    windows: WindowSettings | None = None
    """How documents were cut, for text."""
    held_back: dict[str, int] = {}
    """Records that are not in the export, by reason."""
