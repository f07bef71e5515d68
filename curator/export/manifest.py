"""manifest.json: what is in an export and where it came from, the same bytes for the same data."""

from __future__ import annotations

from curator import __version__
from curator.config import SplitSettings, WindowSettings
from curator.records import Kind, Published

CANONICAL = "jsonl"
"""The format that runs read."""


class FileEntry(Published):
    """One file of rows."""

    split: str = ""
    """The side that it holds: train, validation or test."""
    rows: int
    """Rows of the file."""
    bytes: int
    """Its size."""
    sha256: str
    """Its SHA-256, hexadecimal."""
    labels: dict[str, int] = {}
    """Rows per label, for classification."""
    escaped_formulas: bool = False
    """Whether cells that a spreadsheet would compute carry an apostrophe in front, which a re-import takes off."""


class CheckEntry(Published):
    """What one check found in the exported records."""

    severity: str
    """error, warning or info."""
    found: int
    """Records in which it found something, or findings about the set as a whole."""
    suppressed: int = 0
    """Findings that somebody has called no fault."""
    reasons: tuple[str, ...] = ()
    """Why, in their words."""


class Checks(Published):
    """What the checks said before the export."""

    total: int
    """Checks that have seen these records as they are."""
    found: dict[str, CheckEntry] = {}
    """Those that found something, by their ids; the worst first."""
    not_run: tuple[str, ...] = ()
    """Those that have not seen these records as they are."""


class Manifest(Published):
    """What manifest.json holds."""

    schema_version: int = 1
    """Changes when a key changes its meaning."""
    tool: str = f"curator {__version__}"
    """What wrote the export."""
    name: str
    """Name of the export."""
    kind: Kind
    """Kind of the rows."""
    format: str = CANONICAL
    """How the rows are written down; runs read jsonl."""
    columns: dict[str, str] = {}
    """Field to column, as `--map` takes it, for fields whose columns are called otherwise."""
    labels: tuple[str, ...] = ()
    """The closed list of labels."""
    system: str = ""
    """The project's system prompt; in formats of turns it stands in the rows as well."""
    files: dict[str, FileEntry]
    """Name of each file of rows to its content."""
    others: dict[str, str] = {}
    """Name of each further file that the format asks for, to its SHA-256."""
    query: str = ""
    """The query that chose the records; empty for all."""
    split: SplitSettings
    """How the records were divided."""
    windows: WindowSettings | None = None
    """How documents were cut, for text."""
    held_back: dict[str, int] = {}
    """Records that are not in the export, by reason."""
    adapted: dict[str, int] = {}
    """Rows that the format cannot hold as they are, by what was done to them."""
    checks: Checks | None = None
    """What the checks said."""
